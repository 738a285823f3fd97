import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { ConnectorError } from '../errors.ts';
import { parseMoment } from '../given-time.ts';
import { isObject, parseJson } from '../json.ts';
import { packageRoot } from '../package-root.ts';
import { readTextFile, whyNotRead } from '../text-file.ts';
import type { UtcSecond } from '../time.ts';
import type { CentraSourceConfiguration, TenantCatalog } from './configuration.generated.ts';
import { isPostgresAddress } from './postgres-address.ts';
import { Secret } from './secret.ts';
import {
  processSecrets,
  resolveOptionalSecret,
  resolveSecret,
  type SecretSources,
} from './secret-reference.ts';
import { settingsGiven } from './setting-text.ts';
import { isSharedPlatform, refuseOnSharedPlatform } from './shared-platform.ts';
import { notAnObject, validateConfiguration } from './validate.ts';

/** The configuration after validation, defaults filled in. */
export interface Configuration {
  readonly endpoint: string;
  readonly apiToken: Secret;
  /** The token where its reference leads by now: a file or a variable may hold another one since. Throws when it cannot be read. */
  readonly currentApiToken: () => Secret;
  readonly tenantCatalog: TenantCatalog;
  readonly startDate: UtcSecond | undefined;
  readonly tokenExpiresAt: UtcSecond | undefined;
  readonly piiKey: Secret | undefined;
  readonly piiKeyId: string | undefined;
  readonly budgetShare: number;
  readonly maxConcurrency: number;
  /** 0: never. */
  readonly reconcileEveryHours: number;
  readonly reconcileDaysBack: number;
  /** An incremental read begins so long before where the last one ended: rows can become visible after the time they carry. */
  readonly lookbackSeconds: number;
  /** Many deletions at once are otherwise taken for a token that sees less, and withheld. */
  readonly allowsMassDeletions: boolean;
  /** Under which the states of this shop were written, where it was renamed since. */
  readonly previousEndpoint: string | undefined;
  readonly maxWaitMs: number;
  readonly requestTimeoutMs: number;
  readonly hasEvents: boolean;
  readonly webhook: WebhookSettings;
  /** Names in the file that mean nothing here: worth a warning, since one may be a misspelt option. */
  readonly unknownNames: readonly string[];
}

export interface WebhookSettings {
  /** A folder or the URL of a PostgreSQL server, which holds a password. */
  readonly inbox: Secret | undefined;
  /** The unguessable part of the receiver's path. */
  readonly id: Secret | undefined;
  /** The endpoint secret, and the one before it. */
  readonly secrets: readonly Secret[];
}

/** The JSON Schema of the configuration, as the `spec` command prints it. */
export async function configurationSchema(): Promise<Readonly<Record<string, unknown>>> {
  const path = join(packageRoot, 'schemas', 'configuration.schema.json');
  return JSON.parse(await readFile(path, 'utf8'));
}

/** What a configuration file holds, as it stands there; throws a ConnectorError of kind `config` when that is no object. */
export async function readSettings(path: string): Promise<Readonly<Record<string, unknown>>> {
  if (path.trimStart().startsWith('{')) throw notAPath();
  const text = await readTextFile(path).catch((cause: unknown) => {
    throw new ConnectorError({
      kind: 'config',
      code: 'config/unreadable',
      message: `The configuration file ${path} ${whyNotRead(cause)}.`,
      hint: 'Name a readable JSON file with --config, or make one with source-centra config init.',
      cause,
    });
  });
  const value = parseJson(text, `the configuration file ${path}`);
  if (isObject(value)) return value;
  throw notAnObject(`The configuration file ${path}`);
}

/** Without what was given: it holds the token. */
function notAPath(): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'config/not_a_path',
    message: 'The configuration is given as JSON, where the path of a file is wanted.',
    hint: 'Write it into a file that only you can read, and name that: in the command line others on this machine can see it.',
  });
}

/** Reads and validates a configuration file, with the secrets that it refers to; throws a ConnectorError of kind `config`. */
export async function loadConfiguration(path: string, sources = processSecrets): Promise<Configuration> {
  const value = await readSettings(path);
  const folder = dirname(path);
  const readFileBeside = (file: string) => sources.readFile(resolve(folder, file));
  const configuration = parseConfiguration(value, await configurationSchema(), {
    ...sources,
    readFile: readFileBeside,
  });
  return besideFile(configuration, folder);
}

/** Paths in a configuration file are relative to it, wherever the command is run. */
function besideFile(configuration: Configuration, folder: string): Configuration {
  const { tenantCatalog, webhook } = configuration;
  const inbox = webhook.inbox?.reveal();
  return Object.freeze({
    ...configuration,
    tenantCatalog:
      tenantCatalog.source === 'file'
        ? { ...tenantCatalog, path: beside(folder, tenantCatalog.path) }
        : tenantCatalog,
    webhook:
      inbox === undefined || isPostgresAddress(inbox)
        ? webhook
        : { ...webhook, inbox: new Secret(beside(folder, inbox)) },
  });
}

function beside(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** Follows the references to secrets first, so that what the schema asks of a secret is asked of the secret itself. */
export function parseConfiguration(
  value: unknown,
  schema: Readonly<Record<string, unknown>>,
  sources: SecretSources = processSecrets,
): Configuration {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const given = isObject(value) ? settingsWithSecrets(value, schema, sources) : value;
  const valid: CentraSourceConfiguration = validateConfiguration(given, schema);
  if (isSharedPlatform(sources.environment)) refuseOnSharedPlatform(valid);
  const known = new Set(Object.keys(properties));
  return Object.freeze<Configuration>({
    endpoint: valid.endpoint,
    apiToken: new Secret(valid.api_token),
    currentApiToken: () => new Secret(tokenNow(value, valid.api_token, sources)),
    tenantCatalog: valid.tenant_catalog ?? { source: 'bundled', name: 'default' },
    startDate: momentOf('start_date', valid.start_date),
    tokenExpiresAt: momentOf('token_expires_at', valid.token_expires_at),
    piiKey: secretOf(valid.pii_key),
    piiKeyId: valid.pii_key_id,
    budgetShare: valid.budget_share ?? 0.5,
    maxConcurrency: valid.max_concurrency ?? 4,
    reconcileEveryHours: valid.reconcile_every_hours ?? 24,
    reconcileDaysBack: valid.reconcile_days_back ?? 30,
    lookbackSeconds: (valid.lookback_minutes ?? 10) * 60,
    allowsMassDeletions: valid.allow_mass_deletions ?? false,
    previousEndpoint: valid.previous_endpoint,
    maxWaitMs: (valid.max_wait_minutes ?? 10) * 60_000,
    requestTimeoutMs: (valid.request_timeout_seconds ?? 120) * 1000,
    hasEvents: valid.events ?? false,
    webhook: Object.freeze<WebhookSettings>({
      inbox: secretOf(valid.webhook_inbox),
      id: secretOf(valid.webhook_id),
      secrets: [valid.webhook_secret, valid.webhook_previous_secret].flatMap((text) => secretOf(text) ?? []),
    }),
    unknownNames: Object.keys(valid).filter((name) => !known.has(name)),
  });
}

/** What the text in the configuration stands for now. */
function tokenNow(settings: unknown, known: string, sources: SecretSources): string {
  const text = isObject(settings) ? settings.api_token : undefined;
  return typeof text === 'string' ? resolveSecret(text, { ...sources, what: placeOf('api_token') }) : known;
}

function placeOf(name: string): string {
  return `The configuration's "${name}"`;
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : new Secret(text);
}

/** What is set, with the secrets in place of the references to them. An optional one that leads to nothing is not set. */
function settingsWithSecrets(
  value: Readonly<Record<string, unknown>>,
  { properties, required }: Readonly<Record<string, unknown>>,
  sources: SecretSources,
): unknown {
  const known = isObject(properties) ? properties : {};
  const isRequired = (name: string) => Array.isArray(required) && required.includes(name);
  const entries = Object.entries(settingsGiven(value, known)).flatMap(([name, given]) => {
    const property = known[name];
    const isSecret = isObject(property) && property.airbyte_secret === true;
    if (!isSecret || typeof given !== 'string') return [[name, given]];
    const place = { ...sources, what: placeOf(name) };
    const secret = isRequired(name) ? resolveSecret(given, place) : resolveOptionalSecret(given, place);
    return secret === undefined ? [] : [[name, secret]];
  });
  return Object.fromEntries(entries);
}

/** A date means its midnight in UTC. */
function momentOf(name: string, text: string | undefined): UtcSecond | undefined {
  if (text === undefined) return undefined;
  const given = parseMoment(text);
  if ('value' in given) return given.value;
  throw new ConnectorError({
    kind: 'config',
    code: `config/${name}`,
    message: `The configuration's "${name}" ${given.fault}: ${text}.`,
    hint: given.hint,
  });
}
