import { beforeAll, expect, test } from 'vitest';
import { newFolder, rowsIn } from './plain-folder.ts';
import { openShop, type TestShop } from './sandbox-control.ts';
import { inTerminal } from './terminal.ts';

let shop: TestShop;
beforeAll(async () => {
  shop = await openShop({ orders: 20, latencyMs: 60 });
});

const argumentsFor = (folder: string) => [
  'read',
  ...['--config', shop.config, '--format', 'jsonl', '--out', folder, '--only', 'orders', '--only', 'returns'],
];

/** What moves a cursor about, as drawing does and a log does not. */
const ESCAPE = '\u001b';
const movesCursor = new RegExp(`${ESCAPE}\\[(\\d*[ABCDGHJK]|\\?25[lh])`);
const colours = new RegExp(`${ESCAPE}\\[\\d+m`);

test('in a terminal it draws how far each stream is, and clears it away', async () => {
  const folder = newFolder();
  const { code, raw, shown } = await inTerminal(argumentsFor(folder), { cwd: folder });
  expect(code).toBe(0);
  expect(raw).toMatch(movesCursor);
  expect(shown).toContain('API limits used');
  expect(shown).toMatch(/orders +20 +\S+orders\.jsonl/);
  expect(rowsIn(folder, 'orders')).toHaveLength(20);
});

test.each<[string, readonly string[], Readonly<Record<string, string>>, boolean]>([
  ['--quiet', ['--quiet'], {}, false],
  ['TERM=dumb and FORCE_COLOR=1', [], { TERM: 'dumb', FORCE_COLOR: '1' }, true],
  ['CI=1 and NO_COLOR=1', [], { CI: '1', NO_COLOR: '1' }, false],
])('with %s it draws nothing', async (_, more, environment, isColoured) => {
  const folder = newFolder();
  const { code, raw, shown } = await inTerminal([...argumentsFor(folder), ...more], {
    cwd: folder,
    environment,
  });
  expect(code).toBe(0);
  expect(raw).not.toMatch(movesCursor);
  expect(colours.test(raw)).toBe(isColoured);
  expect(shown).toMatch(/orders +20 +\S+orders\.jsonl/);
});
