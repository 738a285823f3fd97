import type { CompiledStream, MappedRow, RowContext } from '../catalog/compile/compiled.ts';
import type { JsonObject } from '../json.ts';
import type { Message, MessageRecord } from '../protocol/message.ts';
import type { CentraObject } from '../shop/objects.ts';
import { emptyTally, type Tally } from './tally.ts';

/**
 * Turns objects into one stream's messages, and counts. It holds what a page gave until the checkpoint that covers it, so
 * that both go out together.
 */
export class StreamWriter {
  readonly stream: CompiledStream;
  readonly tally: Tally = emptyTally();
  #pending: MessageRecord[] = [];
  #hasBegun = false;

  constructor(stream: CompiledStream) {
    this.stream = stream;
  }

  /** The rows that an object becomes. */
  map(object: CentraObject, context: RowContext): readonly MappedRow[] {
    return this.stream.rows(object, context);
  }

  add(rows: readonly MappedRow[]): void {
    for (const row of rows) {
      if ('quarantined' in row) {
        this.tally.quarantined += 1;
        continue;
      }
      for (const { column, isKept } of row.changes) {
        if (isKept !== true) this.tally.nulled.set(column, (this.tally.nulled.get(column) ?? 0) + 1);
      }
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
  checkpoint(state: JsonObject): readonly Message[] {
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
