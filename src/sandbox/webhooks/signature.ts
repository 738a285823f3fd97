import { createHmac } from 'node:crypto';

export interface Signing {
  /** The endpoint secret. */
  readonly secret: string;
  /** Unix seconds. */
  readonly at: number;
  /** As it is sent, still url-encoded. */
  readonly body: string;
  /** Whether a space follows the comma, as it may. */
  readonly hasSpace: boolean;
}

/** The value of `X-Centra-Signature`: the hash is over the time, a dot and the body. */
export function centraSignature({ secret, at, body, hasSpace }: Signing): string {
  const hash = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return `t=${at},${hasSpace ? ' ' : ''}v1=${hash}`;
}
