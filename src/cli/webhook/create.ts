import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readSettings } from '../../config/load.ts';
import { fileReference, isVariableName, variableReference } from '../../config/secret-reference.ts';
import type { CommandContext } from '../../console/command-context.ts';
import { SUCCESS } from '../../console/exit-code.ts';
import { ConnectorError } from '../../errors.ts';
import { writePrivateFile } from '../../setup/private-file.ts';
import { publicAddress } from './address.ts';

export interface WebhookCreateArguments {
  readonly tenant: string;
  readonly config?: string | undefined;
  readonly url?: string | undefined;
  readonly inbox?: string | undefined;
  readonly secretEnv?: string | undefined;
  readonly rotate: boolean;
}

const DEFAULT_INBOX = 'webhook-inbox';
const EXAMPLE_URL = 'https://your-receiver.example';

/** Notes a fresh path and secret in a configuration, and prints what to paste into Centra. */
export async function webhookCreate(
  args: WebhookCreateArguments,
  { output }: CommandContext,
): Promise<number> {
  const { tenant, rotate, secretEnv } = args;
  const path = args.config ?? `${tenant}.json`;
  refuseBadNames(args);
  const base = args.url === undefined ? undefined : publicAddress(args.url);
  const settings = await readSettings(path);
  const mode = (await stat(path)).mode & 0o777;
  const hasWebhook = typeof settings.webhook_id === 'string';
  if (hasWebhook && !rotate) throw alreadyThere(path);
  if (!hasWebhook && rotate) throw nothingToRotate(path);
  if (rotate && settings.webhook_previous_secret !== undefined) throw stillRotating(path);
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
  const keeping =
    secretEnv === undefined
      ? `${path} names the file that holds the secret.`
      : `Set ${secretEnv} to the secret where the receiver runs; ${path} names the variable.`;
  const made = { path, secret, keeping };
  const lines = rotate
    ? rotated({ ...made, address: base && addressOf(base, id), oldSecret: settings.webhook_secret })
    : created({ ...made, address: addressOf(base ?? EXAMPLE_URL, id) });
  await output.write(`${lines.join('\n')}\n`);
  return SUCCESS;
}

function addressOf(base: string, id: string): string {
  return `${base}/centra/${id}`;
}

/** Into a file beside the configuration that only its owner can read, unless a variable holds it. Returns the reference. */
function keepSecret(secret: string, { tenant, secretEnv }: WebhookCreateArguments, folder: string): string {
  if (secretEnv !== undefined) return variableReference(secretEnv);
  // A name of its own for each, since the one before stays good for a while.
  const name = `${tenant}.webhook-secret-${randomBytes(4).toString('hex')}`;
  writePrivateFile(join(folder, name), `${secret}\n`);
  return fileReference(name);
}

interface Made {
  readonly path: string;
  readonly secret: string;
  /** Where the secret is from now on. */
  readonly keeping: string;
}

function created({ path, secret, keeping, address }: Made & { readonly address: string }): readonly string[] {
  return [
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
    keeping,
    `Start the receiver: source-centra serve --config ${path}`,
  ];
}

/** The path stays, so that in Centra the secret alone changes; and no call is refused meanwhile if the steps keep this order. */
function rotated({
  path,
  secret,
  keeping,
  address,
  oldSecret,
}: Made & { readonly address: string | undefined; readonly oldSecret: unknown }): readonly string[] {
  const oldFile = /^\$\{file:(.+)\}$/.exec(String(oldSecret))?.[1];
  const away = oldFile === undefined ? '' : `, delete the file ${oldFile}`;
  return [
    ...(address === undefined ? [] : [`  URL               ${address}`]),
    `  Endpoint secret   ${secret}`,
    '',
    `${keeping} The one before stays good for now.`,
    'Restart the receiver, so that it takes both secrets. Then paste the new one into Centra.',
    `Then take "webhook_previous_secret" out of ${path}${away}, and restart the receiver again.`,
  ];
}

function refuseBadNames({ tenant, secretEnv }: WebhookCreateArguments): void {
  const wrong = /^[\w-]{1,40}$/.test(tenant)
    ? secretEnv !== undefined && !isVariableName(secretEnv)
      ? // It may be a secret itself, so it is not shown.
        '--secret-env is not the name of a variable.'
      : undefined
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

function stillRotating(path: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'webhook/still_rotating',
    message: `${path} still holds the secret before the last one, which Centra may use.`,
    hint: 'When Centra has the last one, take "webhook_previous_secret" out first.',
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
