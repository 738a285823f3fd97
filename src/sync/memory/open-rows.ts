import type { CreatedChange, UpdatedChange } from '../../roots/definition.ts';
import type { CentraObject } from '../../shop/objects.ts';
import { addSeconds, parseCentraTime, type UtcSecond } from '../../time.ts';
import type { Reread, WindowsState } from '../state.generated.ts';
import { decodeSent, encodeSent } from './fingerprint.ts';

export interface OpenRowsOptions {
  readonly state: Pick<WindowsState, 'open' | 'open_since' | 'reread'>;
  readonly change: UpdatedChange | CreatedChange;
  /** The response keys of the status and of the time; no status: the rows have none. */
  readonly fields: { readonly status: string | undefined; readonly time: string };
  /** The server's clock when the run began. */
  readonly now: UtcSecond;
}

/** So long after a row was first seen, or changed, it is read again in each run. */
const EACH_RUN_DAYS = 14;
/** So long once a day: supplies are announced months before they come. After that, once a week. */
const DAILY_DAYS = 365;
const WEEK_DAYS = 7;
/** Rows without a status are read again so long after their date: nothing says when they are final. */
const WITHOUT_STATUS_DAYS = 90;

const DAY_SECONDS = 86_400;

/**
 * Rows that may still change without a date, each with a fingerprint of what was written: they are asked for again by id, less
 * often with age, until they are final.
 */
export class OpenRows {
  readonly #prints: Map<number, string>;
  readonly #since: Map<number, number>;
  readonly #change: UpdatedChange | CreatedChange;
  readonly #fields: OpenRowsOptions['fields'];
  readonly #now: UtcSecond;
  readonly #today: number;
  #reread: Reread;
  #encoded: string | undefined;
  #encodedSince: string | undefined;

  constructor({ state, change, fields, now }: OpenRowsOptions) {
    this.#now = now;
    this.#today = dayNumber(now);
    this.#prints = decodeSent(state.open);
    this.#since = new Map(decodeDays(state.open_since));
    for (const key of this.#prints.keys()) if (!this.#since.has(key)) this.#since.set(key, this.#today);
    this.#reread = state.reread ?? {};
    this.#encoded = state.open;
    this.#change = change;
    this.#fields = fields;
  }

  /** Those that are to be read again in this run. */
  get dueKeys(): readonly number[] {
    const isDailyDue = this.#isDue(this.#reread.some_age, 1);
    const isWeeklyDue = this.#isDue(this.#reread.old, WEEK_DAYS);
    return [...this.#prints.keys()].filter((key) => {
      const age = this.#ageOf(key);
      if (age < EACH_RUN_DAYS) return true;
      return age < DAILY_DAYS ? isDailyDue : isWeeklyDue;
    });
  }

  /** All that were due have been read again. */
  wereRead(): void {
    const ages = [...this.#prints.keys()].map((key) => this.#ageOf(key));
    const today = this.#now.slice(0, 10);
    const daily = ages.some((age) => age >= EACH_RUN_DAYS && age < DAILY_DAYS);
    const weekly = ages.some((age) => age >= DAILY_DAYS) && this.#isDue(this.#reread.old, WEEK_DAYS);
    this.#reread = {
      ...this.#reread,
      ...(daily && { some_age: today }),
      ...(weekly && { old: today }),
    };
  }

  get count(): number {
    return this.#prints.size;
  }

  has(key: number): boolean {
    return this.#prints.has(key);
  }

  printOf(key: number): string | undefined {
    return this.#prints.get(key);
  }

  /** Whatever is not known to be final is open: a status that is null, or that nobody has heard of. */
  isOpen(object: CentraObject): boolean {
    if (this.#change.kind !== 'created') return false;
    const { status, time } = this.#fields;
    if (status !== undefined) return !this.#change.finalStatuses.includes(String(object[status]));
    const since = addSeconds(this.#now, -WITHOUT_STATUS_DAYS * DAY_SECONDS);
    return (parseCentraTime(object[time]) ?? this.#now) >= since;
  }

  /** Undefined: it is not open any more. */
  set(key: number, print: string | undefined): void {
    if (this.#prints.get(key) === print) return;
    this.#encoded = undefined;
    this.#encodedSince = undefined;
    if (print === undefined) {
      this.#prints.delete(key);
      this.#since.delete(key);
    } else {
      this.#prints.set(key, print);
      this.#since.set(key, this.#today);
    }
  }

  encode(): Pick<WindowsState, 'open' | 'open_since' | 'reread'> {
    if (this.#prints.size === 0) return {};
    this.#encoded ??= encodeSent(this.#prints);
    this.#encodedSince ??= encodeDays(this.#since);
    return {
      open: this.#encoded,
      open_since: this.#encodedSince,
      ...(Object.keys(this.#reread).length > 0 && { reread: this.#reread }),
    };
  }

  #ageOf(key: number): number {
    return this.#today - (this.#since.get(key) ?? this.#today);
  }

  #isDue(last: string | undefined, days: number): boolean {
    return last === undefined || this.#today - dayNumber(last) >= days;
  }
}

function dayNumber(time: string): number {
  return Math.floor(Date.parse(time) / (DAY_SECONDS * 1000));
}

function encodeDays(since: ReadonlyMap<number, number>): string {
  const days = new Map<number, number[]>();
  for (const [key, day] of since) days.set(day, [...(days.get(day) ?? []), key]);
  return [...days]
    .sort(([a], [b]) => a - b)
    .map(([day, keys]) => {
      const sorted = [...keys].sort((a, b) => a - b);
      const differences = sorted.map((key, at) => (key - (sorted[at - 1] ?? 0)).toString(36));
      return `${day.toString(36)}:${differences.join(',')}`;
    })
    .join(' ');
}

function* decodeDays(text: string | undefined): Generator<[number, number]> {
  for (const token of text?.split(' ') ?? []) {
    const [day = '', keys] = token.split(':', 2);
    let key = 0;
    for (const difference of keys?.split(',') ?? []) {
      key += Number.parseInt(difference, 36);
      yield [key, Number.parseInt(day, 36)];
    }
  }
}
