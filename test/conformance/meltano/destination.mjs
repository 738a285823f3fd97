// What arrived: the rows of the tables and files that the loaders wrote, as a user would count them.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_KEYS } from '../../default-keys.mjs';
import { SUMMED } from './holdings.mjs';

/** @typedef {import('./holdings.mjs').Holdings} Holdings */
/** @typedef {import('../postgres.mjs').Postgres} Postgres */

/** @typedef {keyof typeof DEFAULT_KEYS} Stream */

const streams = /** @type {readonly Stream[]} */ (Object.keys(DEFAULT_KEYS));

/**
 * The rows that the shop has not deleted, as far as the destination knows.
 * @param {Postgres} postgres
 * @param {string} schema
 * @returns {Promise<Holdings>}
 */
export async function inTables(postgres, schema) {
  /** @type {Record<string, ReadonlyMap<string, number>>} */
  const holdings = {};
  for (const stream of streams) {
    const key = DEFAULT_KEYS[stream].map((column) => `${column}::text`).join(" || '/' || ");
    const rows = await postgres.query(
      `select ${key} as key, coalesce(${SUMMED[stream]}, 0)::float8 as amount
         from ${schema}.${stream} where _sdc_deleted_at is null`,
    );
    holdings[stream] = new Map(rows.map((row) => [row.key, row.amount]));
  }
  return holdings;
}

/**
 * Files that each run appends to: the last record of a key stands, unless it says that the row is gone. Of a stream that is a
 * snapshot each time, the last snapshot stands.
 * @param {string} folder
 * @returns {Promise<{ holdings: Holdings, records: Readonly<Record<string, number>>, texts: readonly string[] }>}
 */
export async function inFiles(folder) {
  /** @type {Record<string, ReadonlyMap<string, number>>} */
  const holdings = {};
  /** @type {Record<string, number>} */
  const records = {};
  const texts = [];
  for (const stream of streams) {
    const text = await readFile(join(folder, `${stream}.jsonl`), 'utf8');
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const snapshot = rows.at(-1)?.snapshot_at;
    /** @type {Map<string, number>} */
    const held = new Map();
    for (const row of rows) {
      const key = DEFAULT_KEYS[stream].map((column) => row[column]).join('/');
      if (row._sdc_deleted_at) held.delete(key);
      else if (row.snapshot_at === snapshot) held.set(key, Number(row[SUMMED[stream]] ?? 0));
    }
    holdings[stream] = held;
    records[stream] = rows.length;
    texts.push(text);
  }
  return { holdings, records, texts };
}

/**
 * How a destination differs from the shop, a sentence each; none when they are equal, row by row.
 * @param {Holdings} shop
 * @param {Holdings} destination
 * @returns {readonly string[]}
 */
export function differences(shop, destination) {
  return streams.flatMap((stream) => {
    const [there, here] = [shop[stream] ?? new Map(), destination[stream] ?? new Map()];
    const missing = [...there.keys()].filter((key) => !here.has(key));
    const surplus = [...here.keys()].filter((key) => !there.has(key));
    const other = [...there].filter(([key, amount]) => here.has(key) && !isSameAmount(amount, here.get(key)));
    return [
      ...told(missing, `${stream}: missing`),
      ...told(surplus, `${stream}: not in the shop`),
      ...told(
        other.map(([key]) => key),
        `${stream}: another ${SUMMED[stream]}`,
      ),
    ];
  });
}

/**
 * @param {readonly string[]} keys
 * @param {string} what
 */
function told(keys, what) {
  const named = keys.slice(0, 3).join(', ');
  return keys.length === 0 ? [] : [`${what}: ${keys.length} rows (${named}${keys.length > 3 ? ', …' : ''})`];
}

/**
 * Amounts pass through decimal columns, whose last digits a binary fraction does not have.
 * @param {number} a
 * @param {number} b
 */
function isSameAmount(a, b) {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a));
}

/**
 * @param {Holdings} shop
 * @param {readonly (readonly [title: string, holdings: Holdings])[]} destinations
 * @param {Readonly<Record<string, number>>} records How many records of each stream were read.
 * @returns {readonly (readonly (string | number)[])[]} Rows of a table: rows and sums of each, side by side.
 */
export function holdingsTable(shop, destinations, records) {
  const all = [/** @type {const} */ (['shop', shop]), ...destinations];
  return [
    [
      'rows, sum of',
      ...all.map(([title], at) => (at === 0 ? `rows: ${title}` : title)),
      ...all.map(([title], at) => (at === 0 ? `sum: ${title}` : title)),
      'read',
    ],
    ...streams.map((stream) => [
      `${stream}, ${SUMMED[stream]}`,
      ...all.map(([, holdings]) => holdings[stream]?.size ?? 0),
      ...all.map(([, holdings]) => sum(holdings[stream])),
      records[stream] ?? 0,
    ]),
  ];
}

/** @param {ReadonlyMap<string, number> | undefined} amounts */
function sum(amounts) {
  // In one order, so that equal rows give the same last digit.
  return [...(amounts ?? [])]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .reduce((total, [, amount]) => total + amount, 0);
}
