import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readSettings } from '../../config/load.ts';
import { fileReference, isVariableName, variableReference } from '../../config/secret-reference.ts';
import { ConnectorError } from '../../errors.ts';
import { SUCCESS } from '../exit-code.ts';
import { writePrivateFile } from '../private-file.ts';
import type { Surroundings } from '../surroundings.ts';

export interface WebhookCreateArguments {
  readonly tenant: string;
  readonly config?: string | undefined;
  readonly url: string;
  readonly inbox?: string | undefined;
  readonly secretEnv?: string | undefined;
  readonly rotate: boolean;
}

const DEFAULT_INBOX = 'webhook-inbox';

/** Notes a fresh path and secret in a configuration, and prints what to paste into Centra. */
export async function webhookCreate(args: WebhookCreateArguments, { output }: Surroundings): Promise<number> {
  const { tenant, rotate, secretEnv } = args;
  const path = args.config ?? `${tenant}.json`;
  refuseBadNames(args);
  const settings = await readSettings(path);
  const mode = (await stat(path)).mode & 0o777;
  const hasWebhook = typeof settings.webhook_id === 'string';
  if (hasWebhook && !rotate) throw alreadyThere(path);
  if (!hasWebhook && rotate) throw nothingToRotate(path);
  if (rotate && secretEnv !== undefined && settings.webhook_secret === variableReference(secretEnv))
    throw sameVariable(secretEnv);
  const id = hasWebhook ? String(settings.webhook_id) : `${tenant}-${randomBytes(18).toString('base64url')}`;
  const secret = randomBytes(32).toString('base64url');
  const reference = keepSecret(secret, args, dirname(path));
  const noted = {
    ...settings,
    webhook_inbox: args.inbox ?? settings.webhook_inbox ?? DEFAULT_INBOX,
    webhook_id: id,
    ...(rotate && { webhook_previous_secret: settings.webhook_secret }),
    webhook_secret: reference,
  };
  writePrivateFile(path, `${JSON.stringify(noted, undefined, 2)}\n`, mode);
  await output.write(
    instructions({ ...args, path, secret, address: `${args.url.replace(/\/+$/, '')}/centra/${id}` }),
  );
  return SUCCESS;
}

/** Into a file beside the configuration that only its owner can read, unless a variable holds it. Returns the reference. */
function keepSecret(secret: string, { tenant, secretEnv }: WebhookCreateArguments, folder: string): string {
  if (secretEnv !== undefined) return variableReference(secretEnv);
  // A name of its own for each, since the one before stays good for a while.
  const name = `${tenant}.webhook-secret-${secret.slice(0, 6)}`;
  writePrivateFile(join(folder, name), `${secret}\n`);
  return fileReference(name);
}

function instructions(made: {
  readonly tenant: string;
  readonly path: string;
  readonly secret: string;
  readonly address: string;
  readonly secretEnv?: string | undefined;
  readonly rotate: boolean;
}): string {
  const { path, secret, address, secretEnv, rotate } = made;
  const where =
    secretEnv === undefined
      ? `${path} names the file that holds the secret.`
      : `Set ${secretEnv} to the secret where the receiver runs; ${path} names the variable.`;
  const after = rotate
    ? 'The old secret stays good. Once Centra has the new one, take "webhook_previous_secret" out of the configuration.'
    : `Start the receiver: source-centra serve --config ${path}`;
  return `${[
    'In Centra: Stores > the store > Add plugin method > Centra Webhook',
    '',
    '  Status            Active',
    '  Name              source-centra',
    `  URL               ${address}`,
    `  Endpoint secret   ${secret}`,
    '  Version           Integration API',
    '  Event triggers    Order: Yes; others: No',
    '  All else          as it is; then Save',
    '',
    where,
    after,
  ].join('\n')}\n`;
}

function refuseBadNames({ tenant, secretEnv, url }: WebhookCreateArguments): void {
  const wrong = /^[\w-]{1,40}$/.test(tenant)
    ? secretEnv !== undefined && !isVariableName(secretEnv)
      ? `--secret-env is not the name of a variable: ${secretEnv}.`
      : URL.canParse(url)
        ? undefined
        : `--url is not an address: ${url}.`
    : `--tenant has other characters than letters, digits, - and _: ${tenant}.`;
  if (wrong === undefined) return;
  throw new ConnectorError({
    kind: 'config',
    code: 'cli/arguments',
    message: wrong,
    hint: 'Run source-centra webhook create --help for examples.',
  });
}

function alreadyThere(path: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'webhook/already_there',
    message: `${path} has a webhook already.`,
    hint: 'Make a new secret for it with --rotate, or take "webhook_id" and "webhook_secret" out first.',
  });
}

function nothingToRotate(path: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'webhook/nothing_to_rotate',
    message: `${path} has no webhook yet.`,
    hint: 'Leave out --rotate to make one.',
  });
}

function sameVariable(name: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'webhook/same_variable',
    message: `The variable ${name} holds the secret that is to stay good for a while.`,
    hint: 'Name another variable with --secret-env for the new one.',
  });
}
