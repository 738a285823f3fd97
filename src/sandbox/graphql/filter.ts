import { requestError } from './request-error.ts';

/** One field of a filter input: how its condition reads a row. */
type FilterField<Row> =
  | { readonly by: 'list'; readonly read: (row: Row) => Scalar | readonly Scalar[] | null }
  | { readonly by: 'range'; readonly read: (row: Row) => number | null }
  | { readonly by: 'text'; readonly read: (row: Row) => string | null }
  | { readonly by: 'equal'; readonly read: (row: Row) => Scalar | null }
  | { readonly by: 'search'; readonly read: (row: Row) => string };

type Scalar = string | number | boolean;

export type FilterFields<Row> = Readonly<Record<string, FilterField<Row>>>;

/** A filter input as GraphQL hands it over: validated against the schema, dates as epoch seconds. */
export type Where = Readonly<Record<string, unknown>>;

export type Test<Row> = (row: Row) => boolean;

const everything = () => true;
const nothing = () => false;

/** Makes one test of a filter input. Undefined means that the filter excludes nothing. */
export function compileFilter<Row>(
  where: Where | null | undefined,
  fields: FilterFields<Row>,
): Test<Row> | undefined {
  const negated = new Set(namesIn(where, 'negate', fields));
  const tests: Test<Row>[] = [];
  for (const name of namesIn(where, 'notNull', fields)) {
    const field = fields[name];
    tests.push((row) => field !== undefined && field.read(row) !== null);
  }
  for (const [name, condition] of Object.entries(where ?? {})) {
    if (name === 'negate' || name === 'notNull' || condition === null || condition === undefined) continue;
    const field = fields[name];
    // What the shop has no data for is null in every row.
    const test = field === undefined ? nothing : testOf(name, field, condition);
    tests.push(negated.has(name) ? (row) => !test(row) : test);
  }
  const [first, ...more] = tests;
  if (first === undefined) return undefined;
  return more.length === 0 ? first : (row) => tests.every((test) => test(row));
}

/** Whether a value passes a StringMatch, which must have exactly one of its fields. */
function stringMatch(condition: unknown, place: string): (value: string | null) => boolean {
  const given = Object.entries(condition as Record<string, string | null>).filter(
    ([, text]) => text !== null,
  );
  const [how, text] = given[0] ?? [];
  if (given.length !== 1 || typeof text !== 'string') {
    throw requestError(
      `Exactly one of equals, contains, startsWith and endsWith must be given for ${place}.`,
    );
  }
  // Comparison ignores case, as the collation of the database behind the API does.
  const sought = text.toLowerCase();
  switch (how) {
    case 'equals':
      return (value) => value?.toLowerCase() === sought;
    case 'startsWith':
      return (value) => value?.toLowerCase().startsWith(sought) === true;
    case 'endsWith':
      return (value) => value?.toLowerCase().endsWith(sought) === true;
    default:
      return (value) => value?.toLowerCase().includes(sought) === true;
  }
}

function namesIn<Row>(
  where: Where | null | undefined,
  list: 'negate' | 'notNull',
  fields: FilterFields<Row>,
): string[] {
  const names = where?.[list];
  if (!Array.isArray(names)) return [];
  for (const name of names) {
    if (fields[String(name)] === undefined && where?.[String(name)] === undefined)
      throw requestError(`"${String(name)}" in ${list} is no field of this filter.`);
  }
  return names.map(String);
}

function testOf<Row>(name: string, field: FilterField<Row>, condition: unknown): Test<Row> {
  switch (field.by) {
    case 'list': {
      // Some filters take one value where others take a list.
      const wanted = new Set<unknown>(Array.isArray(condition) ? condition : [condition]);
      return (row) => {
        const value = field.read(row);
        return Array.isArray(value) ? value.some((one) => wanted.has(one)) : wanted.has(value);
      };
    }
    case 'range': {
      const { from, to } = condition as { from?: number | null; to?: number | null };
      const least = from ?? Number.NEGATIVE_INFINITY;
      const most = to ?? Number.POSITIVE_INFINITY;
      return (row) => {
        const value = field.read(row);
        return value !== null && value >= least && value <= most;
      };
    }
    case 'text': {
      const matches = stringMatch(condition, name);
      return (row) => matches(field.read(row));
    }
    case 'equal':
      return (row) => field.read(row) === condition;
    case 'search': {
      const sought = String(condition).toLowerCase();
      return sought === '' ? everything : (row) => field.read(row).toLowerCase().includes(sought);
    }
  }
}
