import { ConnectorError } from '../../errors.ts';
import type { Parents } from '../state.generated.ts';

/** What must be known of an object once it is gone, or has become shorter. */
export interface ParentRow {
  /** Its id, where only its page key will be told. */
  readonly id?: string | undefined;
  /** The highest place of its rows in its list. */
  readonly places?: number | undefined;
}

/** More objects than this are not remembered, so that the state stays small: about 25 bytes for one with an id. */
export const MOST_PARENTS = 2_000;

/**
 * The newest objects whose changes have a date, by their page key, which grows. The older ones are forgotten: of those only
 * the most places that any of them had is kept.
 */
export class ParentRows {
  readonly #rows: Map<number, ParentRow>;
  /** Objects up to this page key may have been written although they are not known. */
  #forgottenTo: number;
  #mostPlaces: number;
  readonly #isBeginning: boolean;
  #encoded: Parents | undefined;

  /** `isBeginning`: nothing was written before. Throws a ConnectorError of kind `config` on a text that `encode` did not make. */
  constructor(state: Parents | undefined, isBeginning: boolean) {
    this.#rows = new Map(state === undefined ? [] : decode(state.rows));
    this.#forgottenTo = state?.forgotten_to ?? (state === undefined && !isBeginning ? FORGOT_ALL : -1);
    this.#mostPlaces = state?.most_places ?? 0;
    this.#isBeginning = isBeginning;
    this.#encoded = state;
  }

  get(key: number): ParentRow | undefined {
    return this.#rows.get(key);
  }

  /** Whether it may have been written, and what of it is not known any more. */
  isForgotten(key: number): boolean {
    return !this.#rows.has(key) && key <= this.#forgottenTo;
  }

  /** How many places the object had: exactly, or for a forgotten one at most. A first read gives each object once. */
  placesOf(key: number): number {
    const known = this.#rows.get(key)?.places;
    return known ?? (this.isForgotten(key) && !this.#isBeginning ? this.#mostPlaces : 0);
  }

  set(key: number, row: ParentRow): void {
    const before = this.#rows.get(key);
    if (before?.id === row.id && before?.places === row.places && before !== undefined) return;
    this.#mostPlaces = Math.max(this.#mostPlaces, row.places ?? 0);
    // One that was forgotten stays so: the newest are those that change and go away.
    if (before === undefined && key <= this.#forgottenTo && this.#forgottenTo !== FORGOT_ALL) return;
    this.#rows.set(key, row);
    this.#encoded = undefined;
    if (this.#rows.size > 2 * MOST_PARENTS) this.#trim();
  }

  delete(key: number): void {
    if (this.#rows.delete(key)) this.#encoded = undefined;
  }

  encode(): Parents {
    if (this.#encoded === undefined) {
      this.#trim();
      this.#encoded = {
        rows: encode(this.#rows),
        ...(this.#forgottenTo >= 0 && { forgotten_to: this.#forgottenTo }),
        ...(this.#mostPlaces > 0 && { most_places: this.#mostPlaces }),
      };
    }
    return this.#encoded;
  }

  #trim(): void {
    const tooMany = this.#rows.size - MOST_PARENTS;
    if (tooMany <= 0) return;
    const oldest = [...this.#rows.keys()].sort((a, b) => a - b).slice(0, tooMany);
    for (const key of oldest) {
      this.#rows.delete(key);
      this.#forgottenTo = Math.max(this.#forgottenTo, key);
    }
  }
}

/** Rows were written before anything was remembered. */
const FORGOT_ALL = Number.MAX_SAFE_INTEGER;

/** Keys ascending as differences in base 36, `*` and the places, `.` and the id: hashes as bytes, others as they are. */
function encode(rows: ReadonlyMap<number, ParentRow>): string {
  let previous = 0;
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([key, { id, places }]) => {
      const difference = (key - previous).toString(36);
      previous = key;
      const counted = places === undefined ? '' : `*${places.toString(36)}`;
      return `${difference}${counted}${id === undefined ? '' : encodeId(id)}`;
    })
    .join(' ');
}

const HASH = /^[0-9a-f]{32}$/;

function encodeId(id: string): string {
  return HASH.test(id) ? `.${Buffer.from(id, 'hex').toString('base64url')}` : `=${encodeURIComponent(id)}`;
}

function* decode(text: string): Generator<[number, ParentRow]> {
  let key = 0;
  for (const token of text.split(' ')) {
    if (token === '') continue;
    const [, difference, places, hash, plain] =
      /^([0-9a-z]+)(?:\*([0-9a-z]+))?(?:\.([\w-]{22})|=([^ ]*))?$/.exec(token) ?? [];
    if (difference === undefined) throw notOurs();
    key += Number.parseInt(difference, 36);
    const id =
      hash === undefined
        ? plain && decodeURIComponent(plain)
        : Buffer.from(hash, 'base64url').toString('hex');
    yield [key, { id, places: places === undefined ? undefined : Number.parseInt(places, 36) }];
  }
}

function notOurs(): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'state/refused',
    message: 'A state holds known objects that this connector did not write.',
    hint: 'Pass back the last state that a read printed, or reset the stream to read it from the beginning.',
  });
}
