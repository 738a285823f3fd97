import type { CentraClient } from '../centra/client.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { ResolvedRoot } from './open-root.ts';
import { brokenAnswer } from './pages/pager.ts';

/** How the shop can say how many rows a filter has. */
export interface CountWay {
  /** `counters { orders }`, or the `totalCount` of a Connection, which costs as much as a list. */
  readonly kind: 'counter' | 'connection';
  readonly field: string;
}

/** So many filters are counted by one request: each costs a few points. */
const COUNTED_AT_ONCE = 100;

/** The cheaper one of those that the live schema has. */
export function countWay({ counter, connection }: ResolvedRoot): CountWay | undefined {
  if (counter !== undefined) return { kind: 'counter', field: counter };
  return connection === undefined ? undefined : { kind: 'connection', field: connection };
}

export interface CountQuestion {
  readonly client: CentraClient;
  readonly root: ResolvedRoot;
  readonly way: CountWay;
  readonly wheres: readonly JsonObject[];
  readonly signal: AbortSignal;
}

/** How many rows each of these filters has, in their order. A filter that can match nothing is not asked about. */
export async function countRows(question: CountQuestion): Promise<readonly number[]> {
  const { wheres } = question;
  const counts = wheres.map(() => 0);
  const asked = wheres.flatMap((where, index) => (matchesNothing(where) ? [] : [index]));
  for (let start = 0; start < asked.length; start += COUNTED_AT_ONCE) {
    const batch = asked.slice(start, start + COUNTED_AT_ONCE);
    const found = await countBatch(
      question,
      batch.map((index) => wheres[index] ?? {}),
    );
    for (const [at, index] of batch.entries()) counts[index] = found[at] ?? 0;
  }
  return counts;
}

/** An empty list, as two filters without a common value leave it, would be taken for no filter at all. */
export function matchesNothing(where: JsonObject): boolean {
  return Object.entries(where).some(
    ([name, value]) => Array.isArray(value) && value.length === 0 && name !== 'negate' && name !== 'notNull',
  );
}

async function countBatch(
  { client, root, way, signal }: CountQuestion,
  wheres: readonly JsonObject[],
): Promise<readonly number[]> {
  const { label } = root.definition;
  const names = wheres.map((_, index) => `n${index}`);
  const parameters = names.map((name) => `$${name}: ${root.filterType}`).join(', ');
  const isCounter = way.kind === 'counter';
  const parts = names.map((name) =>
    isCounter
      ? `${name}: ${way.field}(where: $${name})`
      : `${name}: ${way.field}(where: $${name}, first: 1) { totalCount }`,
  );
  const body = isCounter ? `counters { ${parts.join(' ')} }` : parts.join(' ');
  const { data } = await client.ask(
    {
      what: `the number of ${label}`,
      operationName: 'counts',
      query: `query counts(${parameters}) { ${body} }`,
      variables: Object.fromEntries(names.map((name, index) => [name, wheres[index]])),
    },
    signal,
  );
  const counters = isCounter ? data.counters : data;
  return names.map((name) => {
    const value = isObject(counters) ? counters[name] : undefined;
    const count = isCounter || !isObject(value) ? value : value.totalCount;
    if (typeof count !== 'number') throw brokenAnswer(`the number of ${label}`, 'is not a number');
    return count;
  });
}
