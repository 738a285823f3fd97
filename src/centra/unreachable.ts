import { ConnectorError } from '../errors.ts';

/** The code of a connection that was refused here, since the host leads into a private network. */
export const PRIVATE_ADDRESS = 'CENTRA_PRIVATE_ADDRESS';

/** What a failed connection means for a person. */
export function unreachable(cause: unknown, endpoint: string, what: string): ConnectorError {
  const code = systemCode(cause);
  const { host } = new URL(endpoint);
  if (code === 'ENOTFOUND') {
    return new ConnectorError({
      kind: 'config',
      code: 'centra/unknown_host',
      message: `The host ${host} does not exist.`,
      hint: 'Check "endpoint"; it is usually https://{client}.centra.com/graphql.',
      cause,
    });
  }
  if (code === PRIVATE_ADDRESS) {
    return new ConnectorError({
      kind: 'config',
      code: 'centra/private_address',
      message: `The host ${host} leads to an address that is not of the internet, which is refused on a platform that many share.`,
      hint: 'Set "endpoint" to the address of your shop, such as https://acme.centra.com/graphql.',
      cause,
    });
  }
  if (code.includes('CERT') || code.startsWith('ERR_TLS') || code.includes('SELF_SIGNED')) {
    return new ConnectorError({
      kind: 'config',
      code: 'centra/certificate',
      message: `The certificate of ${host} is not trusted (${code}).`,
      hint: 'Check "endpoint", or give Node.js your own authority with NODE_EXTRA_CA_CERTS.',
      cause,
    });
  }
  const how = reasons[code] ?? `cannot be reached (${code})`;
  return new ConnectorError({
    kind: 'transient',
    code: 'centra/unreachable',
    message: `${host} ${how} when asked for ${what}.`,
    hint: 'Check "endpoint" and the network between here and there, then try again.',
    cause,
  });
}

const reasons: Readonly<Record<string, string>> = Object.freeze({
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'broke the connection',
  UND_ERR_SOCKET: 'broke the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent half an answer',
  UND_ERR_CONNECT_TIMEOUT: 'does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer',
  EAI_AGAIN: 'cannot be looked up at the moment',
  ENETUNREACH: 'cannot be reached: there is no network',
});

/** The innermost system or undici code: an AggregateError holds one per address that was tried. */
function systemCode(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (error instanceof AggregateError && error.errors.length > 0) return systemCode(error.errors[0]);
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string') return code;
  return error.cause === undefined ? error.name : systemCode(error.cause);
}
