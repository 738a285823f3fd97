import { ConnectorError } from '../errors.ts';
import type { RefusedRow } from '../shop/pages/pager.ts';
import type { UtcSecond } from '../time.ts';
import type { SetAside, SetAsideRow } from './state.generated.ts';

/** With more rows than that it is not the rows, and the stream fails instead. */
const MOST_ROWS = 100;
const LONGEST_REASON = 300;

/** Rows of one stream that cannot be had now, while the others can: each read tries them again. */
export class SetAsideRows {
  readonly #rows: Map<string, SetAsideRow>;
  readonly #before: ReadonlySet<string>;
  readonly #refused = new Set<string>();
  #kind: ConnectorError['kind'] = 'transient';

  /** As a state holds them. */
  constructor(state: SetAside | undefined) {
    this.#rows = new Map((state ?? []).map((row) => [String(row.id), row]));
    this.#before = new Set(this.#rows.keys());
  }

  get rows(): readonly SetAsideRow[] {
    return [...this.#rows.values()];
  }

  /** Those that this run set aside. */
  get fresh(): readonly SetAsideRow[] {
    return this.rows.filter(({ id }) => !this.#before.has(String(id)));
  }

  /** Those that earlier runs set aside, and that cannot be had yet. */
  get known(): readonly SetAsideRow[] {
    return this.rows.filter(({ id }) => this.#before.has(String(id)));
  }

  /** What became of the rows in this run says what kind of failure it is. */
  get kind(): ConnectorError['kind'] {
    return this.#kind;
  }

  has(id: unknown): boolean {
    return this.#rows.has(String(id));
  }

  add({ id, key, error }: RefusedRow, since: UtcSecond): void {
    this.#refused.add(String(id));
    const before = this.#rows.get(String(id));
    if (before === undefined && this.#rows.size >= MOST_ROWS) throw error;
    const reason = reasonOf(error);
    this.#rows.set(String(id), { key: before?.key ?? key, id, reason, since: before?.since ?? since });
    if (error.kind === 'mapping') this.#kind = 'mapping';
  }

  /** It can be had again, or is not there any more: what was known of it. */
  remove(id: unknown): SetAsideRow | undefined {
    const row = this.#rows.get(String(id));
    this.#rows.delete(String(id));
    return row;
  }

  /** Everything was read since then: those that were not refused are not to be set aside any more. Returns them. */
  settle(begunAt: UtcSecond): readonly SetAsideRow[] {
    const over = this.rows.filter(({ id, since }) => !this.#refused.has(String(id)) && since < begunAt);
    for (const { id } of over) this.remove(id);
    return over;
  }

  /** For the state; undefined when there are none. */
  encode(): SetAside | undefined {
    return this.#rows.size === 0 ? undefined : [...this.#rows.values()];
  }
}

const STUMBLE = 'sync/stumble';

/** A value of one object that our own code cannot deal with: the fault of that row, and of no other. */
export function stumbled(stream: string, cause: unknown): ConnectorError {
  return new ConnectorError({
    kind: 'mapping',
    code: STUMBLE,
    stream,
    message: `no row of ${stream} can be made of it (${cause instanceof Error ? cause.name : typeof cause})`,
    hint: 'Please report this; a run with --debug shows where.',
    cause,
  });
}

export function isStumble(error: unknown): error is ConnectorError {
  return error instanceof ConnectorError && error.code === STUMBLE;
}

/** The field, where the API named one, and what happened: nothing of what the row holds. */
export function reasonOf({ path, message }: ConnectorError): string {
  const names = (path ?? []).filter((part) => typeof part === 'string');
  const field = names
    .filter((name, at) => at > 0 && name !== 'edges' && name !== 'node')
    .map(fieldName)
    .join('.');
  const reason = field === '' ? message : `its field ${field} fails`;
  return reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON - 1)}…` : reason;
}

/** Fields that are asked for with arguments have response keys of their own: `lines_includeFullyCancelled_true`. */
function fieldName(responseKey: string): string {
  return responseKey.replace(/(?<=[^_])_.*$/s, '');
}

/** What setting rows aside for the first time is to a run. */
export function setAsideError(stream: string, label: string, aside: SetAsideRows): ConnectorError {
  const { fresh } = aside;
  return new ConnectorError({
    kind: aside.kind,
    code: 'sync/set_aside',
    stream,
    message: `${counted(fresh.length, label)} cannot be read and ${fresh.length === 1 ? 'was' : 'were'} set aside, so that the others could be read: ${listed(fresh)}.`,
    hint: 'Each read tries again and writes what it gets. If it lasts, show Centra the number and the field.',
  });
}

/** What rows that are set aside are to every later run. */
export function setAsideWarning(stream: string, label: string, { known }: SetAsideRows): string {
  const since = known.map((row) => row.since).sort()[0];
  return `${stream}: ${counted(known.length, label)} set aside since ${since} still cannot be read: ${listed(known)}.`;
}

function counted(count: number, label: string): string {
  return `${count} of the ${label}`;
}

const MOST_LISTED = 5;

function listed(rows: readonly SetAsideRow[]): string {
  const named = rows.slice(0, MOST_LISTED).map(({ key, reason }) => `${key} (${reason.replace(/\.$/, '')})`);
  const more = rows.length > MOST_LISTED ? `, and ${rows.length - MOST_LISTED} more` : '';
  return `${named.join(', ')}${more}`;
}
