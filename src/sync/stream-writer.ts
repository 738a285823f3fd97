import type { CompiledStream, MappedRow, RowContext } from '../catalog/compile/compiled.ts';
import { ConnectorError } from '../errors.ts';
import type { JsonObject, JsonValue } from '../json.ts';
import type { Message, MessageRecord } from '../protocol/message.ts';
import type { CentraObject } from '../shop/objects.ts';
import { SetAsideRows, stumbled } from './set-aside.ts';
import type { SetAside } from './state.generated.ts';
import { emptyTally, type Tally } from './tally.ts';

/**
 * Turns objects into one stream's messages, and counts. It holds what a page gave until the checkpoint that covers it, so
 * that both go out together.
 */
export class StreamWriter {
  readonly stream: CompiledStream;
  readonly tally: Tally = emptyTally();
  /** Objects of which this stream cannot have its rows now. */
  readonly aside: SetAsideRows;
  #pending: MessageRecord[] = [];
  #hasBegun = false;

  constructor(stream: CompiledStream, aside?: SetAside) {
    this.stream = stream;
    this.aside = new SetAsideRows(aside);
  }

  /** The rows that an object becomes. */
  map(object: CentraObject, context: RowContext): readonly MappedRow[] {
    try {
      return this.stream.rows(object, context);
    } catch (error) {
      throw error instanceof ConnectorError ? error : stumbled(this.stream.name, error);
    }
  }

  add(rows: readonly MappedRow[]): void {
    for (const row of rows) {
      if ('quarantined' in row) {
        const { column, isKeyNull } = row.quarantined;
        if (isKeyNull) count(this.tally.keyNull, column);
        else this.tally.quarantined += 1;
        continue;
      }
      for (const { column, isKept } of row.changes) if (isKept !== true) count(this.tally.nulled, column);
      this.#pending.push(row);
    }
  }

  countUnchanged(rows: readonly MappedRow[]): void {
    this.tally.unchanged += rows.length;
  }

  /** Tells that rows are gone. The cursor is set to that time, so that in a destination that keeps the newest this wins. */
  delete(keys: readonly JsonObject[], deletedAt: string): void {
    this.tally.deleted += keys.length;
    for (const key of keys) {
      this.#pending.push({ data: { ...key, [this.stream.cursor]: deletedAt }, changes: [], deletedAt });
    }
  }

  /** What was added since the last checkpoint, then the checkpoint. */
  checkpoint({ set_aside: _, ...covered }: JsonObject): readonly Message[] {
    const aside = this.aside.encode();
    const state = aside === undefined ? covered : { ...covered, set_aside: aside as unknown as JsonValue };
    const { name } = this.stream;
    const records = this.#pending;
    this.#pending = [];
    this.tally.records += records.length;
    const messages: Message[] = [];
    if (records.length > 0) {
      if (!this.#hasBegun) messages.push({ type: 'status', stream: name, status: 'running' });
      this.#hasBegun = true;
      messages.push({ type: 'records', stream: name, records });
    }
    messages.push({ type: 'checkpoint', stream: name, state, recordCount: records.length });
    return messages;
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
