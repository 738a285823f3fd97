import { ConnectorError } from '../errors.ts';
import { decodeText, readRegularFile, TextFileError } from '../text-file.ts';
import { isSharedPlatform } from './shared-platform.ts';

/** Where a secret can be kept instead of in the configuration. */
export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of a file; throws when it cannot be read. */
  readonly readFile: (path: string) => string;
}

/** No secret is larger; a file that is was named by mistake. */
const MOST_SECRET_BYTES = 64_000;

/** The variables and files of this process. */
export const processSecrets: SecretSources = Object.freeze({
  environment: process.env,
  readFile: (path: string) => decodeText(readRegularFile(path, MOST_SECRET_BYTES)),
});

/** What stands for a secret in a configuration: `${NAME}` for a variable, `${file:/path}` for a file. */
export function variableReference(name: string): string {
  return `\${${name}}`;
}

export function fileReference(path: string): string {
  return `\${file:${path}}`;
}

/** A variable's name, as every shell can set it. */
export function isVariableName(text: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
}

interface Place extends SecretSources {
  /** The place of the text, for errors: `The configuration's "api_token"`. */
  readonly what: string;
}

/**
 * The secret that a text stands for: a variable's value for `${NAME}`, a file's text for `${file:/path}`, and any other
 * text itself, each without the blanks and line breaks around it. No error holds a value.
 */
export function resolveSecret(text: string, place: Place): string {
  const found = find(text, place);
  if ('secret' in found) return found.secret;
  throw found.isEmpty;
}

/** The same, where the secret may be missing: undefined for what is empty. */
export function resolveOptionalSecret(text: string, place: Place): string | undefined {
  const found = find(text, place);
  return 'secret' in found && found.secret !== '' ? found.secret : undefined;
}

type Found = { readonly secret: string } | { readonly isEmpty: ConnectorError };

function find(text: string, place: Place): Found {
  const inside = insideOf(text);
  if (inside === undefined) return { secret: inOneLine(text, place.what) };
  const { what, environment } = place;
  if (isSharedPlatform(environment)) throw notInACloud(what);
  const found = inside.startsWith('file:')
    ? fromFile(inside.slice('file:'.length).trim(), place)
    : fromVariable(inside, place);
  if ('isEmpty' in found || insideOf(found.secret) === undefined) return found;
  throw new ConnectorError({
    kind: 'config',
    code: 'config/secret_reference',
    message: `${what} leads to a text that is a reference itself, and references are followed once only.`,
    hint: 'Let it name the variable or the file that holds the secret.',
  });
}

/** Without what is around it: blanks, line breaks, a byte order mark. */
function inOneLine(text: string, where: string, hint = 'Write the secret alone there, on one line.'): string {
  const secret = text.trim();
  if (!/[\r\n]/.test(secret)) return secret;
  throw new ConnectorError({
    kind: 'config',
    code: 'config/secret_lines',
    message: `${where} holds more than one line.`,
    hint,
  });
}

/** What stands between the braces of a reference, a well-formed one or not: no secret looks like this by chance. */
function insideOf(text: string): string | undefined {
  return /^\$\{(.*)\}$/s.exec(text.trim())?.[1]?.trim();
}

function fromVariable(name: string, { what, environment }: Place): Found {
  // The text may be a secret after all, so it is not shown.
  if (!isVariableName(name)) throw malformed(what);
  const value = environment[name];
  const where = `${what} is taken from the environment variable ${name}, which`;
  const secret = value === undefined ? '' : inOneLine(value, where);
  if (secret !== '') return { secret };
  const isMissing = value === undefined;
  const error = new ConnectorError({
    kind: 'config',
    code: isMissing ? 'config/secret_unset' : 'config/secret_empty',
    message: `${where} is ${isMissing ? 'not set' : 'empty'}.`,
    hint: `Set ${name} where the connector runs; in a container, pass it on (docker run -e ${name}).`,
  });
  if (isMissing) throw error;
  return { isEmpty: error };
}

function fromFile(path: string, { what, readFile }: Place): Found {
  if (path === '') throw malformed(what);
  const where = `${what} is taken from the file ${path}, which`;
  const secret = inOneLine(contentOf(path, where, readFile), where, aloneInItsFile);
  if (secret !== '') return { secret };
  return {
    isEmpty: new ConnectorError({
      kind: 'config',
      code: 'config/secret_file',
      message: `${where} is empty.`,
      hint: aloneInItsFile,
    }),
  };
}

const aloneInItsFile = 'Write the secret alone into that file, on one line.';

function contentOf(path: string, where: string, readFile: SecretSources['readFile']): string {
  try {
    return readFile(path);
  } catch (cause) {
    throw new ConnectorError({
      kind: 'config',
      code: 'config/secret_file',
      message: `${where} ${whyUnreadable(cause)}.`,
      hint: isFileOfText(cause)
        ? aloneInItsFile
        : 'Name the file as the connector sees it: in a container, mount it and use the path inside; its user must be allowed to read it.',
      cause,
    });
  }
}

/** Whether the path is right, and what is there wrong. */
function isFileOfText(cause: unknown): boolean {
  return cause instanceof TextFileError && cause.reason !== 'kind';
}

function whyUnreadable(cause: unknown): string {
  if (cause instanceof TextFileError) return cause.fault;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'is not there';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read';
  return 'cannot be read';
}

function notInACloud(what: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'config/secret_reference',
    message: `${what} is a reference, which is not followed on a platform that many share.`,
    hint: 'Enter the secret itself: the platform keeps it.',
  });
}

function malformed(what: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'config/secret_reference',
    message: `${what} looks like a reference to a secret and is none.`,
    hint: `Write ${variableReference('NAME')} for an environment variable (letters, digits and _) or ${fileReference('/run/secrets/name')} for a file.`,
  });
}
