import { ConnectorError } from '../../errors.ts';
import type { Probed } from './diagnosis.ts';

/**
 * What a probe brings, or the sentence why it does not. Thrown is a fault of this program, which is none of the shop's, and
 * what `isFatal` says: then nothing else would be answered either.
 */
export async function attempt<T>(
  probe: () => Promise<T>,
  isFatal: (error: ConnectorError) => boolean = () => false,
): Promise<Probed<T>> {
  try {
    return { found: await probe() };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind === 'bug' || isFatal(error)) throw error;
    return { failure: error.message };
  }
}

/** The token, the address or the limits are in the way, and not what was asked for. */
export function isAboutAccess({ kind, isTooMuch }: ConnectorError): boolean {
  return kind === 'auth' || kind === 'throttled' || (kind === 'config' && !isTooMuch);
}

/** Nothing gets through, or nothing is answered. */
export function isOutage(error: ConnectorError): boolean {
  return error.kind === 'transient' || isAboutAccess(error);
}
