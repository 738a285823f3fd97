import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCatalog } from '../../../src/catalog/language/load.ts';
import { formatProblem } from '../../../src/catalog/language/problem.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'catalogs-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function loadFiles(files: Readonly<Record<string, string | Uint8Array>>, name = 'tenant.yaml') {
  for (const [file, content] of Object.entries(files)) await writeFile(join(folder, file), content);
  const { catalog, problems } = await loadCatalog(
    { source: 'file', path: join(folder, name) },
    { bundledFolder: folder },
  );
  const texts = problems.map((problem) => formatProblem(problem).replaceAll(folder, '…'));
  return { catalog, texts };
}

describe('extends', () => {
  test('a chain is laid over each other: streams keyword by keyword, columns by name, null removes', async () => {
    const { catalog, texts } = await loadFiles({
      'base.yaml': `version: 1
streams:
  a: { from: orders, key: [id], columns: { id: id, x: number, y: status }, tests: [{ given: {}, expect: {} }] }
  b: { from: returns, key: [id], columns: { id: id } }`,
      'middle.yaml':
        'version: 1\nextends: ./base.yaml\nstreams:\n  a: { columns: { y: null, z: { const: 1 } } }\n  b: null',
      'tenant.yaml':
        'version: 1\ntenant: T\nextends: middle\nstreams:\n  a: { key: [x], columns: { x: { path: id, type: string } } }',
    });
    expect(texts).toEqual([]);
    expect(catalog.tenant).toBe('T');
    expect(catalog.streams.map(({ name }) => name)).toEqual(['a']);
    const [stream] = catalog.streams;
    expect(stream?.columns.map(({ name, keywords }) => [name, ...keywords.keys()])).toEqual([
      ['id', 'path'],
      ['x', 'path', 'type'],
      ['z', 'const'],
    ]);
    expect(stream?.tests).toEqual([]);
    expect(stream?.columns.map(({ place }) => place.file.split('/').at(-1))).toEqual([
      'base.yaml',
      'tenant.yaml',
      'middle.yaml',
    ]);
  });

  test('a circle is an error that names the file', async () => {
    const { texts } = await loadFiles({
      'tenant.yaml': 'version: 1\nextends: ./other.yaml',
      'other.yaml': 'version: 1\nextends: ./tenant.yaml',
    });
    expect(texts).toEqual([
      '…/other.yaml:2:10: error: The catalogs extend each other in a circle: …/tenant.yaml is already below itself.\n  Remove one `extends` of the circle.',
    ]);
  });

  test('what is missing is said where it is asked for', async () => {
    const { texts } = await loadFiles({ 'tenant.yaml': 'version: 1\nextends: ./nothing.yaml' });
    expect(texts).toEqual(['…/tenant.yaml:2:10: error: …/nothing.yaml does not exist.\n  Check the path.']);
  });

  test('an absolute path is refused', async () => {
    const { texts } = await loadFiles({ 'tenant.yaml': 'version: 1\nextends: /etc/passwd' });
    expect(texts).toEqual([
      '…/tenant.yaml:2:10: error: `extends` takes a bundled name or a relative path.\n  Write the path from this file, such as `./base.yaml`.',
    ]);
  });

  test('an inherited mistake is said in the file that has it', async () => {
    const { texts } = await loadFiles({
      'tenant.yaml': 'version: 1\nextends: ./base.yaml',
      'base.yaml': 'version: 1\nstreams:\n  a: { form: orders }',
    });
    expect(texts).toEqual([
      '…/base.yaml:3:8: error: a: "form" is not a keyword of a stream.\n  Did you mean from?',
    ]);
  });
});

describe('files that are no catalog', () => {
  const refused: Readonly<Record<string, readonly [string | Uint8Array, string]>> = {
    'not UTF-8': [
      Uint8Array.from([0x76, 0xff, 0xfe]),
      '…/tenant.yaml:1:1: error: The catalog is not UTF-8 text.\n  Save the file with the encoding UTF-8.',
    ],
    'UTF-16': [
      Buffer.from('\ufeffversion: 1', 'utf16le'),
      '…/tenant.yaml:1:1: error: The catalog is UTF-16.\n  Save the file with the encoding UTF-8.',
    ],
    'too large': [
      `version: 1\n${'# x\n'.repeat(300_000)}`,
      '…/tenant.yaml:1:1: error: …/tenant.yaml is larger than 1 MB.\n  Split it: a catalog can extend another one.',
    ],
  };
  for (const [name, [content, text]] of Object.entries(refused)) {
    test(name, async () => {
      expect((await loadFiles({ 'tenant.yaml': content })).texts).toEqual([text]);
    });
  }

  const secrets: Readonly<Record<string, string>> = {
    'a token': 'hunter2-hunter2',
    'a file of variables': 'HUNTER2=hunter2\nOTHER=hunter2\n',
    'a file of users': 'hunter2:x:0:0:hunter2:/hunter2:/bin/sh\n',
    'a configuration': '{"endpoint": "https://acme.centra.com/graphql", "api_token": "hunter2"}',
    'a file of passwords': 'hunter2: hunter2\nhunter2: hunter2\n',
    'a key': '-----BEGIN HUNTER2-----\nhunter2==\n-----END HUNTER2-----\n',
    'a private script': "#!/bin/sh\nexport A='hunter2' B=\"hunter2\n\t* @hunter2: [hunter2",
    'an alias of nothing': 'a: *hunter2\nb: !hunter2 c',
    'a list': '- hunter2\n- hunter2: 1',
  };
  for (const [name, content] of Object.entries(secrets)) {
    test(`${name} is not quoted`, async () => {
      const { texts } = await loadFiles({ 'tenant.yaml': content });
      expect(texts).toHaveLength(1);
      expect(texts[0]).toMatch(
        /not a catalog|A catalog is names with values below them|No anchor of this name/,
      );
      expect(texts[0]).not.toMatch(/hunter2|api_token/i);
    });
  }

  test('many aliases cost no quadratic time', async () => {
    const yaml = `version: 1\nstreams: { a: &a 1 }\nx: [${Array(150_000).fill('*a').join(', ')}]`;
    const started = performance.now();
    const { problems } = await loadCatalog({ source: 'inline', yaml });
    expect(problems.map(({ code }) => code)).toEqual(['catalog/alias_bomb']);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('a file of gigabytes is refused by its size', async () => {
    await writeFile(join(folder, 'huge.yaml'), '');
    await truncate(join(folder, 'huge.yaml'), 8_000_000_000);
    const { problems } = await loadCatalog({ source: 'file', path: join(folder, 'huge.yaml') });
    expect(problems.map(({ code }) => code)).toEqual(['catalog/too_large']);
  });

  test('a folder', async () => {
    const { problems } = await loadCatalog({ source: 'file', path: folder });
    expect(problems.map(({ code }) => code)).toEqual(['catalog/not_found']);
  });

  test('an inline catalog that is too large', async () => {
    const { problems } = await loadCatalog({ source: 'inline', yaml: '# x\n'.repeat(300_000) });
    expect(problems.map(({ code }) => code)).toEqual(['catalog/too_large']);
  });

  test('many keys cost no quadratic time', async () => {
    const yaml = `version: 1\nstreams:\n${Array.from({ length: 60_000 }, (_, at) => `  s${at}: 1`).join('\n')}`;
    const started = performance.now();
    const { problems } = await loadCatalog({ source: 'inline', yaml });
    expect(problems.length).toBe(60_000);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

test('JSON is YAML, and a byte order mark is no mistake', async () => {
  const { texts, catalog } = await loadFiles({
    'tenant.yaml': `\ufeff${JSON.stringify({ version: 1, streams: { a: { from: 'orders', key: ['id'], columns: { id: 'id' } } } })}`,
  });
  expect(texts).toEqual([]);
  expect(catalog.streams).toHaveLength(1);
});

test('paths need no quotes, wherever they stand', async () => {
  const { texts, catalog } = await loadFiles({
    'tenant.yaml': `version: 1
streams:
  a:
    columns:
      a: grandTotal(includingTax: false).value   # a comment
      b: { path: attributes[or_channel].channel, description: "text [with] {all} (of: it)" }
      c: { first: [lines[0].id, f(a: "x, y", b: [1, 2], c: {d: E}).g] }
      d: lines(includeFullyCancelled: true)[].quantity
      e: 'quoted(a: 1)'
      f: "quoted(a: \\"x\\")"`,
  });
  expect(texts).toEqual([]);
  const sources = catalog.streams[0]?.columns.map(
    ({ keywords }) => keywords.get('path') ?? keywords.get('first'),
  );
  const plain = sources?.map((node) =>
    node?.kind === 'list'
      ? node.items.map((item) => item.kind === 'scalar' && item.value)
      : node?.kind === 'scalar' && node.value,
  );
  expect(plain).toEqual([
    'grandTotal(includingTax: false).value',
    'attributes[or_channel].channel',
    ['lines[0].id', 'f(a: "x, y", b: [1, 2], c: {d: E}).g'],
    'lines(includeFullyCancelled: true)[].quantity',
    'quoted(a: 1)',
    'quoted(a: "x")',
  ]);
});
