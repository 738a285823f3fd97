import { ConnectorError } from '../../errors.ts';

const thisMachine: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What stands before `/centra/…`, without the slashes at its end. */
export function receiverAddress(given: string): string {
  if (/^https?:$/.test(partsOf(given).protocol)) return given.replace(/\/+$/, '');
  throw notAnAddress(given, 'http:// or https://');
}

/** Such as Centra is told: it calls over the internet, so that a plain one is good for a trial on this machine alone. */
export function publicAddress(given: string): string {
  const { protocol, hostname } = partsOf(given);
  if (protocol === 'https:' || thisMachine.has(hostname)) return receiverAddress(given);
  throw notAnAddress(given, 'https://');
}

function partsOf(given: string): Pick<URL, 'protocol' | 'hostname'> {
  return URL.canParse(given) ? new URL(given) : { protocol: '', hostname: '' };
}

function notAnAddress(given: string, beginning: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'cli/arguments',
    message: `--url is not an address that begins with ${beginning}: ${withoutPassword(given)}.`,
    hint: 'Write it as Centra calls it: --url https://hooks.acme.com. For a trial on this machine: --url http://127.0.0.1:8080.',
  });
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/.*@/s, '//');
}
