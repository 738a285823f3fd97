import type { GraphQLSchema } from 'graphql';
import {
  mergeSelections,
  renderSelection,
  type Selection,
  selectionOfPaths,
} from '../../catalog/query/selection.ts';
import type { CentraClient } from '../../centra/client.ts';
import { isObject, type JsonObject } from '../../json.ts';
import type { NestedCompletion } from '../nested/nested-completion.ts';
import { objectsOf, offsetPager } from './list-pager.ts';
import { brokenAnswer, type CentraObject, PAGE_SIZE, type Pager } from './pager.ts';

export interface NestedPagerOptions {
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  /** The root list's field on Query: `warehouses`. */
  readonly list: string;
  /** The type of its rows: `Warehouse`. */
  readonly type: string;
  readonly filterType: string;
  /** Picks the one parent. */
  readonly where: JsonObject;
  /** On the parent; holds the nested list with the arguments `$limit` and `$page`. */
  readonly selection: Selection;
  readonly nestedList: string;
  /** A path from a row of the nested list. */
  readonly identity: string;
  readonly label: string;
  /** Fetches what is missing of the other nested lists of the parent. */
  readonly complete: NestedCompletion['complete'];
}

/** Pages a list inside one parent. Each page's only object is the parent, with this page's part of the list. */
export function nestedPager(options: NestedPagerOptions): Pager {
  const { client, list, type, filterType, where, nestedList, identity, label, complete } = options;
  const { selection, responseKey } = withIdentity(options);
  const identityPath = identity.split('.');
  const query = `query ${list}_${nestedList}($where: ${filterType}, $limit: Int, $page: Int, $probePage: Int, $isProbed: Boolean!) {
  ${list}(where: $where, limit: 1) {
    before: ${nestedList}(limit: 1, page: $probePage) @include(if: $isProbed) ${bracesOf(identityPath)}
    ... on ${type} ${renderSelection(selection)}
  }
}`;
  let parent: CentraObject = {};
  const pager = offsetPager({
    label,
    identify: (row) => String(follow(row, identityPath)),
    fetch: async (page, probePage, signal) => {
      const isProbed = probePage !== undefined;
      const variables = { where, limit: PAGE_SIZE, page, probePage: probePage ?? 1, isProbed };
      const operationName = `${list}_${nestedList}`;
      const { data } = await client.ask(
        { what: label, operationName, query, variables, rows: PAGE_SIZE },
        signal,
      );
      const answered = objectsOf(data[list], label).slice(0, 1);
      const [found] = await complete(answered, signal, { limit: PAGE_SIZE, page });
      if (found === undefined) return { objects: [], before: undefined };
      parent = found;
      const before = isProbed ? objectsOf(found.before, label)[0] : undefined;
      return {
        objects: objectsOf(found[responseKey], label),
        before: before === undefined ? undefined : String(follow(before, identityPath)),
      };
    },
  });
  return async (after, signal) => {
    const page = await pager(after, signal);
    return { ...page, objects: [{ ...parent, [responseKey]: page.objects }] };
  };
}

function withIdentity(options: NestedPagerOptions): { selection: Selection; responseKey: string } {
  const { schema, selection, nestedList, type, identity, label } = options;
  const field = selection.fields.find(
    ({ name, args }) => name === nestedList && args.some((arg) => arg.literal === '$page'),
  );
  if (field === undefined) throw brokenAnswer(label, `has no list ${nestedList}`);
  const wanted = selectionOfPaths(schema, type, [`${nestedList}.${identity}`]).fields[0]?.selection;
  const nested = mergeSelections([field.selection, wanted].filter((part) => part !== undefined));
  const others = selection.fields.filter((other) => other !== field);
  return {
    responseKey: field.responseKey,
    selection: { ...selection, fields: [...others, { ...field, selection: nested }] },
  };
}

function bracesOf(path: readonly string[]): string {
  return path.reduceRight((inner, name) => `{ ${name} ${inner} }`, '');
}

function follow(row: CentraObject, path: readonly string[]): unknown {
  let value: unknown = row;
  for (const name of path) value = isObject(value) ? value[name] : undefined;
  return value;
}
