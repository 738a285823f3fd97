import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
  ['with spaces that count', ' s3 cret ', ' s3 cret '],
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
