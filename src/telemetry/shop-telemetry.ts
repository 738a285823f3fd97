import { type Attributes, type Context, type Span, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import type { ConnectorError } from '../errors.ts';
import { failedStatus } from './failed-status.ts';
import type { Metrics } from './metrics.ts';
import type { NumbersTold, RequestTold, ShopTelemetry } from './telemetry.ts';

interface OpenStream {
  readonly span: Span;
  records: number;
  checkpoints: number;
  failure: ConnectorError | undefined;
}

/** A span for each stream and each request below `parent`, and their numbers. */
export function shopTelemetry(options: {
  readonly endpoint: string;
  readonly tracer: Tracer;
  readonly instruments: Metrics;
  readonly parent: Context;
  readonly redact: (text: string) => string;
  readonly failed: (error: ConnectorError) => void;
}): ShopTelemetry & { readonly end: () => void } {
  const { tracer, instruments, parent, redact, failed } = options;
  const server = serverOf(options.endpoint);
  const open = new Map<string, OpenStream>();

  function streamOf(stream: string): OpenStream {
    const known = open.get(stream);
    if (known !== undefined) return known;
    const attributes = { 'source_centra.stream': stream };
    const span = tracer.startSpan(`stream ${stream}`, { attributes }, parent);
    const opened: OpenStream = { span, records: 0, checkpoints: 0, failure: undefined };
    open.set(stream, opened);
    return opened;
  }

  function close(stream: string, status: 'complete' | 'incomplete'): void {
    const { span, records, checkpoints, failure } = streamOf(stream);
    open.delete(stream);
    span.setAttributes({
      'source_centra.records': records,
      'source_centra.checkpoints': checkpoints,
      'source_centra.status': status,
    });
    if (status === 'incomplete') span.setStatus(failedStatus(failure, redact));
    span.end();
  }

  return Object.freeze({
    requested: (request: RequestTold) => {
      const attributes = attributesOf(request, server);
      const endMs = Date.now();
      // Several streams can share a request; it stands below the one that has its name.
      const stream = open.get(request.what);
      const span = tracer.startSpan(
        `POST ${request.what}`,
        {
          kind: SpanKind.CLIENT,
          startTime: endMs - request.durationMs,
          attributes: {
            ...attributes,
            ...(request.complexity !== undefined && { 'source_centra.complexity': request.complexity }),
            ...(request.attempt > 1 && { 'http.request.resend_count': request.attempt - 1 }),
          },
        },
        stream === undefined ? parent : trace.setSpan(parent, stream.span),
      );
      if (attributes['error.type'] !== undefined) span.setStatus(failedStatus(request.error, redact));
      span.end(endMs);
      instruments.requestDuration.record(request.durationMs / 1000, attributes);
    },
    watch: (source: NumbersTold) => instruments.watch(source, server),
    streamStarted: (stream: string) => void streamOf(stream),
    records: (stream: string, count: number) => {
      streamOf(stream).records += count;
      instruments.records.add(count, { 'source_centra.stream': stream, ...server });
    },
    checkpoint: (stream: string) => {
      streamOf(stream).checkpoints += 1;
    },
    streamFailed: (stream: string | undefined, error: ConnectorError) => {
      if (stream !== undefined) streamOf(stream).failure = error;
      failed(error);
    },
    streamEnded: (stream: string, isComplete: boolean) =>
      close(stream, isComplete ? 'complete' : 'incomplete'),
    /** A read that was cut short does not say so of each stream. */
    end: () => {
      for (const stream of [...open.keys()]) close(stream, 'incomplete');
    },
  });
}

/** Low in number, so that they can be a metric's too. */
function attributesOf({ what, status, error }: RequestTold, server: Attributes): Attributes {
  const errorType = error?.code ?? (status === 429 ? '429' : undefined);
  return {
    ...server,
    'http.request.method': 'POST',
    'source_centra.what': what,
    ...(status !== undefined && { 'http.response.status_code': status }),
    ...(errorType !== undefined && { 'error.type': errorType }),
  };
}

function serverOf(endpoint: string): Readonly<Record<string, string | number>> {
  const { hostname, port, protocol } = new URL(endpoint);
  const defaultPort = protocol === 'http:' ? 80 : 443;
  return { 'server.address': hostname, 'server.port': port === '' ? defaultPort : Number(port) };
}
