import { isObject } from '../../json.ts';
import { type AskedRoot, filterOf } from '../asked-root.ts';
import { type Document, nestedEnds, nestedEndsOf } from '../documents.ts';
import { type CentraObject, objectsOf } from '../objects.ts';

/** The first question looks for these places: the list ends between two of them. */
const FIRST_PLACES: readonly number[] = Object.freeze(Array.from({ length: 11 }, (_, power) => 4 ** power));
/** Each further question looks at so many places between. */
const PLACES_BETWEEN = 8;
/** After two of them, a list of any length is known to some three in a hundred. */
const FURTHER_QUESTIONS = 2;
/** With more parents than this, the questions would be dearer than what they tell. */
const MOST_PARENTS = 50;

/** Where a list ends: it has a row at `last`, and none at `beyond`. */
interface Bracket {
  readonly last: number;
  readonly beyond: number;
}

/**
 * About how many rows the nested list has in each parent. Nothing counts them, so it is asked whether there is a row at
 * some places: one row each, all parents in one request. Undefined when there are too many parents.
 */
export async function countNested(
  asked: AskedRoot,
  nestedList: string,
  signal: AbortSignal,
): Promise<readonly number[] | undefined> {
  const { client, root } = asked;
  const { id, label } = root.definition;
  const ask = async (document: Document, variables: Readonly<Record<string, unknown>>) =>
    (await client.ask({ what: `the number of ${label}`, ...document, variables }, signal)).data;
  const first = await ask(nestedEnds(root, nestedList, MOST_PARENTS, FIRST_PLACES), {
    where: filterOf(asked, {}),
  });
  const parents = objectsOf(first[root.list.name], label);
  if (parents.length === MOST_PARENTS) return undefined;
  let brackets = parents.map((parent) =>
    bracketOf(parent, { last: 0, beyond: Number.POSITIVE_INFINITY }, FIRST_PLACES),
  );
  const one = (parent: CentraObject | undefined) =>
    filterOf(asked, { [id]: [root.filter.id(id, String(parent?.[id]))] });
  for (let question = 0; question < FURTHER_QUESTIONS && !brackets.every(isClosed); question += 1) {
    const probed = brackets.map(placesBetween);
    const open = parents.flatMap((_, at) => ((probed[at] ?? []).length > 0 ? [at] : []));
    const data = await ask(
      nestedEndsOf(
        root,
        nestedList,
        open.map((at) => ({ name: at, probed: probed[at] ?? [] })),
      ),
      Object.fromEntries(open.map((at) => [`w${at}`, one(parents[at])])),
    );
    brackets = brackets.map((bracket, at) =>
      open.includes(at) ? bracketOf(objectsOf(data[`l${at}`], label)[0], bracket, probed[at] ?? []) : bracket,
    );
  }
  return brackets.map(({ last, beyond }) => Math.round((last + Math.min(beyond, last * 2 + 1) - 1) / 2));
}

function isClosed({ last, beyond }: Bracket): boolean {
  return beyond - last <= 1;
}

/** Places that cut a bracket into equal parts. */
function placesBetween({ last, beyond }: Bracket): readonly number[] {
  if (!Number.isFinite(beyond)) return [];
  const step = (beyond - last) / (PLACES_BETWEEN + 1);
  const places = Array.from({ length: PLACES_BETWEEN }, (_, at) => Math.round(last + step * (at + 1)));
  return [...new Set(places)].filter((place) => place > last && place < beyond);
}

/** Narrows a bracket by what was found at these places, in their order. */
function bracketOf(parent: unknown, { last, beyond }: Bracket, places: readonly number[]): Bracket {
  const isFound = places.map((_, at) => {
    const rows = isObject(parent) ? parent[`p${at}`] : undefined;
    return Array.isArray(rows) && rows.length > 0;
  });
  const end = isFound.indexOf(false);
  return {
    last: places[(end === -1 ? places.length : end) - 1] ?? last,
    beyond: end === -1 ? beyond : (places[end] ?? beyond),
  };
}
