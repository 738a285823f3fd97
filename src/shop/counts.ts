import { isObject, type JsonObject } from '../json.ts';
import { type AskedRoot, filtersOf } from './asked-root.ts';
import { countBy, countsBy, countsByConnection, type Document } from './documents.ts';

/** So many filters are counted by one request: each costs a few points. */
const COUNTED_AT_ONCE = 100;

/**
 * How many rows meet each of these conditions, in their order: by the counter, or by the Connection where there is none.
 * Undefined where the shop has neither, or the answer holds no number.
 */
export async function countRows(
  asked: AskedRoot,
  conditions: readonly JsonObject[],
  signal: AbortSignal,
): Promise<readonly (number | undefined)[]> {
  const { localTime } = asked.root;
  if (localTime !== undefined && conditions.some((condition) => condition[localTime.filter] !== undefined))
    return conditions.map(() => undefined);
  const parts = conditions.flatMap((condition, index) =>
    filtersOf(asked, condition).map((where) => ({ index, where })),
  );
  const counts: (number | undefined)[] = conditions.map(() => 0);
  for (let start = 0; start < parts.length; start += COUNTED_AT_ONCE) {
    const batch = parts.slice(start, start + COUNTED_AT_ONCE);
    const wheres = batch.map(({ where }) => where);
    const found = await countBatch(asked, wheres, signal);
    for (const [at, { index }] of batch.entries()) counts[index] = sum(counts[index], found[at]);
  }
  return counts;
}

/** How many rows the list itself has under each of these filters, in one request: a counter may count what a list leaves out. */
export async function countListed(
  { client, root, where: base }: AskedRoot,
  conditions: readonly JsonObject[],
  signal: AbortSignal,
): Promise<readonly (number | undefined)[]> {
  const { connection, definition, filter } = root;
  if (connection === undefined) return conditions.map(() => undefined);
  const wheres = conditions.map((condition) => filter.both(base, condition)[0]);
  const sent = wheres.flatMap((where) => where ?? []);
  const variables = Object.fromEntries(sent.map((where, at) => [`n${at}`, where]));
  const document = countsByConnection(connection, sent.length);
  const { data } = await client.ask(
    { what: definition.label, ...document, variables, findsRefusals: true },
    signal,
  );
  let at = 0;
  return wheres.map((where) => {
    if (where === undefined) return 0;
    at += 1;
    return numberAt(data[`n${at - 1}`], 'totalCount');
  });
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

async function countBatch(
  { client, root }: AskedRoot,
  wheres: readonly JsonObject[],
  signal: AbortSignal,
): Promise<readonly (number | undefined)[]> {
  const { counter, connection, definition } = root;
  const names = wheres.map((_, at) => `n${at}`);
  const each = Object.fromEntries(wheres.map((where, at) => [`n${at}`, where]));
  const ask = async (document: Document, variables: JsonObject) =>
    (await client.ask({ what: definition.label, ...document, variables }, signal)).data;
  const [where] = wheres;
  if (counter !== undefined && where !== undefined && wheres.length === 1) {
    return [numberAt((await ask(countBy(counter), { where })).counters, counter.name)];
  }
  if (counter !== undefined) {
    const { counters } = await ask(countsBy(counter, wheres.length), each);
    return names.map((name) => numberAt(counters, name));
  }
  if (connection === undefined) return wheres.map(() => undefined);
  const data = await ask(countsByConnection(connection, wheres.length), each);
  return names.map((name) => numberAt(data[name], 'totalCount'));
}

function numberAt(value: unknown, name: string): number | undefined {
  const count = isObject(value) ? value[name] : undefined;
  return typeof count === 'number' ? count : undefined;
}
