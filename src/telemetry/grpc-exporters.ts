import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

// A file of its own: gRPC is larger than all the rest, and being CommonJS, it has no names when it is imported on demand.

export function grpcTraceExporter(): SpanExporter {
  return new OTLPTraceExporter();
}

export function grpcMetricExporter(): PushMetricExporter {
  return new OTLPMetricExporter();
}
