import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  trace,
} from '@opentelemetry/api';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  MeterProvider,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { ConnectorError } from '../errors.ts';
import type { Environment, Signals } from './asked-for.ts';
import { metricExporter, traceExporter } from './exporters.ts';
import { failedStatus } from './failed-status.ts';
import { createMetrics } from './metrics.ts';
import { shopTelemetry } from './shop-telemetry.ts';
import type { Telemetry, TelemetryOptions } from './telemetry.ts';

/** How long the end of a command may wait for the collector. */
const LONGEST_FLUSH_MS = 2_000;

const NAME = 'source-centra';

const traceContext = new W3CTraceContextPropagator();

/** Telemetry by OpenTelemetry. The packages read their own variables: endpoints, headers, certificates, samplers, limits. */
export async function openTelemetry(
  signals: Signals,
  { environment, version, warn, redact }: TelemetryOptions,
): Promise<Telemetry> {
  let isDelivered = true;
  const complain = (error?: unknown) => {
    if (isDelivered) warn(notDelivered(error));
    isDelivered = false;
  };
  setGlobalErrorHandler(complain);
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': NAME, 'service.version': version }))
    .merge(detectResources({ detectors: [envDetector] }));
  const traces = signals.traces && (await traceExporter(signals.traces));
  const metrics = signals.metrics && (await metricExporter(signals.metrics));
  const tracerProvider = new BasicTracerProvider({
    resource,
    spanProcessors: traces === undefined ? [] : [new BatchSpanProcessor(traces)],
  });
  const meterProvider = new MeterProvider({ resource, readers: readers(metrics, environment) });
  const tracer = tracerProvider.getTracer(NAME, version);
  const instruments = createMetrics(meterProvider.getMeter(NAME, version));
  const parent = parentOf(environment);
  const endings = new Set<() => void>();
  let root: { readonly span: Span; readonly context: Context } | undefined;
  let failure: ConnectorError | undefined;

  return Object.freeze({
    run: async (name: string, work: () => Promise<number>) => {
      const span = tracer.startSpan(name, {}, parent);
      root = { span, context: trace.setSpan(parent, span) };
      try {
        const exitCode = await work();
        span.setAttribute('process.exit.code', exitCode);
        if (exitCode !== 0) span.setStatus(failedStatus(failure, redact));
        return exitCode;
      } catch (error) {
        span.setStatus(failedStatus(failure, redact));
        throw error;
      } finally {
        for (const end of endings) end();
        span.end();
      }
    },
    shop: (endpoint: string) => {
      const shop = shopTelemetry({
        endpoint,
        tracer,
        instruments,
        parent: root?.context ?? parent,
        redact,
        failed: (error) => {
          failure ??= error;
        },
      });
      endings.add(shop.end);
      return shop;
    },
    variables: () => {
      const carrier: Record<string, string> = {};
      traceContext.inject(root?.context ?? parent, carrier, defaultTextMapSetter);
      return Object.fromEntries(Object.entries(carrier).map(([name, value]) => [name.toUpperCase(), value]));
    },
    failed: (error: ConnectorError) => {
      failure = error;
    },
    end: async () => {
      const handOver = Promise.allSettled([tracerProvider.shutdown(), meterProvider.shutdown()]);
      const inTime = new AbortController();
      const late = sleep(LONGEST_FLUSH_MS, undefined, { signal: inTime.signal }).catch(() => undefined);
      const outcomes = await Promise.race([handOver, late]);
      inTime.abort();
      const failed = outcomes?.find((outcome) => outcome.status === 'rejected');
      if (outcomes === undefined || failed !== undefined) complain(failed?.reason);
      return isDelivered;
    },
  });
}

function readers(
  exporter: PushMetricExporter | undefined,
  environment: Environment,
): PeriodicExportingMetricReader[] {
  if (exporter === undefined) return [];
  const milliseconds = (variable: string, preset: number) => {
    const given = Number(environment[variable]);
    return given > 0 ? given : preset;
  };
  const exportIntervalMillis = milliseconds('OTEL_METRIC_EXPORT_INTERVAL', 60_000);
  const exportTimeoutMillis = milliseconds('OTEL_METRIC_EXPORT_TIMEOUT', 30_000);
  return [
    new PeriodicExportingMetricReader({
      exporter,
      exportIntervalMillis,
      exportTimeoutMillis: Math.min(exportIntervalMillis, exportTimeoutMillis),
    }),
  ];
}

/** The trace that the one who started this command is in, as W3C's TRACEPARENT and TRACESTATE say it. */
function parentOf(environment: Environment): Context {
  const carrier = { traceparent: environment.TRACEPARENT, tracestate: environment.TRACESTATE };
  return traceContext.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);
}

/** Of the error its code alone: its text may hold an address with a password, or what the collector answered. */
function notDelivered(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  const how = typeof code === 'string' || typeof code === 'number' ? ` (${code})` : '';
  return `OpenTelemetry's collector did not take all traces and metrics${how}. What is read is not affected. Look at OTEL_EXPORTER_OTLP_ENDPOINT, or unset it.`;
}
