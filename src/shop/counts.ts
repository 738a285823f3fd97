import type { CentraClient } from '../centra/client.ts';
import { isObject, type JsonObject } from '../json.ts';
import { countBy, countsBy, countsByConnection, type Document } from './documents.ts';
import type { LiveRoot } from './live-root.ts';

/** So many filters are counted by one request: each costs a few points. */
const COUNTED_AT_ONCE = 100;

export interface CountQuestion {
  readonly client: CentraClient;
  readonly root: LiveRoot;
  /** For each number that is wanted the filters whose rows it is the sum of; none: nothing can match. */
  readonly filters: readonly (readonly JsonObject[])[];
  readonly signal: AbortSignal;
}

/**
 * How many rows each of these has, in their order: by the counter, or by the Connection where there is none. Undefined where
 * the shop has neither, or the answer holds no number.
 */
export async function countRows(question: CountQuestion): Promise<readonly (number | undefined)[]> {
  const asked = question.filters.flatMap((parts, index) => parts.map((where) => ({ index, where })));
  const counts: (number | undefined)[] = question.filters.map(() => 0);
  for (let start = 0; start < asked.length; start += COUNTED_AT_ONCE) {
    const batch = asked.slice(start, start + COUNTED_AT_ONCE);
    const found = await countBatch(
      question,
      batch.map(({ where }) => where),
    );
    for (const [at, { index }] of batch.entries()) counts[index] = sum(counts[index], found[at]);
  }
  return counts;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}

async function countBatch(
  question: CountQuestion,
  wheres: readonly JsonObject[],
): Promise<readonly (number | undefined)[]> {
  const { counter, connection } = question.root;
  const [where] = wheres;
  const names = wheres.map((_, at) => `n${at}`);
  const variables = Object.fromEntries(wheres.map((one, at) => [`n${at}`, one]));
  if (counter !== undefined && wheres.length === 1) {
    const { counters } = await ask(question, countBy(counter), { where });
    return [numberAt(counters, counter.name)];
  }
  if (counter !== undefined) {
    const { counters } = await ask(question, countsBy(counter, wheres.length), variables);
    return names.map((name) => numberAt(counters, name));
  }
  if (connection === undefined) return wheres.map(() => undefined);
  const data = await ask(question, countsByConnection(connection, wheres.length), variables);
  return names.map((name) => numberAt(data[name], 'totalCount'));
}

async function ask({ client, root, signal }: CountQuestion, document: Document, variables: Variables) {
  return (await client.ask({ what: root.definition.label, ...document, variables }, signal)).data;
}

type Variables = Readonly<Record<string, JsonObject | undefined>>;

function numberAt(value: unknown, name: string): number | undefined {
  const count = isObject(value) ? value[name] : undefined;
  return typeof count === 'number' ? count : undefined;
}
