import type { GraphQLSchema } from 'graphql';
import { type Selection, selectionOfPaths } from '../catalog/query/selection.ts';
import { fieldOf } from '../catalog/query/selection-walk.ts';
import type { Refusal } from '../centra/answer.ts';
import type { CentraClient } from '../centra/client.ts';
import { ConnectorError } from '../errors.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { RootDefinition } from '../roots/definition.ts';
import { parseCentraTime, type UtcSecond } from '../time.ts';
import { type AskedRoot, filterOf, sentPart } from './asked-root.ts';
import { countRows } from './counts.ts';
import { firstRows, oldestRow, variablesIn } from './documents.ts';
import type { Filter } from './filter.ts';
import { type HiddenRows, hiddenRows } from './hidden-rows.ts';
import { differencesOf, findRoot, type LiveRoot } from './live-root.ts';
import { countNested } from './nested/count-nested.ts';
import { nestedCompletion } from './nested/nested-completion.ts';
import { brokenAnswer, type CentraObject } from './objects.ts';
import { idsOf, type Rows, rowsOf } from './rows.ts';
import { type Sample, type SampleInput, sampleRoot } from './sample.ts';

/** A root list of one shop, opened: everything that is asked of it goes through here, under the catalog's filter. */
export interface OpenRoot {
  readonly definition: RootDefinition;
  /** What its rows are called: "orders". */
  readonly label: string;
  /** Where it is read in another way than is documented: a sentence each. */
  readonly differences: readonly string[];
  /** What the live schema filters it by. */
  readonly filter: Filter;
  /** The field that shows whether a row is final, by the name that this API gives it. */
  readonly statusField: string | undefined;
  /** By a counter, which costs next to nothing, or by a Connection, which costs as much as a list. */
  readonly countedBy: 'counter' | 'connection' | undefined;
  /** Whether its rows have a field. */
  readonly has: (field: string) => boolean;
  /** Fields of a row by their dotted paths. */
  readonly fields: (paths: Iterable<string>) => Selection;
  /** The same root under another filter of a catalog's; undefined: all of its rows. */
  readonly under: (where: JsonObject | undefined) => OpenRoot;
  /** Its rows with these fields, as they come: the API cuts nested lists. */
  readonly rows: (selection: Selection) => Rows;
  /** Its rows with these fields, and every nested list read to its end. */
  readonly wholeRows: (selection: Selection) => Rows;
  /** The ids of all rows, ascending: for the parents of a nested list, which are few. */
  readonly ids: (signal: AbortSignal) => Promise<readonly number[]>;
  /** How many rows meet a condition; undefined where the shop does not say it. */
  readonly count: (condition: JsonObject, signal: AbortSignal) => Promise<number | undefined>;
  /** The same of several, in their order, where none of the numbers can be done without. */
  readonly counts: (conditions: readonly JsonObject[], signal: AbortSignal) => Promise<readonly number[]>;
  /** About how many rows a nested list has in each parent; undefined when there are too many parents. */
  readonly countNested: (nestedList: string, signal: AbortSignal) => Promise<readonly number[] | undefined>;
  /** Fields by which the list leaves rows out as long as no filter names them; undefined where the shop does not show that. */
  readonly hiddenBy: (signal: AbortSignal) => Promise<HiddenRows | undefined>;
  /** The time of the oldest row; undefined when there is none, or the shop cannot find it. */
  readonly oldest: (signal: AbortSignal) => Promise<UtcSecond | undefined>;
  /** Some rows with all that a read asks for, to see what that costs, and what the token may not see. */
  readonly first: (
    selection: Selection,
    options: FirstRowsOptions,
    signal: AbortSignal,
  ) => Promise<FirstRows>;
  /** Some of the newest and of the oldest rows, without what the token may not see. */
  readonly sample: (input: SampleInput, signal: AbortSignal) => Promise<Sample>;
}

export interface FirstRowsOptions {
  readonly rows: number;
  readonly condition?: JsonObject;
  /** See `Query`. */
  readonly findsRefusals?: boolean;
}

export interface FirstRows {
  readonly objects: readonly CentraObject[];
  readonly complexity: number | undefined;
  readonly refusals: readonly Refusal[];
}

/**
 * Opens a root in a shop whose live schema is known; nothing is asked yet. Throws a ConnectorError of kind `schema` when what
 * the sync stands on is not there.
 */
export function openRoot(
  client: CentraClient,
  schema: GraphQLSchema,
  definition: RootDefinition,
  where?: JsonObject | undefined,
): OpenRoot {
  return open(client, findRoot(schema, definition), where);
}

function open(client: CentraClient, root: LiveRoot, where: JsonObject | undefined): OpenRoot {
  const { definition, schema, type, filter, counter, connection } = root;
  const { label } = definition;
  const fields = (paths: Iterable<string>) => selectionOfPaths(schema, type, [...new Set(paths)]);
  const asked: AskedRoot = { client, root, where };
  return Object.freeze({
    definition,
    label,
    differences: differencesOf(root),
    filter,
    statusField: root.statusField,
    countedBy:
      root.localTime !== undefined
        ? undefined
        : ((counter && ('counter' as const)) ?? (connection && ('connection' as const))),
    has: (field: string) => fieldOf(schema.getType(type), field) !== undefined,
    fields,
    under: (other: JsonObject | undefined) => open(client, root, other),
    rows: (selection: Selection) => rowsOf(asked, { selection, complete: async (objects) => objects }),
    wholeRows: (selection: Selection) => rowsOf(asked, nestedCompletion({ client, root, selection })),
    ids: (signal: AbortSignal) => idsOf(asked, signal),
    count: (condition: JsonObject, signal: AbortSignal) => countIfAllowed(asked, condition, signal),
    counts: async (conditions: readonly JsonObject[], signal: AbortSignal) =>
      (await countRows(asked, conditions, signal)).map((count) => {
        if (count === undefined) throw brokenAnswer(`the number of ${label}`, 'is not a number');
        return count;
      }),
    countNested: (nestedList: string, signal: AbortSignal) => countNested(asked, nestedList, signal),
    hiddenBy: (signal: AbortSignal) => hiddenRows(asked, signal),
    oldest: (signal: AbortSignal) => oldestOf(asked, signal),
    first: (selection: Selection, options: FirstRowsOptions, signal: AbortSignal) =>
      firstOf(asked, selection, options, signal),
    sample: (input: SampleInput, signal: AbortSignal) => sampleRoot(asked, input, signal),
  });
}

/** A token that may see the rows, and not their number, reads them without it. */
async function countIfAllowed(
  asked: AskedRoot,
  condition: JsonObject,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    return (await countRows(asked, [condition], signal))[0];
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'permission') return undefined;
    throw error;
  }
}

async function oldestOf(asked: AskedRoot, signal: AbortSignal): Promise<UtcSecond | undefined> {
  const { client, root } = asked;
  const where = filterOf(asked, {});
  if (root.oldestTime === undefined || where === undefined) return undefined;
  const document = oldestRow(root, root.oldestTime);
  const { data } = await client.ask(
    { what: root.definition.label, ...document, variables: { where } },
    signal,
  );
  const rows = data[root.list.name];
  const first: unknown = Array.isArray(rows) ? rows[0] : undefined;
  return parseCentraTime(isObject(first) ? first[root.oldestTime.field] : undefined);
}

/** Where the pages are those of a list inside one parent, that list is the one with so many rows. */
async function firstOf(
  asked: AskedRoot,
  selection: Selection,
  { rows, condition = {}, findsRefusals = false }: FirstRowsOptions,
  signal: AbortSignal,
): Promise<FirstRows> {
  const { client, root } = asked;
  const where = filterOf(asked, sentPart(root, condition));
  if (where === undefined) return { objects: [], complexity: undefined, refusals: [] };
  const isNested = variablesIn(selection).length > 0;
  const document = firstRows(root, isNested ? 1 : rows, selection);
  const variables = { where, ...(isNested && { limit: rows, page: 1 }) };
  const what = root.definition.label;
  // Who looks for refusals can do without a row that cannot be had.
  const query = { what, ...document, variables, rows, findsRefusals, canNarrow: findsRefusals };
  const { data, complexity, refusals } = await client.ask(query, signal);
  const found = data[root.list.name];
  return { objects: Array.isArray(found) ? found.filter(isObject) : [], complexity, refusals };
}
