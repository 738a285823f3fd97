import { setTimeout as wait } from 'node:timers/promises';
import type { Occurrence } from '../data/events.ts';
import type { Shop } from '../data/shop.ts';
import { salted } from '../dice.ts';
import { Faults } from '../faults.ts';
import { bodyOf, eventDate, toldBy, type WebhookEvent } from './events.ts';
import { faultDelay, type WebhookFault } from './faults.ts';
import { type WebhookCall, WebhookLog } from './log.ts';
import type { WebhookPost } from './post.ts';
import { Queue } from './queue.ts';
import type { WebhookSettings } from './settings.ts';
import { centraSignature } from './signature.ts';

export interface WebhookSurroundings {
  readonly shop: Shop;
  /**
   * Real milliseconds since 1970. Signatures carry this time and never the sandbox's own, which may stand still or run
   * ahead: receivers compare it with their own clock.
   */
  readonly now: () => number;
  readonly post: WebhookPost;
}

/** A call on its way. */
interface Job {
  readonly call: WebhookCall;
  readonly body: string;
  readonly fault: WebhookFault | undefined;
  /** Given for what is a copy of another call to the byte. */
  readonly signature?: string;
}

const salt = salted('webhook.space');

/**
 * The webhook plugin: gathers what happens for a moment, makes calls of it, and makes one after the other, as Centra
 * does: a call that fails is retried as often as was set up, holds up the next ones meanwhile, and is then forgotten.
 */
export class Webhooks {
  readonly log = new WebhookLog();
  readonly faults = new Faults<WebhookFault>();
  readonly #surroundings: WebhookSurroundings;
  #settings: WebhookSettings | undefined;
  #batch: WebhookEvent[] = [];
  /** How many events at the head of the batch have been merged into it: they go with this one for sure. */
  #merged = 0;
  #batchTimer: NodeJS.Timeout | undefined;
  /** What comes later, each with what will release it. */
  readonly #held = new Map<Job, NodeJS.Timeout>();
  /** Those of them that the next call sets free. */
  readonly #overtaken = new Set<Job>();
  readonly #queue = new Queue<Job>();
  #underWay = 0;
  #turn = 0;
  #stop = new AbortController();

  constructor(surroundings: WebhookSurroundings) {
    this.#surroundings = surroundings;
    surroundings.shop.events.watch((occurrence, at) => this.#tell(occurrence, at));
  }

  get settings(): WebhookSettings | undefined {
    return this.#settings;
  }

  /** What has not been sent yet: events being gathered, calls held by a fault, in the queue, and under way. */
  get waiting() {
    return {
      gathered: this.#batch.length,
      held: this.#held.size,
      queued: this.#queue.size,
      underWay: this.#underWay,
    };
  }

  /** Sets the webhook up, or anew: what waits goes to the new place, under the new secret. */
  set(settings: WebhookSettings): void {
    this.#settings = settings;
    this.#pump();
  }

  /** Takes the webhook away: what waits is dropped, and nothing is retried. */
  remove(): void {
    this.#settings = undefined;
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    this.#batch = [];
    this.#merged = 0;
    for (const timer of this.#held.values()) clearTimeout(timer);
    for (const { call } of [...this.#held.keys(), ...this.#queue.drain()]) this.log.end(call, 'dropped');
    this.#held.clear();
    this.#overtaken.clear();
    this.#stop.abort();
    this.#stop = new AbortController();
  }

  /** Queues all that is being gathered or held, without waiting any longer. */
  flush(): void {
    while (this.#batch.length > 0) this.#closeBatch();
    for (const job of [...this.#held.keys()]) this.#release(job);
  }

  #tell(occurrence: Occurrence, at: number): void {
    const settings = this.#settings;
    if (settings === undefined) return;
    const { shop } = this.#surroundings;
    for (const { type, action, id } of toldBy(shop, occurrence)) {
      if (!settings.types.includes(type)) continue;
      this.#turn += 1;
      this.log.counts.events += 1;
      this.#batch.push({ type, action, date: eventDate(shop, at, this.#turn), id });
      if (this.#batch.length >= settings.maxEvents) this.#closeBatch();
    }
    this.#armBatch(settings);
  }

  #armBatch({ batchMs }: WebhookSettings): void {
    if (this.#batch.length > 0) this.#batchTimer ??= setTimeout(() => this.#closeBatch(), batchMs);
  }

  #closeBatch(): void {
    clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
    const settings = this.#settings;
    if (settings === undefined) return;
    const [batch, merged] = [this.#batch, this.#merged];
    this.#batch = [];
    this.#merged = 0;
    for (let begin = 0; begin < batch.length; begin += settings.maxEvents) {
      const events = batch.slice(begin, begin + settings.maxEvents);
      const fault = this.faults.strike(JSON.stringify({ events }));
      if (fault?.kind === 'merged' && begin >= merged) {
        this.#batch.push(...events);
        this.#merged += events.length;
      } else {
        this.#dispatch(events, fault);
      }
    }
    this.#armBatch(settings);
  }

  #dispatch(events: readonly WebhookEvent[], fault: WebhookFault | undefined): void {
    const parts = fault?.kind === 'split' ? inParts(events, fault.parts ?? 2) : [events];
    for (const part of parts) {
      const call = this.log.open(part, { fault: fault?.kind ?? null });
      const job = { call, body: bodyOf(part), fault };
      if (fault?.kind === 'lost') this.log.end(call, 'lost');
      else if (fault?.kind === 'late' || fault?.kind === 'reordered') this.#hold(job, fault);
      else this.#enqueue(job);
    }
  }

  #hold(job: Job, fault: WebhookFault): void {
    this.#held.set(
      job,
      setTimeout(() => this.#release(job), faultDelay(fault, this.faults.draw())),
    );
    if (fault.kind === 'reordered') this.#overtaken.add(job);
  }

  #release(job: Job): void {
    if (this.#unhold(job)) this.#enqueue(job);
  }

  #unhold(job: Job): boolean {
    clearTimeout(this.#held.get(job));
    this.#overtaken.delete(job);
    return this.#held.delete(job);
  }

  #enqueue(job: Job): void {
    this.#queue.add(job);
    for (const behind of [...this.#overtaken].reverse()) {
      this.#unhold(behind);
      this.#queue.add(behind);
    }
    this.#pump();
  }

  #pump(): void {
    while (this.#settings !== undefined && this.#underWay < this.#settings.concurrency) {
      const job = this.#queue.take();
      if (job === undefined) return;
      this.#underWay += 1;
      void this.#make(job).finally(() => {
        this.#underWay -= 1;
        this.#pump();
      });
    }
  }

  async #make(job: Job): Promise<void> {
    const { call } = job;
    while (this.#settings !== undefined) {
      const settings = this.#settings;
      const signature = job.signature ?? this.#sign(job, settings.secret);
      const isDelivered = await this.#attempt(job, signature, settings);
      if (job.fault?.kind === 'doubled' && call.attempts.length === 1) this.#double(job, signature);
      const isLast = job.signature !== undefined || call.attempts.length > settings.retries;
      if (isDelivered || isLast) return this.log.end(call, isDelivered ? 'delivered' : 'dropped');
      const delayMs = settings.retryDelayMs * 2 ** (call.attempts.length - 1);
      await wait(delayMs, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
    this.log.end(call, 'dropped');
  }

  async #attempt({ call, body }: Job, signature: string, settings: WebhookSettings): Promise<boolean> {
    const { now, post } = this.#surroundings;
    const begin = now();
    const { url, timeoutMs } = settings;
    const answer = await post({ url, signature, body, timeoutMs });
    const [status, problem] = 'status' in answer ? [answer.status, null] : [null, answer.problem];
    const ms = Math.max(0, now() - begin);
    this.log.attempted(call, { at: new Date(begin).toISOString(), status, problem, ms });
    return status !== null && status >= 200 && status < 300;
  }

  /** Signed anew with each attempt, which has its own time. */
  #sign({ call, body, fault }: Job, secret: string): string {
    const { shop, now } = this.#surroundings;
    const ago = fault?.kind === 'old-timestamp' ? (fault.seconds ?? 3600) : 0;
    return centraSignature({
      secret: fault?.kind === 'wrong-signature' ? `not ${secret}` : secret,
      at: Math.floor(now() / 1000 - ago),
      body,
      hasSpace: shop.dice.below(4, salt, call.id) === 0,
    });
  }

  #double({ call, body, fault }: Job, signature: string): void {
    if (fault === undefined || this.#settings === undefined) return;
    const copy = this.log.open(call.events, { fault: fault.kind, copyOf: call.id });
    this.#hold({ call: copy, body, fault: undefined, signature }, fault);
  }
}

function inParts<T>(items: readonly T[], parts: number): readonly (readonly T[])[] {
  const size = Math.max(1, Math.ceil(items.length / parts));
  return Array.from({ length: Math.ceil(items.length / size) }, (_, part) =>
    items.slice(part * size, (part + 1) * size),
  );
}
