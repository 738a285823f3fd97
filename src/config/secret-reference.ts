import { readFileSync } from 'node:fs';
import { ConnectorError } from '../errors.ts';

/** Where a secret can be kept instead of in the configuration. */
export interface SecretSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The text of a file; throws when it cannot be read. */
  readonly readFile: (path: string) => string;
}

/** The variables and files of this process. */
export const processSecrets: SecretSources = Object.freeze({
  environment: process.env,
  readFile: (path: string) => readFileSync(path, 'utf8'),
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

/**
 * The secret that a text stands for: a variable's value for `${NAME}`, a file's text for `${file:/path}`, and any other
 * text itself. `what` names the place of the text in errors: `The configuration's "api_token"`. No error holds a value.
 */
export function resolveSecret(text: string, sources: SecretSources & { readonly what: string }): string {
  const inside = insideOf(text);
  if (inside === undefined) return text;
  const { what, environment } = sources;
  if (environment.DEPLOYMENT_MODE?.toUpperCase() === 'CLOUD') throw notInACloud(what);
  const secret = inside.startsWith('file:')
    ? fromFile(inside.slice('file:'.length).trim(), sources)
    : fromVariable(inside, sources);
  if (insideOf(secret) === undefined) return secret;
  throw new ConnectorError({
    kind: 'config',
    code: 'config/secret_reference',
    message: `${what} leads to a text that is a reference itself, and references are followed once only.`,
    hint: 'Let it name the variable or the file that holds the secret.',
  });
}

/** What stands between the braces of a reference, a well-formed one or not: no secret looks like this by chance. */
function insideOf(text: string): string | undefined {
  return /^\$\{(.*)\}$/s.exec(text.trim())?.[1]?.trim();
}

function fromVariable(name: string, { what, environment }: SecretSources & { readonly what: string }) {
  // The text may be a secret after all, so it is not shown.
  if (!isVariableName(name)) throw malformed(what);
  const value = environment[name];
  if (value !== undefined && value.trim() !== '') return value;
  const isMissing = value === undefined;
  throw new ConnectorError({
    kind: 'config',
    code: isMissing ? 'config/secret_unset' : 'config/secret_empty',
    message: `${what} is taken from the environment variable ${name}, which is ${isMissing ? 'not set' : 'empty'}.`,
    hint: `Set ${name} where the connector runs; in a container, pass it on (docker run -e ${name}).`,
  });
}

function fromFile(path: string, { what, readFile }: SecretSources & { readonly what: string }): string {
  if (path === '') throw malformed(what);
  const text = contentOf(path, what, readFile).replace(/[\r\n]+$/, '');
  const fault =
    text.trim() === '' ? 'is empty' : /[\r\n]/.test(text) ? 'holds more than one line' : undefined;
  if (fault === undefined) return text;
  throw new ConnectorError({
    kind: 'config',
    code: 'config/secret_file',
    message: `${what} is taken from the file ${path}, which ${fault}.`,
    hint: 'Write the secret alone into that file, on one line.',
  });
}

function contentOf(path: string, what: string, readFile: SecretSources['readFile']): string {
  try {
    return readFile(path);
  } catch (cause) {
    throw new ConnectorError({
      kind: 'config',
      code: 'config/secret_file',
      message: `${what} is taken from the file ${path}, which ${whyUnreadable(cause)}.`,
      hint: 'Name the file as the connector sees it: in a container, mount it and use the path inside; its user must be allowed to read it.',
      cause,
    });
  }
}

function whyUnreadable(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'is not there';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read';
  if (code === 'EISDIR') return 'is a folder';
  return 'cannot be read';
}

/** Airbyte sets DEPLOYMENT_MODE. Where strangers write configurations, none may look at the machine that runs it. */
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
