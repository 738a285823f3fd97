import { askedFor } from './asked-for.ts';
import { noTelemetry, type Telemetry, type TelemetryOptions } from './telemetry.ts';

/** Loads OpenTelemetry only when the usual variables ask for it. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { signals, warnings } = askedFor(options.environment);
  for (const warning of warnings) options.warn(warning);
  if (signals.traces === undefined && signals.metrics === undefined) return noTelemetry;
  try {
    const { openTelemetry } = await import('./open-telemetry.ts');
    return await openTelemetry(signals, options);
  } catch {
    // Its text may hold an address with a password.
    options.warn(
      'OpenTelemetry could not be started, so no traces and metrics are sent. Look at the OTEL_ variables.',
    );
    return noTelemetry;
  }
}
