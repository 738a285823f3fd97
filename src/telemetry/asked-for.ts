export type Environment = Readonly<Record<string, string | undefined>>;

const protocols = ['grpc', 'http/protobuf', 'http/json'] as const;

/** How what is told travels to the collector. */
export type Protocol = (typeof protocols)[number];

/** The signals that are sent, with their protocols. */
export interface Signals {
  readonly traces: Protocol | undefined;
  readonly metrics: Protocol | undefined;
}

/** What the usual variables ask for: an exporter or an endpoint turns a signal on, `none` and OTEL_SDK_DISABLED turn it off. */
export function askedFor(environment: Environment): {
  readonly signals: Signals;
  readonly warnings: readonly string[];
} {
  const warnings: string[] = [];
  const signal = (name: 'TRACES' | 'METRICS'): Protocol | undefined => {
    if (!isAskedFor(name, environment, warnings)) return undefined;
    const protocol = protocolOf(name, environment, warnings);
    return hasAddress(name, protocol, environment, warnings) ? protocol : undefined;
  };
  const isDisabled = setting('OTEL_SDK_DISABLED', environment)?.toLowerCase() === 'true';
  const signals = isDisabled
    ? { traces: undefined, metrics: undefined }
    : { traces: signal('TRACES'), metrics: signal('METRICS') };
  // Both signals can say the same of a variable that they share.
  return { signals, warnings: [...new Set(warnings)] };
}

function isAskedFor(name: 'TRACES' | 'METRICS', environment: Environment, warnings: string[]): boolean {
  const variable = `OTEL_${name}_EXPORTER`;
  const exporters = (setting(variable, environment) ?? '').split(',').map((exporter) => exporter.trim());
  const named = exporters.filter((exporter) => exporter !== '');
  if (named.length === 0) {
    return ['OTEL_EXPORTER_OTLP_ENDPOINT', `OTEL_EXPORTER_OTLP_${name}_ENDPOINT`].some(
      (endpoint) => setting(endpoint, environment) !== undefined,
    );
  }
  if (named.includes('none')) return false;
  const [other] = named.filter((exporter) => exporter !== 'otlp');
  if (other !== undefined) {
    warnings.push(
      other === 'console'
        ? `${variable}=console is not followed: it would write between the records on stdout. Use otlp, or none.`
        : `${variable} names an exporter that is not known here. Use otlp, or none.`,
    );
  }
  return named.includes('otlp');
}

function protocolOf(name: 'TRACES' | 'METRICS', environment: Environment, warnings: string[]): Protocol {
  for (const variable of [`OTEL_EXPORTER_OTLP_${name}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    const value = setting(variable, environment);
    if (value === undefined) continue;
    const protocol = protocols.find((known) => known === value);
    if (protocol !== undefined) return protocol;
    warnings.push(`${variable} names a protocol that is not known here. Use one of ${protocols.join(', ')}.`);
    break;
  }
  return 'http/protobuf';
}

/** OpenTelemetry would send to this machine instead. gRPC wants no scheme before the host. */
function hasAddress(
  name: 'TRACES' | 'METRICS',
  protocol: Protocol,
  environment: Environment,
  warnings: string[],
): boolean {
  if (protocol === 'grpc') return true;
  for (const variable of [`OTEL_EXPORTER_OTLP_${name}_ENDPOINT`, 'OTEL_EXPORTER_OTLP_ENDPOINT']) {
    const endpoint = setting(variable, environment);
    if (endpoint === undefined) continue;
    if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return true;
    warnings.push(`${variable} is no address, so nothing is sent. Give one like http://localhost:4318.`);
    return false;
  }
  return true;
}

/** OpenTelemetry takes an empty variable for one that is not set. */
function setting(variable: string, environment: Environment): string | undefined {
  const value = environment[variable]?.trim();
  return value === '' ? undefined : value;
}
