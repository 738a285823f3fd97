import type { Attributes, Counter, Histogram, Meter } from '@opentelemetry/api';
import type { NumbersTold, UsageTold } from './telemetry.ts';

export interface Metrics {
  readonly records: Counter;
  readonly requestDuration: Histogram;
  /** The numbers are told with these attributes. */
  readonly watch: (source: NumbersTold, attributes: Attributes) => void;
}

const usages: readonly {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly of: (usage: UsageTold) => number;
}[] = Object.freeze([
  {
    name: 'source_centra.requests',
    unit: '{request}',
    description: 'Requests to the API, the repeated ones too',
    of: ({ requests }: UsageTold) => requests,
  },
  {
    name: 'source_centra.complexity',
    unit: '{point}',
    description: 'What the answers cost, in points of complexity',
    of: ({ complexity }: UsageTold) => complexity,
  },
  {
    name: 'source_centra.retries',
    unit: '{request}',
    description: 'Requests that brought no answer',
    of: ({ retries }: UsageTold) => retries,
  },
  {
    name: 'source_centra.throttled',
    unit: 'ms',
    description: 'Waits after the API said that its limits are used up',
    of: ({ throttledMs }: UsageTold) => throttledMs,
  },
  {
    name: 'source_centra.paced',
    unit: 'ms',
    description: 'Waits that kept to the share of the limits',
    of: ({ pacedMs }: UsageTold) => pacedMs,
  },
]);

/** The boundaries that OpenTelemetry's conventions advise for it, and longer ones: heavy queries take their time. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 30, 60, 120];

export function createMetrics(meter: Meter): Metrics {
  const counters = usages.map(({ name, unit, description, of }) => ({
    counter: meter.createObservableCounter(name, { unit, description }),
    of,
  }));
  const limitUsed = meter.createObservableGauge('source_centra.limit.used', {
    unit: '1',
    description: "How much of the API's limit is used up, by all who share it",
  });
  return Object.freeze({
    records: meter.createCounter('source_centra.records', {
      unit: '{record}',
      description: 'Records that were read',
    }),
    requestDuration: meter.createHistogram('http.client.request.duration', {
      unit: 's',
      description: 'How long requests to the API took',
      advice: { explicitBucketBoundaries: SECONDS },
    }),
    watch: ({ usage, limitsUsed }: NumbersTold, attributes: Attributes) => {
      for (const { counter, of } of counters) {
        counter.addCallback((result) => result.observe(of(usage()), attributes));
      }
      limitUsed.addCallback((result) => {
        for (const { resource, windowMs, used } of limitsUsed()) {
          result.observe(used, {
            ...attributes,
            'source_centra.limit.resource': resource,
            'source_centra.limit.window': windowMs / 1000,
          });
        }
      });
    },
  });
}
