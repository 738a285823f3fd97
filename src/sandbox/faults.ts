import { fractions } from './dice.ts';
import type { RetryAfterForm } from './limits/retry-after.ts';

export const faultKinds = Object.freeze([
  'throttle',
  '400',
  '401',
  '403',
  '413',
  '499',
  '500',
  '502-html',
  '503',
  '504',
  'reset',
  'hang',
  'half-body',
  'internal',
  'html',
  'bad-json',
  'slow',
  'partial-internal',
] as const);

type FaultKind = (typeof faultKinds)[number];

/** When a fault strikes. */
export interface FaultRule {
  /** The share of the requests that it strikes, drawn from the seed of the faults; 1 unless given. */
  readonly rate?: number;
  /** How often it strikes at most; without end unless given. */
  readonly times?: number;
  /** How many matching requests pass first. */
  readonly after?: number;
  /** Only requests whose query holds this text; for webhooks, calls whose JSON holds it. */
  readonly match?: string;
}

export interface Fault extends FaultRule {
  readonly kind: FaultKind;
  /** For `throttle`: the form of the header, the sandbox's own unless given. */
  readonly retryAfter?: RetryAfterForm;
  /** For `throttle`: how long to wait; 2 unless given. */
  readonly seconds?: number;
  /** For `slow`, how late the answer is, and for `hang`, after how long the connection is closed. */
  readonly ms?: number;
}

/** What goes wrong, in the order of the list: the first fault that strikes decides. */
export class Faults<F extends FaultRule = Fault> {
  #active: { readonly fault: F; seen: number; struck: number }[] = [];
  #draw = fractions(1);

  replace(faults: readonly F[], seed: number): void {
    this.#active = faults.map((fault) => ({ fault, seen: 0, struck: 0 }));
    this.#draw = fractions(seed);
  }

  strike(query: string): F | undefined {
    for (const one of this.#active) {
      const { fault } = one;
      if (fault.match !== undefined && !query.includes(fault.match)) continue;
      one.seen += 1;
      if (one.seen <= (fault.after ?? 0) || one.struck >= (fault.times ?? Number.POSITIVE_INFINITY)) continue;
      if (fault.rate !== undefined && this.#draw() >= fault.rate) continue;
      one.struck += 1;
      return fault;
    }
    return undefined;
  }

  /** A fraction, for what a fault leaves to chance. */
  draw(): number {
    return this.#draw();
  }
}
