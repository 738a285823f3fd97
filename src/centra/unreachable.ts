import { ConnectorError } from '../errors.ts';
import { systemCode, TransportError } from './transport-error.ts';

/** The code of a connection that was refused here, since the host leads into a private network. */
export const PRIVATE_ADDRESS = 'CENTRA_PRIVATE_ADDRESS';

/** What a failed connection means for a person. */
export function unreachable(cause: unknown, endpoint: string, what: string): ConnectorError {
  const code = cause instanceof TransportError ? cause.code : systemCode(cause);
  const proxy = cause instanceof TransportError ? cause.proxy : undefined;
  const { host } = new URL(endpoint);
  const through = proxy === undefined ? '' : ` through the proxy ${proxy}`;
  if (CERTIFICATE.test(code)) return certificateError(`${host}${through}`, code, cause);
  if (proxy !== undefined && isOfTheProxy(code)) return proxyError(proxy, host, code, what, cause);
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
  if (code === 'TOO_LARGE') return tooLarge(what, cause);
  const slow = slowness[code];
  const how = slow ?? reasons[code] ?? `cannot be reached (${code})`;
  return new ConnectorError({
    kind: 'transient',
    code: slow === undefined ? 'centra/unreachable' : 'centra/too_slow',
    message: `${host}${through} ${how} when asked for ${what}.`,
    hint: 'Check "endpoint" and the network between here and there, then try again.',
    isTooMuch: slow !== undefined,
    cause,
  });
}

/** All codes of Node.js and OpenSSL that speak of a certificate. */
const CERTIFICATE =
  /CERT|^ERR_TLS|^UND_ERR_PRX_TLS$|SELF_SIGNED|^UNABLE_TO_|^(?:CRL|ERROR_IN_CRL)_|^(?:HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED|AKID_SKID_MISMATCH|AKID_ISSUER_SERIAL_MISMATCH|KEYUSAGE_NO_CERTSIGN|SUBJECT_ISSUER_MISMATCH)$/;

function certificateError(host: string, code: string, cause: unknown): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'centra/certificate',
    message: `The certificate of ${host} is not trusted (${code}).`,
    hint: 'Check "endpoint", or give Node.js your own authority with NODE_EXTRA_CA_CERTS.',
    cause,
  });
}

/** Where a proxy stands between, it is the proxy that is looked up and connected to. */
function isOfTheProxy(code: string): boolean {
  return code.startsWith('PROXY_') || code in proxyReasons;
}

const proxyReasons: Readonly<Record<string, string>> = Object.freeze({
  ENOTFOUND: 'does not exist',
  EAI_AGAIN: 'cannot be looked up at the moment',
  ECONNREFUSED: 'refuses connections',
  EHOSTUNREACH: 'cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'does not answer',
  BAD_PROXY: 'has an address that cannot be read',
  PROXY_407: 'asks for a user and a password, or refuses those that it got',
  PROXY_403: 'does not allow it',
});

/** Mistakes in the variables; everything else of a proxy may pass. */
const proxyMistakes: ReadonlySet<string> = new Set(['ENOTFOUND', 'BAD_PROXY', 'PROXY_407', 'PROXY_403']);

function proxyError(proxy: string, host: string, code: string, what: string, cause: unknown): ConnectorError {
  const how = proxyReasons[code] ?? `answered ${code.replace('PROXY_', '')}`;
  return new ConnectorError({
    kind: proxyMistakes.has(code) ? 'config' : 'transient',
    code: 'centra/proxy',
    message: `The proxy ${proxy} ${how} when asked for a connection to ${host} for ${what}.`,
    hint: 'Check the variables HTTPS_PROXY and HTTP_PROXY, or name the host in NO_PROXY.',
    cause,
  });
}

function tooLarge(what: string, cause: unknown): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'centra/too_much',
    message: `The answer for ${what} is larger than 64 MB.`,
    hint: 'Take columns out of the tenant catalog, or give its nested lists a limit.',
    isTooMuch: true,
    cause,
  });
}

const slowness: Readonly<Record<string, string>> = Object.freeze({
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer',
  TOO_SLOW: 'did not come to the end of its answer in time',
});

const reasons: Readonly<Record<string, string>> = Object.freeze({
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: 'broke the connection',
  EPIPE: 'broke the connection',
  UND_ERR_SOCKET: 'broke the connection',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'sent half an answer',
  UND_ERR_CONNECT_TIMEOUT: 'does not answer',
  UND_ERR_HEADERS_OVERFLOW: 'sent an answer whose head does not end',
  HPE_HEADER_OVERFLOW: 'sent an answer whose head does not end',
  UNKNOWN_PACKING: 'sent an answer that is packed in an unknown way',
  BROKEN_PACKING: 'sent an answer that cannot be unpacked',
  EPROTO: 'does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS',
  EAI_AGAIN: 'cannot be looked up at the moment',
  ENETUNREACH: 'cannot be reached: there is no network',
});
