import { Ajv, type ErrorObject } from 'ajv';
import { ConnectorError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { CentraSourceConfiguration } from './configuration.generated.ts';
import { isPostgresAddress } from './postgres-address.ts';

/** What to do about a property that is missing or wrong. */
const hints: Readonly<Record<string, string>> = Object.freeze({
  endpoint:
    'Set "endpoint" to your shop\'s GraphQL address, such as "https://acme.centra.com/graphql"; plain http is allowed for a local address only.',
  api_token: 'Make a token in Centra under System > API Tokens and set "api_token" to it.',
  tenant_catalog:
    'Write { "source": "bundled", "name": "default" }, { "source": "file", "path": "…" } or { "source": "inline", "yaml": "…" }.',
  token_expires_at:
    'Write the date that Centra shows for the token, as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ, or leave it out.',
  lookback_minutes: 'Use a whole number of minutes from 0 to 1440.',
  allow_mass_deletions: 'Use true or false, or leave it out.',
  previous_endpoint:
    'Write the address that the shop had before, such as "https://old-name.centra.com/graphql", or leave it out.',
  start_date: 'Write it as YYYY-MM-DD or YYYY-MM-DDTHH:mm:ssZ, or leave it out.',
  pii_key: 'Use at least 32 characters that nobody can guess, or leave it out when no column is hashed.',
  pii_key_id: 'Use up to 32 letters, digits, - and _, or leave it out.',
  budget_share: 'Use a number from 0.05 to 1.',
  max_concurrency: 'Use a whole number from 1 to 16.',
  reconcile_every_hours: 'Use a whole number of hours; 0 means never.',
  max_wait_minutes: 'Use a whole number of minutes from 0 to 1440.',
  request_timeout_seconds: 'Use a whole number of seconds from 5 to 600.',
  webhook_inbox:
    'Write postgresql://user:password@host/database, with %2F for a / in the password and so on, or the path of a folder.',
  webhook_id: 'Run source-centra webhook create, which makes one.',
  webhook_secret: 'Use the endpoint secret of the Centra Webhook plugin, at least 6 characters.',
  webhook_previous_secret: 'Use the endpoint secret that was there before, or leave it out.',
  events: 'Use true where Centra has enabled the events system for you, or leave it out.',
  reconcile_days_back: 'Use a whole number of days from 1 to 365.',
});

/** Checks a configuration against its schema; throws one ConnectorError that names every wrong property. */
export function validateConfiguration(
  value: unknown,
  schema: Readonly<Record<string, unknown>>,
): CentraSourceConfiguration {
  if (!isObject(value)) throw notAnObject('The configuration');
  const ajv = new Ajv({ allErrors: true, strict: false });
  const isValid = ajv.compile<CentraSourceConfiguration>(schema);
  if (!isValid(value)) throw configurationError(isValid.errors ?? [], value);
  const { endpoint, previous_endpoint: previous, webhook_inbox: inbox } = value;
  refuseUnfitToken(value.api_token);
  const wrong = [
    ...(isEndpoint(endpoint) ? [] : ['endpoint']),
    ...(previous === undefined || isEndpoint(previous) ? [] : ['previous_endpoint']),
    ...(inbox === undefined || isInbox(inbox) ? [] : ['webhook_inbox']),
  ];
  if (wrong.length === 0) return value;
  throw configurationError([], value, wrong);
}

/** A token goes into a header of each request, which holds printable ASCII. */
function refuseUnfitToken(token: string): void {
  const at = token.search(/[^\x20-\x7e]/);
  if (at < 0) return;
  throw new ConnectorError({
    kind: 'config',
    code: 'config/wrong_api_token',
    message: `The configuration's "api_token" holds a character that no HTTP header can hold, as its character ${at + 1}.`,
    hint: 'Copy the token from Centra again, without what a document or a chat may have put into it.',
  });
}

export function notAnObject(what: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'config/not_an_object',
    message: `${what} is not a JSON object.`,
    hint: 'Write { "endpoint": "…", "api_token": "…" }.',
  });
}

/** What the pattern in the schema cannot say: that it is a URL, that its host is what it looks like, and that it holds no password. */
export function isEndpoint(endpoint: string): boolean {
  if (!URL.canParse(endpoint)) return false;
  const { protocol, hostname, username, password } = new URL(endpoint);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/**
 * An address of PostgreSQL that can be understood, or else a folder. An address of another kind may hold a password: taken for
 * a folder, it would become the name of one.
 */
function isInbox(location: string): boolean {
  // As PostgreSQL's own programs allow it: a user without a host, for a socket.
  if (isPostgresAddress(location)) return URL.canParse(location.replace('@/', '@localhost/'));
  return !/^[a-z][a-z0-9+.-]+:|\bpassword\s*=/i.test(location.trim());
}

function configurationError(
  errors: readonly ErrorObject[],
  value: object,
  others: readonly string[] = [],
): ConnectorError {
  const missing = new Set<string>();
  const wrong = new Set<string>(others);
  for (const error of errors) {
    const top = error.instancePath.split('/')[1];
    if (top !== undefined) wrong.add(top);
    else if (error.keyword === 'required') missing.add(String(error.params.missingProperty));
  }
  const parts = [
    ...[...missing].map((name) => `lacks "${name}"`),
    ...[...wrong].map((name) => `has a wrong "${name}"${shown(name, value)}`),
  ];
  const first = [...missing, ...wrong][0] ?? '';
  return new ConnectorError({
    kind: 'config',
    code: missing.size > 0 ? `config/missing_${first}` : `config/wrong_${first}`,
    message: `The configuration ${parts.join(' and ')}.`,
    hint: [...missing, ...wrong].flatMap((name) => hints[name] ?? []).join(' '),
  });
}

/** The value that was refused, where showing it helps and cannot hurt: a longer one may be a secret that landed there. */
function shown(name: string, value: object): string {
  if (
    !['start_date', 'token_expires_at', 'budget_share', 'max_concurrency', 'lookback_minutes'].includes(name)
  )
    return '';
  const text = JSON.stringify((value as Readonly<Record<string, unknown>>)[name]);
  return text === undefined || text.length > 30 ? '' : ` (${text})`;
}
