import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { loadCatalog } from '../catalog/compile/checked-catalog.ts';
import { permissionsNeeded } from '../catalog/compile/permissions-needed.ts';
import { endpointMeant } from '../config/endpoint.ts';
import { type Configuration, configurationSchema, parseConfiguration } from '../config/load.ts';
import {
  fileReference,
  isVariableName,
  processSecrets,
  resolveSecret,
  variableReference,
} from '../config/secret-reference.ts';
import { badArgument } from '../console/bad-argument.ts';
import type { CommandContext } from '../console/command-context.ts';
import type { Log } from '../console/log.ts';
import { textTable } from '../console/text-table.ts';
import { ConnectorError, sentence } from '../errors.ts';
import { examine, tellFindings } from '../read/examination.ts';
import { openConfiguration } from '../read/open-configuration.ts';
import type { Answers, Questions } from './config-questions.ts';
import { writePrivateFile } from './private-file.ts';

export interface ConfigInit {
  readonly out: string;
  readonly endpoint?: string | undefined;
  readonly tokenEnv?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly startDate?: string | undefined;
  readonly force: boolean;
}

/** `declined`: whoever was asked wanted nothing written; `interrupted`: the questions were cut off. */
export type ConfigInitOutcome = 'written' | 'declined' | 'interrupted';

/** Writes a configuration that has been proven against the API: asks for what is not given, in a terminal. */
export async function initConfiguration(
  args: ConfigInit,
  context: CommandContext,
): Promise<ConfigInitOutcome> {
  // Nobody likes to answer in vain.
  refuseNoFolder(args.out);
  const given = givenAnswers(args);
  const isReplacing = existsSync(args.out);
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    if (isReplacing && !args.force) throw alreadyThere(args.out);
    const answers = completeAnswers(given, args);
    await prove(await opened(answers, context), context);
    return write(answers, args, context);
  }
  // Loaded for people only.
  const { isGivenUp, questions } = await import('./config-questions.ts');
  const ask = questions(context.signal, args.out);
  try {
    if (isReplacing && !args.force && !(await ask.mayReplace())) return 'declined';
    const answers = await agreedAnswers(ask, given, context);
    return answers === undefined ? 'declined' : await write(answers, args, context);
  } catch (error) {
    if (isGivenUp(error) || context.signal.aborted) return 'interrupted';
    throw error;
  }
}

/** What the arguments say already; throws where they say what cannot be. */
function givenAnswers({ endpoint, tokenEnv, tokenFile, startDate }: ConfigInit): Partial<Answers> {
  const meant = endpoint === undefined ? undefined : endpointMeant(endpoint);
  if (endpoint !== undefined && meant === undefined) {
    throw badArgument(
      '--endpoint names no shop.',
      'Give the name of your shop at Centra (acme), its host (acme.centra.com) or the whole https address.',
    );
  }
  if (tokenEnv !== undefined && !isVariableName(tokenEnv)) {
    // It may be the token itself, so it is not shown.
    throw badArgument(
      '--token-env wants the name of an environment variable.',
      'Put the token into a variable, such as CENTRA_API_TOKEN, and give its name.',
    );
  }
  if (tokenFile !== undefined && /^\s*$|[{}]/.test(tokenFile)) {
    throw badArgument('--token-file wants the path of a file.', 'Give a path without braces.');
  }
  const path = tokenFile === undefined ? undefined : resolve(tokenFile);
  const apiToken = path !== undefined ? fileReference(path) : tokenEnv && variableReference(tokenEnv);
  return {
    ...(meant !== undefined && { endpoint: meant }),
    ...(apiToken !== undefined && {
      apiToken,
      token: resolveSecret(apiToken, { ...processSecrets, what: 'The API token' }),
    }),
    ...(startDate !== undefined && { startDate }),
  };
}

function completeAnswers(given: Partial<Answers>, args: ConfigInit): Answers {
  const { endpoint, token, apiToken } = given;
  if (endpoint !== undefined && token !== undefined && apiToken !== undefined) {
    return { ...given, endpoint, token, apiToken };
  }
  const missing = [
    ...(endpoint === undefined ? ['--endpoint'] : []),
    ...(token === undefined ? ['--token-env NAME or --token-file PATH'] : []),
  ];
  throw new ConnectorError({
    kind: 'config',
    code: 'cli/no_terminal',
    message: `There is no terminal to ask in, and ${missing.join(', and ')} ${missing.length === 1 ? 'is' : 'are'} missing.`,
    hint: `Run source-centra config init in a terminal (with docker run: -it), or say it all: source-centra config init --endpoint acme --token-env CENTRA_API_TOKEN --out ${args.out}.`,
  });
}

/** Asks until the API agrees, or the person goes on without it; undefined: stop. */
async function agreedAnswers(
  ask: Questions,
  given: Partial<Answers>,
  context: CommandContext,
): Promise<Answers | undefined> {
  let endpoint = given.endpoint ?? (await ask.endpoint());
  let token = given.token ?? (await ask.token(await defaultPermissions()));
  let apiToken = given.apiToken;
  for (;;) {
    const configuration = await opened({ ...given, endpoint, token }, context);
    try {
      await prove(configuration, context);
      break;
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.kind === 'bug') throw error;
      process.stderr.write(context.output.redact(`  ✗ ${sentence(error)}\n`));
      const next = await ask.afterFailure(error.kind);
      if (next === 'stop') return undefined;
      if (next === 'write') break;
      if (next === 'endpoint') endpoint = await ask.endpoint();
      if (next === 'token') {
        token = await ask.token(await defaultPermissions());
        // What the arguments referred to is another token.
        apiToken = undefined;
      }
    }
  }
  const startDate = given.startDate ?? (await ask.startDate());
  const kept = apiToken === undefined ? await ask.keeping(token) : { apiToken };
  return { endpoint, token, ...kept, ...(startDate !== '' && { startDate }) };
}

/** What a configuration without a catalog of its own reads. */
async function defaultPermissions(): Promise<readonly string[]> {
  const catalog = await loadCatalog(
    { source: 'bundled', name: 'default' },
    { piiKey: undefined, piiKeyId: undefined },
  );
  return permissionsNeeded(catalog.bind(catalog.reference)).map(({ permission }) => permission);
}

function opened(
  { endpoint, token, startDate }: Pick<Answers, 'endpoint' | 'token' | 'startDate'>,
  context: CommandContext,
): Promise<Configuration> {
  const value = { endpoint, api_token: token, ...(startDate !== undefined && { start_date: startDate }) };
  return openConfiguration(async () => parseConfiguration(value, await configurationSchema()), context);
}

/** Does what `check` does, and says what it finds; throws when nothing can be read. */
async function prove(configuration: Configuration, context: CommandContext): Promise<void> {
  process.stderr.write(`Asking ${new URL(configuration.endpoint).host} …\n`);
  const log: Log = (level, message) => {
    const mark = level === 'info' ? '✓' : '!';
    process.stderr.write(context.output.redact(`  ${mark} ${message}\n`));
  };
  const examined = await examine(configuration, { ...context, log });
  tellFindings(examined, log);
  if (examined.isGood) return;
  throw new ConnectorError({
    kind: 'permission',
    code: 'config/nothing_to_read',
    message: 'The token is good, but no stream can be read with it.',
    hint: 'Give it the permissions named above, in Centra under System > API Tokens, then try again.',
  });
}

async function write(answers: Answers, { out }: ConfigInit, { output }: CommandContext): Promise<'written'> {
  const { endpoint, apiToken, startDate } = answers;
  const value = {
    endpoint,
    api_token: apiToken,
    ...(startDate !== undefined && { start_date: startDate }),
  };
  const aboutToken = keepToken(answers);
  writePrivateFile(out, `${JSON.stringify(value, undefined, 2)}\n`);
  const lines = [
    `Wrote ${out}, which only you can read.`,
    ...aboutToken,
    '',
    'Next:',
    ...textTable(['', ''], nextSteps(out)).slice(1),
  ];
  await output.writeText(`${lines.join('\n')}\n`);
  return 'written';
}

function nextSteps(config: string): readonly (readonly [string, string])[] {
  const steps = [
    [`explain --config ${config}`, 'how much there is to read, and how long that takes'],
    [`read --config ${config} --format jsonl --out data/`, 'one file a stream; run again, it goes on'],
    [`catalog init --config ${config} --out acme.yaml`, "a catalog with the shop's own attributes"],
  ] as const;
  return steps.map(([command, what]) => [`  source-centra ${command}`, what]);
}

/** Puts the token where it is to be kept, if that is a file that is not there yet; says what is left to do. */
function keepToken({ apiToken, token, tokenFile }: Answers): readonly string[] {
  if (tokenFile !== undefined) return keepTokenIn(tokenFile, token);
  const variable = /^\$\{(\w+)\}$/.exec(apiToken)?.[1];
  if (variable === undefined || process.env[variable] === token) return [];
  return [
    `The token is not in it: set ${variable} wherever source-centra runs. In this shell, without a trace in its history:`,
    `  read -rs ${variable} && export ${variable}`,
  ];
}

function keepTokenIn(path: string, token: string): readonly string[] {
  if (!existsSync(path)) {
    try {
      writePrivateFile(path, `${token}\n`);
      return [`Wrote the token to ${path}, which only you can read.`];
    } catch {
      return [`${path} cannot be written from here: put the token there, alone on one line.`];
    }
  }
  return holds(path, token) ? [] : [`${path} was there and holds another token: put this one there.`];
}

function holds(path: string, token: string): boolean {
  try {
    return processSecrets.readFile(path).trim() === token;
  } catch {
    return false;
  }
}

function refuseNoFolder(out: string): void {
  const folder = dirname(resolve(out));
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw new ConnectorError({
      kind: 'config',
      code: 'cli/cannot_write',
      message: `Nothing can be written to ${folder}: ${existsSync(folder) ? 'it is not yours to write to' : 'there is no such folder'}.`,
      hint: 'Give --out a path in a folder that exists and may be written to.',
      cause,
    });
  }
}

function alreadyThere(path: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'cli/exists',
    message: `The file ${path} is there already, and is not overwritten.`,
    hint: 'Give --out another name, or --force to replace it: all that it holds goes.',
  });
}
