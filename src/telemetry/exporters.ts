import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Protocol } from './asked-for.ts';

/** Each looks up by itself, in the variables of the process, where it sends to, with which headers and certificates. */
export async function traceExporter(protocol: Protocol): Promise<SpanExporter> {
  if (protocol === 'grpc') return (await import('./grpc-exporters.ts')).grpcTraceExporter();
  const { OTLPTraceExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-trace-otlp-http')
      : await import('@opentelemetry/exporter-trace-otlp-proto');
  return new OTLPTraceExporter();
}

export async function metricExporter(protocol: Protocol): Promise<PushMetricExporter> {
  if (protocol === 'grpc') return (await import('./grpc-exporters.ts')).grpcMetricExporter();
  const { OTLPMetricExporter } =
    protocol === 'http/json'
      ? await import('@opentelemetry/exporter-metrics-otlp-http')
      : await import('@opentelemetry/exporter-metrics-otlp-proto');
  return new OTLPMetricExporter();
}
