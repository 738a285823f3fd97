import { type SpanStatus, SpanStatusCode } from '@opentelemetry/api';
import { type ConnectorError, sentence } from '../errors.ts';

/** A ConnectorError's sentence holds no secret and nobody's data; any other error's text might. */
export function failedStatus(error: ConnectorError | undefined): SpanStatus {
  return { code: SpanStatusCode.ERROR, ...(error !== undefined && { message: sentence(error) }) };
}
