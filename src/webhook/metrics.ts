import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { AddOutcome, Hint, Inbox, Waiting } from '../inbox/inbox.ts';
import type { PayloadFault } from './payload.ts';
import type { SignatureFault } from './signature.ts';

/** Why a call was not stored. */
export type Refusal =
  | SignatureFault
  | PayloadFault
  | 'not_ours'
  | 'method'
  | 'encoding'
  | 'too_large'
  | 'broken_off'
  | 'cannot_store';

export interface ReceiverMetrics {
  refused(reason: Refusal): void;
  stored(tenant: string, outcome: AddOutcome, hints: readonly Hint[], unreadable: number): void;
  committed(seconds: number, deliveries: number): void;
  answered(seconds: number): void;
  written(tenant: string, objects: number, lagSeconds: number): void;
  /** In Prometheus's text form, with what waits in the inbox now. */
  text(): Promise<string>;
  readonly contentType: string;
}

const knownTypes: ReadonlySet<string> = new Set(['order', 'return', 'shipment', 'customer', 'account']);
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** A series for each type that Centra documents, and one for all others: a sender must not choose how many there are. */
function seriesOf(type: string): string {
  return knownTypes.has(type) ? type : 'other';
}

/** What waits, the types that Centra does not document taken together. */
function bySeries(waiting: readonly Waiting[]): Iterable<Omit<Waiting, 'claimed'>> {
  const series = new Map<string, Omit<Waiting, 'claimed'>>();
  for (const { tenant, type: given, objects, oldestAgeMs } of waiting) {
    const type = seriesOf(given);
    const key = `${tenant}\n${type}`;
    const found = series.get(key);
    series.set(key, {
      tenant,
      type,
      objects: objects + (found?.objects ?? 0),
      oldestAgeMs: Math.max(oldestAgeMs, found?.oldestAgeMs ?? 0),
    });
  }
  return series.values();
}

export function createReceiverMetrics(inbox: Pick<Inbox, 'waiting'>): ReceiverMetrics {
  const registry = new Registry();
  const registers = [registry];
  const name = (text: string) => `source_centra_webhook_${text}`;
  const deliveries = new Counter({
    name: name('deliveries_total'),
    help: 'Signed calls that were answered with 200, by what became of them.',
    labelNames: ['tenant', 'outcome'] as const,
    registers,
  });
  const events = new Counter({
    name: name('events_total'),
    help: 'Events that were stored.',
    labelNames: ['tenant', 'type'] as const,
    registers,
  });
  const unreadable = new Counter({
    name: name('unreadable_events_total'),
    help: 'Events in signed calls that named no object.',
    labelNames: ['tenant'] as const,
    registers,
  });
  const refused = new Counter({
    name: name('refused_total'),
    help: 'Calls that were refused, by reason.',
    labelNames: ['reason'] as const,
    registers,
  });
  const commits = new Histogram({
    name: name('commit_seconds'),
    help: 'How long the inbox took to store the deliveries that came together.',
    buckets: seconds,
    registers,
  });
  const together = new Histogram({
    name: name('commit_deliveries'),
    help: 'How many deliveries were stored together.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers,
  });
  const answers = new Histogram({
    name: name('answer_seconds'),
    help: 'How long Centra waited for the answer to a call that was stored.',
    buckets: seconds,
    registers,
  });
  const writtenObjects = new Counter({
    name: name('written_objects_total'),
    help: 'Objects whose records and a state were written after a webhook named them.',
    labelNames: ['tenant'] as const,
    registers,
  });
  const lag = new Histogram({
    name: name('lag_seconds'),
    help: 'From the first hint of an object to its records: the oldest of those that were written together.',
    labelNames: ['tenant'] as const,
    buckets: [...seconds, 10, 30, 60, 300],
    registers,
  });
  const up = new Gauge({
    name: name('inbox_up'),
    help: 'Whether the inbox answers.',
    registers,
  });
  const objects = new Gauge({
    name: name('inbox_objects'),
    help: 'Objects that wait to be read.',
    labelNames: ['tenant', 'type'] as const,
    registers,
  });
  const oldest = new Gauge({
    name: name('inbox_oldest_seconds'),
    help: 'How long the oldest waiting object has waited.',
    labelNames: ['tenant', 'type'] as const,
    registers,
  });

  return {
    refused: (reason) => refused.inc({ reason }),
    stored: (tenant, outcome, stored, broken) => {
      deliveries.inc({ tenant, outcome });
      if (outcome === 'replay') return;
      for (const { type } of stored) events.inc({ tenant, type: seriesOf(type) });
      if (broken > 0) unreadable.inc({ tenant }, broken);
    },
    committed: (took, count) => {
      commits.observe(took);
      together.observe(count);
    },
    answered: (took) => answers.observe(took),
    written: (tenant, count, lagSeconds) => {
      writtenObjects.inc({ tenant }, count);
      lag.observe({ tenant }, lagSeconds);
    },
    contentType: registry.contentType,
    text: async () => {
      objects.reset();
      oldest.reset();
      const waiting = await inbox.waiting().catch(() => undefined);
      up.set(waiting === undefined ? 0 : 1);
      for (const { tenant, type, objects: count, oldestAgeMs } of bySeries(waiting ?? [])) {
        objects.set({ tenant, type }, count);
        oldest.set({ tenant, type }, oldestAgeMs / 1000);
      }
      return registry.metrics();
    },
  };
}
