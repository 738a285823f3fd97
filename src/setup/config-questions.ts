import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { confirm, input, password, select } from '@inquirer/prompts';
import { endpointMeant } from '../config/endpoint.ts';
import { fileReference, variableReference } from '../config/secret-reference.ts';
import type { ErrorKind } from '../errors.ts';
import { parseMoment } from '../given-time.ts';

/** What a configuration is written from. */
export interface Answers {
  readonly endpoint: string;
  /** The token itself, for the check. */
  readonly token: string;
  /** What stands for it in the configuration. */
  readonly apiToken: string;
  /** Where the token is kept, when that is a file of its own. */
  readonly tokenFile?: string;
  readonly startDate?: string;
}

export type NextStep = 'token' | 'endpoint' | 'again' | 'write' | 'stop';

/** The name that the documentation uses. */
const TOKEN_VARIABLE = 'CENTRA_API_TOKEN';

/** Asks on stderr, so that stdout holds the result alone. */
export function questions(signal: AbortSignal, out: string) {
  const context = { output: process.stderr, signal };
  return Object.freeze({
    mayReplace: () =>
      confirm(
        { message: `${out} is there already. Replace it, with all that it holds?`, default: false },
        context,
      ),

    endpoint: async (): Promise<string> => {
      const validate = (text: string) =>
        endpointMeant(text) !== undefined ||
        'Give the name of your shop at Centra (acme), its host (acme.centra.com) or the whole https address.';
      const text = await input({ message: 'Shop, such as acme or acme.centra.com:', validate }, context);
      const endpoint = endpointMeant(text);
      if (endpoint === undefined) throw new RangeError('The answer was validated.');
      process.stderr.write(`  ${endpoint}\n`);
      return endpoint;
    },

    /** `needs`: the permissions of the catalog that is read without another. */
    token: async (needs: readonly string[]): Promise<string> => {
      process.stderr.write(`  For all columns of the default catalog, give it: ${needs.join(', ')}.\n`);
      const validate = (text: string) =>
        /^\S+$/.test(text.trim()) || 'Paste the token, without spaces: Centra > System > API Tokens.';
      const message = 'API token (Centra > System > API Tokens):';
      return (await password({ message, validate }, context)).trim();
    },

    startDate: async (): Promise<string> => {
      const validate = (text: string) =>
        text.trim() === '' || isDay(text.trim()) || 'Write it as YYYY-MM-DD, or leave it empty.';
      const message = 'Read changes since (YYYY-MM-DD; empty: everything):';
      return (await input({ message, validate }, context)).trim();
    },

    keeping: async (token: string): Promise<Pick<Answers, 'apiToken' | 'tokenFile'>> => {
      const way = await select(
        {
          message: 'Where is the token kept?',
          choices: [
            { value: 'inside', name: `in ${out}, which only you can read` },
            { value: 'variable', name: `in the environment variable ${TOKEN_VARIABLE}` },
            { value: 'file', name: 'in a file of its own, such as a mounted secret' },
          ] as const,
        },
        context,
      );
      if (way === 'inside') return { apiToken: token };
      if (way === 'variable') return { apiToken: variableReference(TOKEN_VARIABLE) };
      const validate = (text: string) =>
        /^[^{}]+$/.test(text.trim()) || 'Name a file; braces cannot be in its path.';
      const message = 'Path of that file (it is written if it is not there):';
      const suggested = join(dirname(resolve(out)), 'centra_api_token');
      const path = await input({ message, default: suggested, validate }, context);
      const tokenFile = resolve(path.trim());
      return { apiToken: fileReference(tokenFile), tokenFile };
    },

    afterFailure: (kind: ErrorKind): Promise<NextStep> =>
      select({ message: 'What now?', choices: nextSteps(kind, out) }, context),
  });
}

/** What can be done about a failure, the likeliest first. */
export function nextSteps(kind: ErrorKind, out: string): readonly { value: NextStep; name: string }[] {
  const another = [
    { value: 'token', name: 'try another token' },
    { value: 'endpoint', name: 'try another shop' },
  ] as const;
  const isOfTheToken = kind === 'auth' || kind === 'permission';
  return [
    ...(isOfTheToken ? another : another.toReversed()),
    { value: 'again', name: 'ask again: it is mended in Centra now' },
    { value: 'write', name: `write ${existsSync(out) ? 'over ' : ''}${out} all the same` },
    { value: 'stop', name: 'stop, and write nothing' },
  ];
}

export type Questions = ReturnType<typeof questions>;

/** Whether a prompt ended since its person wants no more of it. */
export function isGivenUp(error: unknown): boolean {
  return error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
}

function isDay(text: string): boolean {
  return text.length === 10 && 'value' in parseMoment(text);
}
