import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { behaviours } from '../../../src/workbench/doctor/behaviour.ts';
import { bundledCatalogs } from '../../proof/other-shops/bundled-catalogs.ts';
import { shopCases } from '../../proof/other-shops/shop-cases.ts';
import { elementTable } from './element-table.ts';

const path = 'docs/facts.md';
const page = readFileSync(path, 'utf8');
const catalogs = await bundledCatalogs();

test('the page lists what is inferred of the elements that the bundled catalogs and the sync ask for', async () => {
  const table = (await elementTable(catalogs)).join('\n');
  const whole = page.replace(/(<!-- elements:.*-->\n)[\s\S]*(<!-- \/elements -->)/, `$1${table}\n$2`);
  expect(whole).toContain('| `ReturnSort.id_ASC` | NAME |');
  await expect(whole).toMatchFileSnapshot(`../../../${path}`);
});

test('each of them is missing in one of the other shops that are read', () => {
  const cases = new Set(shopCases(catalogs).map(({ name }) => name));
  const elements = [...page.matchAll(/^\| `(\w+(?:\.\w+)?(?:\(\w+\))?)` \| [A-Z, ]+ \|/gm)].map(
    ([, element]) => element,
  );
  expect(elements.length).toBeGreaterThan(90);
  expect(elements.filter((element) => !cases.has(`without ${element}`))).toEqual([]);
});

const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.*?) \| (.*?) \| `(test\/.*?)` › (.*?) \|$/gm)];

test('the page lists each behaviour that the doctor gives a verdict on', () => {
  expect(rows.map(([, fact]) => fact)).toEqual(Object.keys(behaviours));
});

test.each(rows.map(([, fact, , , file, name]) => [fact, file, name]))(
  '%s is shown by a test that exists',
  (_, file = '', name = '') => {
    const source = readFileSync(file, 'utf8');
    expect(source).toMatch(new RegExp(`\\btest\\('${name.replaceAll(/[.*+?^$()|[\]{}\\]/g, '\\$&')}'`));
  },
);
