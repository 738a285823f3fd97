import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { processSecrets, resolveSecret } from '../../../src/config/secret-reference.ts';
import { ConnectorError, sentence } from '../../../src/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'source-centra-secret-'));
afterAll(() => rmSync(folder, { recursive: true }));

const environment = {
  TOKEN: 's3cret',
  _t1: 'other',
  EMPTY: '',
  BLANK: '  ',
  NESTED: `\${TOKEN}`,
  BAD: `\${s3cret}`,
};

function resolve(text: string): string {
  const { readFile } = processSecrets;
  return resolveSecret(text, { what: `The configuration's "api_token"`, environment, readFile });
}

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return `\${file:${join(folder, name)}}`;
}

test.each([
  ['a literal', 's3cret'],
  ['a dollar is no reference', '$TOKEN'],
  ['a part is no reference', `x\${TOKEN}`],
  ['two are no reference', `\${TOKEN}\${TOKEN}x`],
  ['nothing', ''],
])('%s stays as it is', (_, text) => {
  expect(resolve(text)).toBe(text);
});

test('a variable', () => {
  expect(resolve(`\${TOKEN}`)).toBe('s3cret');
  expect(resolve(` \${_t1}\n`)).toBe('other');
});

test.each([
  ['plain', 's3cret', 's3cret'],
  ['with a line break', 's3cret\n', 's3cret'],
  ['of Windows', 's3cret\r\n', 's3cret'],
  ['with blank lines', 's3cret\n\n', 's3cret'],
  ['with blanks around it', ' s3 cret \t', 's3 cret'],
  ['with a byte order mark', '\ufeffs3cret\r\n', 's3cret'],
])('a file, %s', (name, content, secret) => {
  expect(resolve(file(name, content))).toBe(secret);
});

test.each([
  ['a variable that is not set', `\${MISSING}`],
  ['an empty variable', `\${EMPTY}`],
  ['a blank variable', `\${BLANK}`],
  ['a variable that refers on', `\${NESTED}`],
  ['a variable with a broken reference', `\${BAD}`],
  ['a name that no variable has', `\${s3cret-value}`],
  ['no name', `\${}`],
  ['no path', `\${file:}`],
  ['a file that is not there', `\${file:/nowhere/api_token}`],
  ['a folder', `\${file:${folder}}`],
  ['an empty file', file('empty', '\n')],
  ['a file with more than the secret', file('more', 'token: s3cret\nuser: s3cret\n')],
])('%s is refused in one clear sentence without a value', (_, text) => {
  const error = (() => {
    try {
      return resolve(text);
    } catch (thrown) {
      return thrown;
    }
  })();
  if (!(error instanceof ConnectorError)) throw new Error('It was not refused.');
  expect(error.kind).toBe('config');
  expect(sentence(error)).not.toContain('s3cret');
  expect(sentence(error).replaceAll(folder, '/folder')).toMatchSnapshot();
});

test.each(['s3cret', 's3cret\n', ' s3cret\r\n', '\ufeffs3cret\n\n', '\ts3 cret\u00a0'])(
  '%j is the same from a file, a variable and the text itself',
  (text) => {
    const { readFile } = processSecrets;
    const sources = { what: 'The "url"', environment: { HERE: text }, readFile };
    const secrets = [file('same', text), `\${HERE}`, text].map((given) => resolveSecret(given, sources));
    expect(new Set(secrets)).toEqual(new Set([text.trim()]));
  },
);

test.each([
  ['a device', () => '/dev/zero', 'which is not a regular file.'],
  ['a pipe', pipe, 'which is not a regular file.'],
  ['a gigabyte', () => sparse(1_000_000_000), 'which is larger than 64 kB.'],
  ['64 kB and one byte', () => sparse(64_001), 'which is larger than 64 kB.'],
  ['UTF-16', () => content(Buffer.from('\ufeffs3cret', 'utf16le')), 'which is UTF-16; save it as UTF-8.'],
  [
    'Latin-1',
    () => content(Buffer.from('s3cr\u00e9t', 'latin1')),
    'which is not UTF-8 text; save it as UTF-8.',
  ],
])('%s is no file of a secret, and what and where is said', (_, make, fault) => {
  const path = make();
  expect(() => resolve(`\${file:${path}}`)).toThrow(
    `The configuration's "api_token" is taken from the file ${path}, ${fault}`,
  );
});

function pipe(): string {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

function sparse(bytes: number): string {
  const path = content('');
  truncateSync(path, bytes);
  return path;
}

function content(bytes: string | Uint8Array): string {
  const path = join(folder, 'content');
  writeFileSync(path, bytes);
  return path;
}

test('a file that this user may not read says so', () => {
  const readFile = () => {
    throw Object.assign(new Error('EACCES: s3cret'), { code: 'EACCES' });
  };
  const resolveIt = () =>
    resolveSecret(`\${file:/run/secrets/t}`, { what: 'The "url"', environment, readFile });
  expect(resolveIt).toThrow('The "url" is taken from the file /run/secrets/t, which this user may not read.');
});

test('no reference is followed where strangers write configurations', () => {
  const { readFile } = processSecrets;
  const sources = {
    what: `The configuration's "api_token"`,
    environment: { ...environment, DEPLOYMENT_MODE: 'cloud' },
    readFile,
  };
  expect(() => resolveSecret(`\${TOKEN}`, sources)).toThrow(/reference, which is not followed/);
  expect(() => resolveSecret(file('shared', 's3cret'), sources)).toThrow(/reference/);
  expect(resolveSecret('s3cret', sources)).toBe('s3cret');
});
