import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterAll } from 'vitest';

export interface ReceivedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly kind: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code?: number; readonly message?: string };
  readonly events: readonly unknown[];
}

export interface Collector {
  readonly endpoint: string;
  readonly spans: () => readonly ReceivedSpan[];
  /** The last value of each data point, by the metric's name and what tells its points apart. */
  readonly metrics: () => ReadonlyMap<string, number>;
  readonly resource: () => Readonly<Record<string, unknown>>;
  /** All that came, as text, and the content types. */
  readonly raw: () => string;
  readonly contentTypes: () => readonly string[];
}

const labels = [
  'source_centra.stream',
  'source_centra.what',
  'http.response.status_code',
  'source_centra.limit.resource',
  'source_centra.limit.window',
];

/** A collector that takes OTLP over HTTP: JSON is decoded, Protobuf is kept as it came. `answer` may refuse, or leave hanging. */
export async function startCollector(
  answer: (response: ServerResponse) => void = (response) => void response.end('{}'),
): Promise<Collector> {
  const bodies: { readonly path: string; readonly type: string; readonly body: Buffer }[] = [];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    bodies.push({ path: request.url ?? '', type: request.headers['content-type'] ?? '', body });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const decoded = (path: string) =>
    bodies
      .filter((received) => received.path === path && received.type === 'application/json')
      .map(({ body }) => JSON.parse(body.toString()) as Otlp);
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () =>
      decoded('/v1/traces').flatMap(({ resourceSpans = [] }) =>
        resourceSpans.flatMap(({ scopeSpans }) =>
          scopeSpans.flatMap(({ spans }) =>
            spans.map((span) => ({
              ...span,
              parentSpanId: span.parentSpanId,
              attributes: plain(span.attributes),
            })),
          ),
        ),
      ),
    metrics: () => {
      const points = decoded('/v1/metrics').flatMap(({ resourceMetrics = [] }) =>
        resourceMetrics.flatMap(({ scopeMetrics }) =>
          scopeMetrics.flatMap(({ metrics }) =>
            metrics.flatMap(
              ({ name, sum, gauge, histogram }) =>
                (sum ?? gauge ?? histogram)?.dataPoints.map((point) => {
                  const of = plain(point.attributes);
                  const key = [name, ...labels.flatMap((label) => of[label] ?? [])].join(' ');
                  return [key, Number(point.asInt ?? point.asDouble ?? point.count)] as const;
                }) ?? [],
            ),
          ),
        ),
      );
      return new Map(points);
    },
    resource: () => plain(decoded('/v1/traces')[0]?.resourceSpans?.[0]?.resource.attributes ?? []),
    raw: () => bodies.map(({ body }) => body.toString('latin1')).join('\n'),
    contentTypes: () => bodies.map(({ type }) => type),
  };
}

/** A collector that takes OTLP over gRPC, and keeps each call's path and bytes as text. */
export async function startGrpcCollector(): Promise<Pick<Collector, 'endpoint' | 'raw'>> {
  const received: string[] = [];
  const server = createHttp2Server();
  server.on('stream', (stream, headers) => {
    stream.on('data', (part: Buffer) => received.push(`${headers[':path']} ${part.toString('latin1')}`));
    stream.on('end', () => {
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      // An empty message, uncompressed.
      stream.end(Buffer.alloc(5));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => {
    server.close();
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    raw: () => received.join('\n'),
  };
}

type Attributes = readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];

interface Point {
  readonly attributes: Attributes;
  readonly asInt?: number | string;
  readonly asDouble?: number;
  readonly count?: number;
}

interface Otlp {
  readonly resourceSpans?: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, 'attributes'> & { readonly attributes: Attributes })[];
    }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly {
      readonly metrics: readonly {
        readonly name: string;
        readonly sum?: { readonly dataPoints: readonly Point[] };
        readonly gauge?: { readonly dataPoints: readonly Point[] };
        readonly histogram?: { readonly dataPoints: readonly Point[] };
      }[];
    }[];
  }[];
}

function plain(attributes: Attributes): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]] as const));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
}
