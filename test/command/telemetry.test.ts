import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { startCollector, startGrpcCollector } from '../unit/telemetry/collector.ts';
import {
  catalogOf,
  configured,
  fileWith,
  logsOf,
  type Outcome,
  recordsOf,
  sourceCentra,
  statesOf,
} from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

const dist = join(import.meta.dirname, '..', '..', 'dist');
const traceId = '0af7651916cd43dd8448eb211c80319c';

let shop: TestShop;
let args: readonly string[];
let streams: readonly string[];

beforeAll(async () => {
  shop = await openShop();
  const catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
  streams = ['orders', 'order_lines', 'returns'];
  const file = fileWith(configured(catalog, 'incremental', streams));
  args = ['read', '--config', shop.config, '--catalog', file];
});

/** The variables for a collector that takes JSON. */
const sentTo = (endpoint: string) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector-secret',
});

/** The files of dist that a process has loaded, as the runtime itself counts them. */
async function loaded(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly files: readonly string[]; readonly outcome: Outcome }> {
  const folder = mkdtempSync(join(tmpdir(), 'source-centra-loaded-'));
  try {
    const outcome = await sourceCentra(command, {
      environment: { ...environment, NODE_V8_COVERAGE: folder },
    });
    const files = readdirSync(folder).flatMap((file) => {
      const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
        readonly result: readonly { readonly url: string }[];
      };
      return result.flatMap(({ url }) => (url.includes('/dist/') ? [basename(new URL(url).pathname)] : []));
    });
    return { files, outcome };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The packages name themselves in their files. */
const holdsOpenTelemetry = (file: string) => readFileSync(join(dist, file), 'utf8').includes('opentelemetry');

/** Wherever the face says them. */
const warningsOf = (outcome: Outcome) =>
  [...outcome.stderr.split('\n'), ...logsOf(outcome)].filter((text) => /OpenTelemetry|OTEL_/.test(text));

describe('without the variables', () => {
  test.each(['spec', 'read'])('%s loads nothing of OpenTelemetry', async (command) => {
    const { files, outcome } = await loaded(command === 'spec' ? ['spec'] : args);
    expect(outcome.code).toBe(0);
    expect(files).not.toEqual([]);
    expect(files.filter(holdsOpenTelemetry)).toEqual([]);
  });

  test('where they are set, it is seen to be loaded', async () => {
    const collector = await startCollector();
    const { files } = await loaded(['spec'], sentTo(collector.endpoint));
    expect(files.filter(holdsOpenTelemetry)).not.toEqual([]);
  });
});

describe('a read with a collector', () => {
  test('is told as one trace and in numbers, and stdout is the same', async () => {
    const collector = await startCollector();
    const plain = await sourceCentra(args);
    const outcome = await sourceCentra(args, {
      environment: {
        ...sentTo(collector.endpoint),
        TRACEPARENT: `00-${traceId}-b7ad6b7169203331-01`,
      },
    });
    expect(outcome.code).toBe(0);
    expect(outcome.stderr).toBe(plain.stderr);
    for (const stream of streams) {
      const rows = (from: Outcome) => recordsOf(from, stream).map(({ data }) => data);
      expect(rows(outcome)).toEqual(rows(plain));
    }

    const spans = collector.spans();
    expect(new Set(spans.map((span) => span.traceId))).toEqual(new Set([traceId]));
    const [root, ...others] = spans.filter(({ parentSpanId }) => parentSpanId === 'b7ad6b7169203331');
    expect(others).toEqual([]);
    expect(root).toMatchObject({
      name: 'source-centra read',
      attributes: { 'process.exit.code': 0 },
      status: { code: 0 },
    });
    for (const stream of streams) {
      const records = recordsOf(outcome, stream).length;
      expect(spans.filter(({ name }) => name === `stream ${stream}`)).toMatchObject([
        {
          parentSpanId: root?.spanId,
          attributes: {
            'source_centra.records': records,
            'source_centra.checkpoints': statesOf(outcome).filter(
              ({ stream: described }) => described?.stream_descriptor.name === stream,
            ).length,
            'source_centra.status': 'complete',
          },
        },
      ]);
      expect(collector.metrics().get(`source_centra.records ${stream}`)).toBe(records);
    }
    const requests = spans.filter(({ name }) => name.startsWith('POST '));
    expect(requests.length).toBeGreaterThan(3);
    for (const { attributes } of requests) expect(attributes['http.response.status_code']).toBe(200);
    expect(collector.metrics().get('source_centra.requests')).toBe(requests.length);
    const points = requests.map(({ attributes }) => Number(attributes['source_centra.complexity'] ?? 0));
    expect(collector.metrics().get('source_centra.complexity')).toBe(
      points.reduce((sum, complexity) => sum + complexity, 0),
    );
  });

  test('nothing secret and nobody’s data goes there', async () => {
    const collector = await startCollector();
    const outcome = await sourceCentra(args, { environment: sentTo(collector.endpoint) });
    const texts = recordsOf(outcome, 'orders').flatMap(({ data }) =>
      Object.values(data as Record<string, unknown>).filter(
        // Shorter ones can be a part of a word.
        (value): value is string => typeof value === 'string' && value.length > 12,
      ),
    );
    expect(texts.length).toBeGreaterThan(10);
    const raw = collector.raw();
    for (const text of [shop.token, shop.config, 'collector-secret', 'query ', ...texts.slice(0, 2000)])
      expect(raw).not.toContain(text);
  });

  test('that is stopped by SIGTERM is told as far as it came', async () => {
    const collector = await startCollector();
    const outcome = await sourceCentra(args, {
      environment: sentTo(collector.endpoint),
      killAfterLines: 20,
      signal: 'SIGTERM',
    });
    expect(outcome.code).toBe(143);
    const root = collector.spans().find(({ name }) => name === 'source-centra read');
    expect(root?.status.code).toBe(2);
    const told = collector.spans().filter(({ name }) => name.startsWith('stream '));
    expect(told.map(({ attributes }) => attributes['source_centra.status'])).toContain('incomplete');
  });

  test('a shop that refuses is told with the sentence that people see', async () => {
    const collector = await startCollector();
    const config = fileWith({ endpoint: shop.endpoint, api_token: 'a-wrong-token' });
    const outcome = await sourceCentra(
      args.map((arg) => (arg === shop.config ? config : arg)),
      { environment: sentTo(collector.endpoint) },
    );
    expect(outcome.code).not.toBe(0);
    const root = collector.spans().find(({ name }) => name === 'source-centra read');
    expect(root?.attributes['process.exit.code']).toBe(outcome.code);
    expect(outcome.stderr).toContain(root?.status.message);
    expect(root?.status.message).toContain('token');
    expect(collector.raw()).not.toContain('a-wrong-token');
  });
});

describe('the other protocols', () => {
  test.each(['http/protobuf', 'grpc'])('%s', async (protocol) => {
    const collector = protocol === 'grpc' ? await startGrpcCollector() : await startCollector();
    const outcome = await sourceCentra(['spec'], {
      environment: { ...sentTo(collector.endpoint), OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
    });
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(collector.raw()).toContain('source-centra spec');
  });
});

describe('a collector that fails', () => {
  test.each([
    ['that is down', 'http://127.0.0.1:9', 'http/json'],
    ['that is down, by grpc', 'http://127.0.0.1:9', 'grpc'],
    ['that never answers', undefined, 'http/json'],
  ])('%s: every record, one warning, and the end is not held up', async (_name, address, protocol) => {
    const silent = await startCollector(() => undefined);
    const beganMs = performance.now();
    const plain = await sourceCentra(args);
    const plainMs = performance.now() - beganMs;
    const againMs = performance.now();
    const outcome = await sourceCentra(args, {
      environment: { ...sentTo(address ?? silent.endpoint), OTEL_EXPORTER_OTLP_PROTOCOL: protocol },
    });
    expect(outcome.code).toBe(0);
    expect(recordsOf(outcome).length).toBe(recordsOf(plain).length);
    const warnings = warningsOf(outcome);
    expect(warnings).toEqual([expect.stringContaining('collector did not take all')]);
    // Left to itself, an export is tried for ten seconds.
    expect(performance.now() - againMs).toBeLessThan(plainMs * 2 + 5_000);
  });

  test('the console exporter does not get at stdout', async () => {
    const outcome = await sourceCentra(['spec'], {
      environment: { OTEL_TRACES_EXPORTER: 'console', OTEL_METRICS_EXPORTER: 'console' },
    });
    // Every line of stdout is a message, or it would not have been understood.
    expect(outcome.messages.filter(({ type }) => type !== 'LOG').map(({ type }) => type)).toEqual(['SPEC']);
    expect(warningsOf(outcome)).toEqual([
      expect.stringContaining('OTEL_TRACES_EXPORTER=console is not followed'),
      expect.stringContaining('OTEL_METRICS_EXPORTER=console is not followed'),
    ]);
  });
});
