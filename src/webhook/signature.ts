import { createHmac, timingSafeEqual } from 'node:crypto';

/** What an `X-Centra-Signature` header says. */
export interface Signature {
  /** When Centra signed, in seconds. */
  readonly sentAt: number;
  /** As it was written, for the digits are part of what was signed. */
  readonly timestamp: string;
  /** The digests under `v1`, in lower case; more than one when Centra signs with an old and a new secret. */
  readonly digests: readonly string[];
}

/** Why a call is not believed. */
export type SignatureFault = 'missing' | 'malformed' | 'too_old' | 'too_new' | 'mismatch';

export const DEFAULT_TOLERANCE_SECONDS = 300;

/** More than one rotation needs, and few enough to compute for anybody. */
const MOST_DIGESTS = 4;

/** Reads `t=<unix seconds>,v1=<hex>`; spaces may follow a comma, and parts that are not known are passed over. */
export function parseSignature(header: string | null | undefined): Signature | SignatureFault {
  if (header === null || header === undefined || header.trim() === '') return 'missing';
  if (header.length > 1_000) return 'malformed';
  let timestamp: string | undefined;
  const digests: string[] = [];
  for (const part of header.split(',')) {
    const [, name, value = ''] = /^\s*([a-z0-9]+)=(\S*)\s*$/.exec(part) ?? [];
    if (name === 't') {
      if (timestamp !== undefined || !/^\d{1,12}$/.test(value)) return 'malformed';
      timestamp = value;
    } else if (name === 'v1') {
      if (!/^[0-9a-f]{64}$/i.test(value)) return 'malformed';
      digests.push(value.toLowerCase());
    }
  }
  if (timestamp === undefined || digests.length === 0 || digests.length > MOST_DIGESTS) return 'malformed';
  return { sentAt: Number(timestamp), timestamp, digests };
}

/** Whether the signature is of about now; an old call may be one that somebody recorded. */
export function timeFault(
  { sentAt }: Signature,
  nowSeconds: number,
  toleranceSeconds = DEFAULT_TOLERANCE_SECONDS,
): SignatureFault | undefined {
  if (sentAt < nowSeconds - toleranceSeconds) return 'too_old';
  if (sentAt > nowSeconds + toleranceSeconds) return 'too_new';
  return undefined;
}

/**
 * The digest that one of the secrets makes of the raw body, or `mismatch`. Every secret is tried with every digest, so
 * that the time it takes does not tell which one was right.
 */
export function verifiedDigest(
  { timestamp, digests }: Signature,
  body: Uint8Array,
  secrets: readonly string[],
): { readonly digest: string } | 'mismatch' {
  let digest: string | undefined;
  for (const secret of secrets) {
    const expected = digestOf(secret, timestamp, body);
    for (const given of digests) {
      if (timingSafeEqual(expected, Buffer.from(given, 'hex'))) digest = given;
    }
  }
  return digest === undefined ? 'mismatch' : { digest };
}

/** The header that Centra would send. */
export function signatureHeader(secret: string, sentAt: number, body: string | Uint8Array): string {
  const digest = digestOf(secret, String(sentAt), body).toString('hex');
  return `t=${sentAt},v1=${digest}`;
}

function digestOf(secret: string, timestamp: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest();
}
