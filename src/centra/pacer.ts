import { Budget, type Cost, type LimitUse } from './budget.ts';
import { RATE_LIMITS_COMPLEXITY, type RateLimit } from './rate-limits.ts';

/** A request that was let through; told afterwards what it cost. */
export interface Ticket {
  /** `complexity` as the API said it; undefined when the request brought no answer. */
  readonly settle: (complexity: number | undefined) => void;
}

export type LimitsAnswer =
  | { readonly kind: 'limits'; readonly limits: readonly RateLimit[] }
  /** This API does not tell its limits: what it says with 429 is all there is. */
  | { readonly kind: 'not offered' }
  /** The question failed; what was known before stands. */
  | { readonly kind: 'not now' };

export interface PacerOptions {
  readonly share: number;
  readonly maxConcurrency: number;
  readonly clock: () => number;
  readonly sleep: (delayMs: number, signal: AbortSignal) => Promise<void>;
  /** Asks the API for its limits, past the pacer. */
  readonly askLimits: (signal: AbortSignal) => Promise<LimitsAnswer>;
  /** Told of a wait that is long enough for a person to wonder. */
  readonly waiting: (untilMs: number) => void;
}

/** Others draw from the same buckets, and limits can be lowered without notice: the API is asked again after this time. */
const LEARN_EVERY_MS = 10_000;
/** After a 429, so that what others took at once is not taken for what they take all the time. */
const LEARN_AGAIN_MS = 2_000;
/** Shorter waits are the ordinary pace. */
const WORTH_TELLING_MS = 5_000;
/** What a query costs beside its rows, so that smaller pages are not thought too cheap. */
const BASE_COMPLEXITY = 100;
/** What a row is thought to cost before the first answer: one with lines and addresses. */
const DEAR_ROW_COMPLEXITY = 150;

/** Lets requests through one after the other, as the budget and the concurrency allow. */
export class Pacer {
  readonly #options: PacerOptions;
  readonly #budget: Budget;
  /** Points a row, by the text of the query: for queries that have no price. */
  readonly #pointsPerRow = new Map<string, number>();
  /** What a query cost by its price: 1 where the formula is right about it. By the text of the query. */
  readonly #ratios = new Map<string, number>();
  #line: Promise<unknown> = Promise.resolve();
  #underWay = 0;
  #wake: (() => void) | undefined;
  #learnAtMs = 0;
  #isUnlimited = false;
  #wasRefused = false;

  constructor(options: PacerOptions) {
    this.#options = options;
    this.#budget = new Budget(options.share);
  }

  /**
   * Resolves when a request for so many rows may be sent; requests are let through in the order in which they come.
   * `price`: what it costs by the formula, where that is known.
   */
  admit(query: string, rows: number, signal: AbortSignal, price?: number): Promise<Ticket> {
    const turn = this.#line.then(() => this.#admitNext({ query, rows, price }, signal));
    this.#line = turn.catch(() => undefined);
    return turn;
  }

  /** How many rows to ask for, at most `most`: so many that one request does not empty our share at once. */
  comfortableRows(query: string, most: number, priceOf?: (rows: number) => number | undefined): number {
    const comfortable = this.#budget.comfortableComplexity();
    if (comfortable === undefined) return most;
    const ratio = this.#ratios.get(query) ?? 1;
    if (priceOf?.(most) !== undefined)
      return mostRows(most, (rows) => (priceOf(rows) ?? 0) * ratio <= comfortable);
    const points = this.#pointsPerRow.get(query);
    if (points === undefined || points * most <= comfortable) return most;
    return Math.max(1, Math.min(most, Math.floor((comfortable - BASE_COMPLEXITY) / points)));
  }

  /** How much of the limits is used up by now; nothing while they are not known. */
  limitsUsed(): readonly LimitUse[] {
    return this.#budget.used(this.#options.clock());
  }

  /** The API answered 429: the buckets hold less than was thought. */
  refused(): void {
    this.#budget.refused();
    this.#learnAtMs = 0;
    this.#wasRefused = true;
  }

  async #admitNext(asked: Asked, signal: AbortSignal): Promise<Ticket> {
    const { clock, maxConcurrency } = this.#options;
    await this.#whileMoreThan(maxConcurrency - 1);
    if (!this.#isUnlimited && clock() >= this.#learnAtMs) await this.#learn(signal);
    const cost = { requests: 1, complexity: this.#expectedComplexity(asked) };
    await this.#waitForTokens(cost, signal);
    this.#budget.draw(cost, clock());
    this.#underWay += 1;
    return { settle: (complexity) => this.#settle(asked, cost, complexity) };
  }

  /** A page whose cost is not known yet is thought dear, so that others behind it do not go too early. */
  #expectedComplexity({ query, rows, price }: Asked): number {
    if (price !== undefined) return Math.ceil(price * (this.#ratios.get(query) ?? 1));
    const points = this.#pointsPerRow.get(query);
    if (points !== undefined) return Math.ceil(points * rows);
    const dear = BASE_COMPLEXITY + (rows === 1 ? 0 : rows * DEAR_ROW_COMPLEXITY);
    return Math.min(dear, this.#budget.comfortableComplexity() ?? dear);
  }

  async #waitForTokens(cost: Cost, signal: AbortSignal): Promise<void> {
    const { clock, sleep, waiting } = this.#options;
    const latestMs = clock() + this.#budget.longestDelayMs(cost, clock());
    const left = () => Math.min(this.#budget.delayMs(cost, clock()), latestMs - clock());
    for (let delayMs = left(); delayMs > 0; delayMs = left()) {
      if (delayMs >= WORTH_TELLING_MS) waiting(clock() + delayMs);
      // Looked at again in between: while we wait, others may draw more or less than they did.
      await sleep(Math.min(delayMs, LEARN_EVERY_MS), signal);
      if (!this.#isUnlimited && clock() >= this.#learnAtMs) await this.#learn(signal);
    }
  }

  /** What the buckets hold says nothing while requests of ours are on their way: they may be counted in it or not. */
  async #learn(signal: AbortSignal): Promise<void> {
    const { clock, askLimits } = this.#options;
    await this.#whileMoreThan(0);
    const answer = await askLimits(signal);
    this.#learnAtMs = clock() + (this.#wasRefused ? LEARN_AGAIN_MS : LEARN_EVERY_MS);
    this.#wasRefused = false;
    if (answer.kind === 'not offered') this.#isUnlimited = true;
    if (answer.kind !== 'limits') return;
    this.#budget.draw({ requests: 1, complexity: RATE_LIMITS_COMPLEXITY }, clock());
    this.#budget.learn(answer.limits, clock());
  }

  async #whileMoreThan(count: number): Promise<void> {
    while (this.#underWay > count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #settle({ query, rows, price }: Asked, cost: Cost, complexity: number | undefined): void {
    this.#underWay -= 1;
    this.#wake?.();
    if (complexity === undefined) return;
    this.#budget.draw({ requests: 0, complexity: complexity - cost.complexity }, this.#options.clock());
    learn(this.#pointsPerRow, query, complexity / rows);
    if (price !== undefined) learn(this.#ratios, query, complexity / price);
  }
}

/** A request that wants to be let through. */
interface Asked {
  readonly query: string;
  readonly rows: number;
  readonly price: number | undefined;
}

/** Pages of one query do not all cost the same: the dearest counts, and is forgotten slowly. */
function learn(figures: Map<string, number>, query: string, figure: number): void {
  figures.set(query, Math.max(figure, (figures.get(query) ?? 0) * 0.95));
}

/** The largest number from 1 to `most` that is fit; 1 where none is. What is fit for many rows is fit for few. */
function mostRows(most: number, isFit: (rows: number) => boolean): number {
  if (isFit(most)) return most;
  let fit = 1;
  let unfit = most;
  while (unfit - fit > 1) {
    const middle = Math.floor((fit + unfit) / 2);
    if (isFit(middle)) fit = middle;
    else unfit = middle;
  }
  return fit;
}
