import { describe, expect, test } from 'vitest';
import { askedFor, type Environment } from '../../../src/telemetry/asked-for.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
const proto = 'http/protobuf';

const cases: readonly [name: string, environment: Environment, traces: unknown, metrics: unknown][] = [
  ['nothing', {}, undefined, undefined],
  ['a name alone', { OTEL_SERVICE_NAME: 'shop', OTEL_RESOURCE_ATTRIBUTES: 'a=b' }, undefined, undefined],
  ['a parent alone', { TRACEPARENT: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }, undefined, undefined],
  ['an endpoint', endpoint, proto, proto],
  ['an empty endpoint', { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' }, undefined, undefined],
  ['an endpoint for traces', { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c/t' }, proto, undefined],
  ['an endpoint for metrics', { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://c/m' }, undefined, proto],
  ['an exporter for traces', { OTEL_TRACES_EXPORTER: 'otlp' }, proto, undefined],
  ['an exporter for metrics', { OTEL_METRICS_EXPORTER: 'otlp' }, undefined, proto],
  ['no metrics', { ...endpoint, OTEL_METRICS_EXPORTER: 'none' }, proto, undefined],
  ['no traces', { ...endpoint, OTEL_TRACES_EXPORTER: 'none' }, undefined, proto],
  ['switched off', { ...endpoint, OTEL_SDK_DISABLED: 'TRUE' }, undefined, undefined],
  ['not switched off', { ...endpoint, OTEL_SDK_DISABLED: 'false' }, proto, proto],
  ['a protocol', { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'grpc', 'grpc'],
  [
    'two protocols',
    { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' },
    'http/json',
    'grpc',
  ],
];

describe('the usual variables', () => {
  test.each(cases)('%s', (_name, environment, traces, metrics) => {
    expect(askedFor(environment)).toEqual({ signals: { traces, metrics }, warnings: [] });
  });

  test('what would write to stdout, or is not known, is refused in one sentence', () => {
    expect(
      askedFor({ ...endpoint, OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'otlp, prometheus' }),
    ).toEqual({
      signals: { traces: undefined, metrics: proto },
      warnings: [
        'OTEL_TRACES_EXPORTER=console is not followed: it would write between the records on stdout. Use otlp, or none.',
        'OTEL_METRICS_EXPORTER names an exporter that is not known here. Use otlp, or none.',
      ],
    });
  });

  test('an unknown protocol is told, and the usual one taken', () => {
    expect(askedFor({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'http/xml' })).toEqual({
      signals: { traces: proto, metrics: undefined },
      warnings: [
        'OTEL_EXPORTER_OTLP_PROTOCOL names a protocol that is not known here. Use one of grpc, http/protobuf, http/json.',
      ],
    });
  });

  test.each(['http://user:password@ no address', 'collector:4318'])(
    'an endpoint that is no address is told once, without it: %s',
    (address) => {
      expect(askedFor({ OTEL_EXPORTER_OTLP_ENDPOINT: address })).toEqual({
        signals: { traces: undefined, metrics: undefined },
        warnings: [
          'OTEL_EXPORTER_OTLP_ENDPOINT is no address, so nothing is sent. Give one like http://localhost:4318.',
        ],
      });
    },
  );

  test('gRPC takes a host alone', () => {
    const { signals } = askedFor({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    expect(signals).toEqual({ traces: 'grpc', metrics: 'grpc' });
  });
});
