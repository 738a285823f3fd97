import type { CreatedChange, UpdatedChange } from '../../roots/definition.ts';
import type { CentraObject } from '../../shop/objects.ts';
import { decodeSent, encodeSent } from './fingerprint.ts';

export interface OpenRowsOptions {
  /** As a state holds them. */
  readonly encoded: string | undefined;
  readonly change: UpdatedChange | CreatedChange;
  /** The response key of the status; undefined: the rows have none. */
  readonly statusField: string | undefined;
}

/** Rows that may still change without a date, each with a fingerprint of what was written: they are asked for again by id. */
export class OpenRows {
  readonly #prints: Map<number, string>;
  readonly #change: UpdatedChange | CreatedChange;
  readonly #statusField: string | undefined;
  #encoded: string | undefined;

  constructor({ encoded, change, statusField }: OpenRowsOptions) {
    this.#prints = decodeSent(encoded);
    this.#encoded = encoded;
    this.#change = change;
    this.#statusField = statusField;
  }

  get keys(): readonly number[] {
    return [...this.#prints.keys()];
  }

  has(key: number): boolean {
    return this.#prints.has(key);
  }

  printOf(key: number): string | undefined {
    return this.#prints.get(key);
  }

  isOpen(object: CentraObject): boolean {
    if (this.#change.kind !== 'created' || this.#statusField === undefined) return false;
    return !this.#change.finalStatuses.includes(String(object[this.#statusField]));
  }

  /** Undefined: it is not open any more. */
  set(key: number, print: string | undefined): void {
    if (this.#prints.get(key) === print) return;
    this.#encoded = undefined;
    if (print === undefined) this.#prints.delete(key);
    else this.#prints.set(key, print);
  }

  /** Empty when none is open. */
  encode(): string {
    this.#encoded ??= encodeSent(this.#prints);
    return this.#encoded;
  }
}
