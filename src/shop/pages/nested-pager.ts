import { mergeSelections, type Selection, selectionOfPaths } from '../../catalog/query/selection.ts';
import type { CentraClient } from '../../centra/client.ts';
import type { JsonObject } from '../../json.ts';
import { nestedPage } from '../documents.ts';
import type { LiveRoot } from '../live-root.ts';
import type { NestedCompletion } from '../nested/nested-completion.ts';
import { brokenAnswer, type CentraObject, objectsOf, PAGE_SIZE, valueAt } from '../objects.ts';
import { offsetPager } from './list-pager.ts';
import type { NestedRows, Pager } from './pager.ts';

export interface NestedPagerOptions {
  readonly client: CentraClient;
  readonly root: LiveRoot;
  readonly nested: NestedRows;
  /** Picks the one parent. */
  readonly where: JsonObject;
  /** On the parent; holds the nested list with the arguments `$limit` and `$page`. */
  readonly selection: Selection;
  /** Fetches what is missing of the other nested lists of the parent. */
  readonly complete: NestedCompletion['complete'];
}

/** Pages a list inside one parent. Each page's only object is the parent, with this page's part of the list. */
export function nestedPager(options: NestedPagerOptions): Pager {
  const { client, root, nested, where, complete } = options;
  const { label } = root.definition;
  const { selection, responseKey } = withIdentity(options);
  const identity = nested.identity.split('.');
  const document = nestedPage(root, nested.list, identity, selection);
  let parent: CentraObject = {};
  const pager = offsetPager({
    label,
    identify: (row) => String(valueAt(row, identity)),
    fetch: async (page, probePage, signal) => {
      const isProbed = probePage !== undefined;
      const variables = { where, limit: PAGE_SIZE, page, probePage: probePage ?? 1, isProbed };
      const { data } = await client.ask({ what: label, ...document, variables, rows: PAGE_SIZE }, signal);
      const answered = objectsOf(data[root.list.name], label).slice(0, 1);
      const [found] = await complete(answered, signal, { limit: PAGE_SIZE, page });
      if (found === undefined) return { objects: [], before: undefined };
      parent = found;
      const before = isProbed ? objectsOf(found.before, label)[0] : undefined;
      return {
        objects: objectsOf(found[responseKey], label),
        before: before === undefined ? undefined : String(valueAt(before, identity)),
      };
    },
  });
  return async (after, signal) => {
    const page = await pager(after, signal);
    return { ...page, objects: [{ ...parent, [responseKey]: page.objects }] };
  };
}

function withIdentity({ root, nested, selection }: NestedPagerOptions): {
  readonly selection: Selection;
  readonly responseKey: string;
} {
  const field = selection.fields.find(
    ({ name, args }) => name === nested.list && args.some((arg) => arg.literal === '$page'),
  );
  if (field === undefined) throw brokenAnswer(root.definition.label, `has no list ${nested.list}`);
  const path = `${nested.list}.${nested.identity}`;
  const wanted = selectionOfPaths(root.schema, root.type, [path]).fields[0]?.selection;
  const merged = mergeSelections([field.selection, wanted].filter((part) => part !== undefined));
  const others = selection.fields.filter((other) => other !== field);
  return {
    responseKey: field.responseKey,
    selection: { ...selection, fields: [...others, { ...field, selection: merged }] },
  };
}
