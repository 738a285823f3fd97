import { addSeconds, laterOf, type UtcSecond } from '../../time.ts';
import type { Recent } from '../state.generated.ts';
import { decodeSent, encodeSent, LARGEST_EDGE } from './fingerprint.ts';

/** How far back a daily look goes. */
const LOOK_SECONDS = 3 * 86_400;
const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3_600;

/**
 * What was written last of the rows of the last days, by the hour in which they changed: so that once a day these can be read
 * again for what became visible late, and nothing is written twice. Where there are too many, it goes less far back.
 */
export class RecentRows {
  readonly #hours = new Map<string, Map<number, string>>();
  readonly #hourOf = new Map<number, string>();
  readonly #lookedAt: UtcSecond;
  #since: UtcSecond;
  #encoded: Recent | undefined;

  constructor(state: Recent | undefined, { now, through = '' }: RecentRowsStart) {
    this.#since = laterOf(
      nextHour(addSeconds(now, -LOOK_SECONDS)),
      state?.since ?? (through === '' ? '' : nextHour(through)),
    );
    this.#lookedAt = state?.looked_at ?? now;
    for (const [hour, rows] of Object.entries(state?.hours ?? {})) {
      if (`${hour}:00:00Z` < this.#since) continue;
      for (const [key, print] of decodeSent(rows)) this.#put(key, hour, print);
    }
  }

  /** Whether a row that changed then is remembered. */
  isRecent(time: UtcSecond | undefined): boolean {
    return time !== undefined && time >= this.#since;
  }

  printOf(key: number): string | undefined {
    const hour = this.#hourOf.get(key);
    return hour === undefined ? undefined : this.#hours.get(hour)?.get(key);
  }

  /** What was written of it last, and when it changed. */
  set(key: number, time: UtcSecond | undefined, print: string): void {
    if (time === undefined || !this.isRecent(time)) {
      this.forget(key);
      return;
    }
    const hour = time.slice(0, 'yyyy-mm-ddThh'.length);
    if (this.#hourOf.get(key) === hour && this.#hours.get(hour)?.get(key) === print) return;
    this.forget(key);
    this.#put(key, hour, print);
    this.#encoded = undefined;
    while (this.#hourOf.size > LARGEST_EDGE) this.#dropOldestHour();
  }

  forget(key: number): void {
    const hour = this.#hourOf.get(key);
    if (hour === undefined) return;
    this.#hourOf.delete(key);
    this.#hours.get(hour)?.delete(key);
    this.#encoded = undefined;
  }

  encode(): Recent {
    const hours = [...this.#hours].filter(([, rows]) => rows.size > 0).sort(([a], [b]) => (a < b ? -1 : 1));
    this.#encoded ??= {
      since: this.#since,
      looked_at: this.#lookedAt,
      hours: Object.fromEntries(hours.map(([hour, rows]) => [hour, encodeSent(rows)])),
    };
    return this.#encoded;
  }

  #put(key: number, hour: string, print: string): void {
    this.#hourOf.set(key, hour);
    const rows = this.#hours.get(hour);
    if (rows === undefined) this.#hours.set(hour, new Map([[key, print]]));
    else rows.set(key, print);
  }

  #dropOldestHour(): void {
    const [oldest = ''] = [...this.#hours.keys()].sort();
    for (const key of this.#hours.get(oldest)?.keys() ?? []) this.#hourOf.delete(key);
    this.#hours.delete(oldest);
    this.#since = laterOf(this.#since, addSeconds(`${oldest}:00:00Z`, HOUR_SECONDS));
  }
}

export interface RecentRowsStart {
  readonly now: UtcSecond;
  /** Until when earlier runs have read; what they wrote is not remembered where the state says nothing of it. */
  readonly through?: UtcSecond | undefined;
}

/** From when on a run reads again what earlier ones have read; undefined: it is not a day ago that one did. */
export function dailyLook(recent: Recent | undefined, now: UtcSecond): UtcSecond | undefined {
  if (recent === undefined) return undefined;
  const { looked_at: lookedAt } = recent;
  // One that lies ahead was never made.
  if (lookedAt <= now && addSeconds(lookedAt, DAY_SECONDS) > now) return undefined;
  return laterOf(recent.since, nextHour(addSeconds(now, -LOOK_SECONDS)));
}

/** What is remembered begins with whole hours. */
function nextHour(time: UtcSecond): UtcSecond {
  return addSeconds(`${time.slice(0, 'yyyy-mm-ddThh'.length)}:00:00Z`, HOUR_SECONDS);
}
