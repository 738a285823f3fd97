import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ConnectorError } from '../../../src/errors.ts';
import { startTelemetry } from '../../../src/telemetry/start.ts';
import { noTelemetry, type Telemetry } from '../../../src/telemetry/telemetry.ts';
import { type Collector, type ReceivedSpan, startCollector, startGrpcCollector } from './collector.ts';

afterEach(() => vi.unstubAllEnvs());

async function start(
  variables: Readonly<Record<string, string>>,
): Promise<{ readonly telemetry: Telemetry; readonly warnings: readonly string[] }> {
  // The exporters look up theirs by themselves.
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const warnings: string[] = [];
  const telemetry = await startTelemetry({
    environment: process.env,
    version: '1.2.3',
    warn: (sentence) => void warnings.push(sentence),
    redact: (text) => text.replaceAll('made-up-token', '[secret]'),
  });
  return { telemetry, warnings };
}

const json = { OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' };

function named(collector: Collector, name: string): ReceivedSpan {
  const found = collector.spans().filter((span) => span.name === name);
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`There are ${found.length} spans "${name}".`);
  return only;
}

const gone = new ConnectorError({
  kind: 'transient',
  code: 'centra/failed',
  message: 'Centra answered 502 for orders.',
  hint: 'Try again later.',
});

const answered = {
  what: 'orders',
  attempt: 1,
  durationMs: 250,
  status: 200,
  complexity: 60,
  error: undefined,
};

/** A read of two streams, one of which fails. */
async function tellRead(telemetry: Telemetry, isDelivered = true): Promise<number> {
  const code = await telemetry.run('source-centra read', async () => {
    const shop = telemetry.shop('https://acme.centra.com/graphql?token=secret-in-query');
    shop.watch({
      usage: () => ({ requests: 4, complexity: 130, retries: 1, throttledMs: 3000, pacedMs: 1500 }),
      limitsUsed: () => [
        { resource: 'requests', windowMs: 10_000, used: 0.25 },
        { resource: 'complexity', windowMs: 3_600_000, used: 0.5 },
      ],
    });
    shop.requested({ ...answered, what: 'its schema', complexity: 10 });
    shop.streamStarted('orders');
    shop.streamStarted('returns');
    shop.requested(answered);
    shop.records('orders', 200);
    shop.checkpoint('orders');
    shop.records('orders', 50);
    shop.checkpoint('orders');
    shop.requested({ ...answered, attempt: 2, status: 502, complexity: undefined, error: gone });
    shop.requested({ ...answered, what: 'returns', status: 429, complexity: undefined });
    shop.streamEnded('orders', true);
    shop.streamFailed('returns', gone);
    shop.streamEnded('returns', false);
    return 5;
  });
  expect(await telemetry.end()).toBe(isDelivered);
  return code;
}

describe('a read', () => {
  test('tells of its failures without the secrets that an API may repeat', async () => {
    const collector = await startCollector();
    const { telemetry } = await start({ ...json, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const error = new ConnectorError({
      kind: 'schema',
      code: 'centra/invalid_query',
      message: 'Centra refused the query for orders: made-up-token may not.',
    });
    await telemetry.run('source-centra read', async () => {
      const shop = telemetry.shop('https://acme.centra.com/graphql');
      shop.streamStarted('orders');
      shop.requested({ ...answered, error });
      shop.streamFailed('orders', error);
      shop.streamEnded('orders', false);
      return 2;
    });
    await telemetry.end();
    expect(collector.spans().map(({ status }) => status.message)).toEqual(
      Array(3).fill('Centra refused the query for orders: [secret] may not.'),
    );
    expect(collector.raw()).not.toContain('made-up-token');
  });

  test('becomes a tree of spans below TRACEPARENT', async () => {
    const collector = await startCollector();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    const { telemetry, warnings } = await start({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
      TRACEPARENT: `00-${traceId}-b7ad6b7169203331-01`,
      TRACESTATE: 'vendor=1',
    });
    expect(await tellRead(telemetry)).toBe(5);
    expect(warnings).toEqual([]);

    const root = named(collector, 'source-centra read');
    expect(root).toMatchObject({
      traceId,
      parentSpanId: 'b7ad6b7169203331',
      attributes: { 'process.exit.code': 5 },
      status: { code: 2, message: 'Centra answered 502 for orders. Try again later.' },
    });
    const orders = named(collector, 'stream orders');
    expect(orders).toMatchObject({
      traceId,
      parentSpanId: root.spanId,
      attributes: {
        'source_centra.stream': 'orders',
        'source_centra.records': 250,
        'source_centra.checkpoints': 2,
        'source_centra.status': 'complete',
      },
      status: { code: 0 },
    });
    expect(named(collector, 'stream returns')).toMatchObject({
      parentSpanId: root.spanId,
      attributes: { 'source_centra.records': 0, 'source_centra.status': 'incomplete' },
      status: { code: 2, message: 'Centra answered 502 for orders. Try again later.' },
    });
    expect(named(collector, 'POST its schema').parentSpanId).toBe(root.spanId);
    const requests = collector.spans().filter(({ name }) => name === 'POST orders');
    expect(requests.map(({ parentSpanId, kind }) => [parentSpanId, kind])).toEqual([
      [orders.spanId, 3],
      [orders.spanId, 3],
    ]);
    expect(requests.map(({ attributes }) => attributes)).toEqual([
      {
        'server.address': 'acme.centra.com',
        'server.port': 443,
        'http.request.method': 'POST',
        'http.response.status_code': 200,
        'source_centra.what': 'orders',
        'source_centra.complexity': 60,
      },
      {
        'server.address': 'acme.centra.com',
        'server.port': 443,
        'http.request.method': 'POST',
        'http.response.status_code': 502,
        'http.request.resend_count': 1,
        'source_centra.what': 'orders',
        'error.type': 'centra/failed',
      },
    ]);
    expect(named(collector, 'POST returns').attributes['error.type']).toBe('429');
    expect(collector.spans().flatMap(({ events }) => events)).toEqual([]);
    expect(collector.resource()).toMatchObject({
      'service.name': 'source-centra',
      'service.version': '1.2.3',
      'deployment.environment': 'test',
    });
    expect(collector.raw()).not.toContain('secret-in-query');
  });

  test('becomes numbers', async () => {
    const collector = await startCollector();
    const { telemetry } = await start({ ...json, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    await tellRead(telemetry);
    expect(Object.fromEntries(collector.metrics())).toMatchObject({
      'source_centra.records orders': 250,
      'source_centra.requests': 4,
      'source_centra.complexity': 130,
      'source_centra.retries': 1,
      'source_centra.throttled': 3000,
      'source_centra.paced': 1500,
      'source_centra.limit.used requests 10': 0.25,
      'source_centra.limit.used complexity 3600': 0.5,
      'http.client.request.duration orders 502': 1,
      'http.client.request.duration orders 200': 1,
    });
  });

  test('that is cut short ends the streams that it had begun', async () => {
    const collector = await startCollector();
    const { telemetry } = await start({ ...json, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const stopped = telemetry.run('source-centra read', async () => {
      telemetry.shop('http://localhost:8080/graphql').streamStarted('orders');
      throw new Error('stopped by SIGTERM, and a text that nobody checked');
    });
    await expect(stopped).rejects.toThrow('stopped by SIGTERM');
    await telemetry.end();
    expect(named(collector, 'stream orders').attributes['source_centra.status']).toBe('incomplete');
    expect(named(collector, 'source-centra read').status).toEqual({ code: 2 });
    expect(collector.raw()).not.toContain('nobody checked');
  });

  test('hands its trace on to processes that it starts', async () => {
    const collector = await startCollector();
    const { telemetry } = await start({ ...json, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    let variables: Readonly<Record<string, string>> = {};
    await telemetry.run('source-centra read-all', async () => {
      variables = telemetry.variables();
      return 0;
    });
    await telemetry.end();
    const { traceId, spanId } = named(collector, 'source-centra read-all');
    expect(variables).toEqual({ TRACEPARENT: `00-${traceId}-${spanId}-01` });
  });

  test('a trace that its parent does not sample is not sent', async () => {
    const collector = await startCollector();
    const { telemetry } = await start({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      TRACEPARENT: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
    });
    await tellRead(telemetry);
    expect(collector.spans()).toEqual([]);
    expect(collector.metrics().get('source_centra.requests')).toBe(4);
  });
});

describe('the other protocols', () => {
  test('http/protobuf, which is the default', async () => {
    const collector = await startCollector();
    const { telemetry, warnings } = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    await tellRead(telemetry);
    expect(new Set(collector.contentTypes())).toEqual(new Set(['application/x-protobuf']));
    for (const text of ['source-centra read', 'stream orders', 'source_centra.paced'])
      expect(collector.raw()).toContain(text);
    expect(warnings).toEqual([]);
  });

  test('grpc', async () => {
    const collector = await startGrpcCollector();
    const { telemetry, warnings } = await start({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    });
    await tellRead(telemetry);
    const all = collector.raw();
    expect(all).toContain('/opentelemetry.proto.collector.trace.v1.TraceService/Export');
    expect(all).toContain('stream orders');
    expect(all).toContain('/opentelemetry.proto.collector.metrics.v1.MetricsService/Export');
    expect(all).toContain('source_centra.paced');
    expect(warnings).toEqual([]);
  });
});

describe('a collector that fails', () => {
  /** One that is there, and one that is gone: its port was free a moment ago. */
  async function freePort(): Promise<number> {
    const server = createTcpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  const sentence = (how: string) =>
    `OpenTelemetry's collector did not take all traces and metrics${how}. What is read is not affected. Look at OTEL_EXPORTER_OTLP_ENDPOINT, or unset it.`;

  test.each(['http/json', 'grpc'])(
    'that is down, by %s: one warning, and no longer than two seconds',
    async (protocol) => {
      const { telemetry, warnings } = await start({
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}`,
      });
      const beganMs = performance.now();
      expect(await tellRead(telemetry, false)).toBe(5);
      expect(performance.now() - beganMs).toBeLessThan(2_500);
      expect(warnings).toHaveLength(1);
      expect(warnings[0]).toMatch(/^OpenTelemetry's collector did not take all traces and metrics/);
    },
  );

  test('that refuses: its answer is not repeated', async () => {
    const collector = await startCollector((response) => {
      response.writeHead(401, 'No such key as abc123').end('No such key as abc123');
    });
    const { telemetry, warnings } = await start({
      ...json,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_METRICS_EXPORTER: 'none',
    });
    await tellRead(telemetry, false);
    expect(warnings).toEqual([sentence(' (401)')]);
  });

  test('that never answers', async () => {
    const collector = await startCollector(() => undefined);
    const { telemetry, warnings } = await start({ ...json, OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint });
    const beganMs = performance.now();
    await tellRead(telemetry, false);
    expect(performance.now() - beganMs).toBeLessThan(2_500);
    expect(warnings).toEqual([sentence('')]);
  });
});

test('without the variables there is nothing', async () => {
  const { telemetry, warnings } = await start({ OTEL_SERVICE_NAME: 'shop' });
  expect(telemetry).toBe(noTelemetry);
  expect(await tellRead(telemetry)).toBe(5);
  expect(warnings).toEqual([]);
});
