import { type SpanStatus, SpanStatusCode } from '@opentelemetry/api';
import { type ConnectorError, sentence } from '../errors.ts';

/**
 * A ConnectorError's sentence holds nobody's data; any other error's text might. `redact` blots out the secrets, for a
 * sentence can quote what the API says of a query.
 */
export function failedStatus(
  error: ConnectorError | undefined,
  redact: (text: string) => string,
): SpanStatus {
  return { code: SpanStatusCode.ERROR, ...(error !== undefined && { message: redact(sentence(error)) }) };
}
