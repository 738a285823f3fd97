import { mergeSelections, type Selection, selectionOfPaths } from '../../catalog/query/selection.ts';
import { fieldOf } from '../../catalog/query/selection-walk.ts';
import type { CentraClient } from '../../centra/client.ts';
import type { ConnectorError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { nestedPage } from '../documents.ts';
import { type LiveRoot, sortIn } from '../live-root.ts';
import type { NestedCompletion } from '../nested/nested-completion.ts';
import { brokenAnswer, type CentraObject, objectsOf, valueAt } from '../objects.ts';
import { checkPage } from './contradiction.ts';
import { isNarrowable } from './narrowing.ts';
import { type OffsetPage, type OffsetPlace, offsetPager } from './offset-pager.ts';
import { PAGE_SIZES, type PageSize } from './page-size.ts';
import type { NestedRows, Pager } from './pager.ts';

export interface NestedPagerOptions {
  readonly client: CentraClient;
  readonly root: LiveRoot;
  readonly nested: NestedRows;
  /** The parent's id. */
  readonly parent: number;
  /** Picks the one parent. */
  readonly where: JsonObject;
  /** On the parent; holds the nested list with the arguments `$limit` and `$page`. */
  readonly selection: Selection;
  /** Fetches what is missing of the other nested lists of the parent. */
  readonly complete: NestedCompletion['complete'];
  readonly size: PageSize;
}

/** Pages a list inside one parent. Each page's only object is the parent, with this page's part of the list. */
export function nestedPager(options: NestedPagerOptions): Pager {
  const { client, root, nested, where, complete, size } = options;
  const { label } = root.definition;
  const { selection, identitySelection, responseKey, beforeArguments } = laidOut(options);
  const identity = nested.identity.split('.');
  const identify = (row: CentraObject) => String(valueAt(row, identity));
  let parent: CentraObject = {};

  async function fetch(
    selected: Selection,
    { offset, rows }: OffsetPlace,
    canNarrow: boolean,
    signal: AbortSignal,
  ): Promise<OffsetPage> {
    const isProbed = offset > 0;
    const page = offset / rows + 1;
    const document = nestedPage(root, nested.list, { identity, beforeArguments }, selected);
    const variables = { where, limit: rows, page, probePage: isProbed ? offset : 1, isProbed };
    const { data } = await client.ask({ what: label, ...document, variables, rows, canNarrow }, signal);
    const answered = objectsOf(data[root.list.name], label).slice(0, 1);
    const [found] =
      selected === selection ? await complete(answered, signal, { limit: rows, page }) : answered;
    if (found === undefined) return { objects: [], refused: [], rows: [], before: undefined };
    if (selected === selection) parent = found;
    const before = isProbed ? objectsOf(found.before, label)[0] : undefined;
    const objects = objectsOf(found[responseKey], label);
    checkPage(objects, { what: label, rows, identify: (row) => valueAt(row, identity) ?? undefined });
    return {
      objects,
      refused: [],
      rows: objects.map(identify),
      before: before === undefined ? undefined : identify(before),
    };
  }

  const know = (place: OffsetPlace, signal: AbortSignal) => fetch(identitySelection, place, false, signal);

  /** In smaller and smaller pages, down to the single rows that cannot be served. */
  async function inParts(
    place: OffsetPlace,
    error: ConnectorError,
    signal: AbortSignal,
  ): Promise<OffsetPage> {
    const known = await know(place, signal);
    const objects: CentraObject[] = [];
    const refused: OffsetPage['refused'][number][] = [];
    const visit = async (part: OffsetPlace, failure: ConnectorError): Promise<void> => {
      const rows = PAGE_SIZES.find((one) => one < part.rows);
      if (rows === undefined) {
        const name = known.rows[part.offset - place.offset];
        const key = `${options.parent}/${name ?? ''}`;
        if (name !== undefined) refused.push({ key, id: key, error: failure });
        return;
      }
      const end = Math.min(part.offset + part.rows, place.offset + known.rows.length);
      for (let offset = part.offset; offset < end; offset += rows) {
        try {
          objects.push(...(await fetch(selection, { offset, rows }, true, signal)).objects);
        } catch (other) {
          if (!isNarrowable(other)) throw other;
          await know({ offset: 0, rows: 1 }, signal);
          await visit({ offset, rows }, other);
        }
      }
    };
    await visit(place, error);
    if (known.rows.length > 1 && refused.length === known.rows.length) throw error;
    return { ...known, objects, refused };
  }

  const pager = offsetPager({
    label,
    size,
    fetch: (place, signal) => fetch(selection, place, true, signal),
    wait: (signal) => know({ offset: 0, rows: 1 }, signal),
    apart: inParts,
  });
  return async (after, signal) => {
    const page = await pager(after, signal);
    return { ...page, objects: [{ ...parent, [responseKey]: page.objects }] };
  };
}

interface Layout {
  /** All that is wanted of the parent, the list with its identity and its order. */
  readonly selection: Selection;
  /** The list with nothing but its identity. */
  readonly identitySelection: Selection;
  readonly responseKey: string;
  /** What the row before a page must be asked for by beside its place: ", sort: [productSizeId_ASC]". */
  readonly beforeArguments: string;
}

function laidOut({ root, nested, selection }: NestedPagerOptions): Layout {
  const field = selection.fields.find(
    ({ name, args }) => name === nested.list && args.some((arg) => arg.literal === '$page'),
  );
  if (field === undefined) throw brokenAnswer(root.definition.label, `has no list ${nested.list}`);
  const path = `${nested.list}.${nested.identity}`;
  const identity = selectionOfPaths(root.schema, root.type, [path]).fields[0]?.selection;
  const merged = mergeSelections([field.selection, identity].filter((part) => part !== undefined));
  const others = selection.fields.filter((other) => other !== field);
  const args = field.args.some(({ name }) => name === 'sort')
    ? field.args
    : [...field.args, ...uniqueOrder(root, nested)];
  const own = { ...field, args };
  return {
    responseKey: field.responseKey,
    selection: { ...selection, fields: [...others, { ...own, selection: merged }] },
    identitySelection: { fields: [{ ...own, selection: identity }], fragments: [] },
    beforeArguments: args
      .filter(({ name }) => name !== 'limit' && name !== 'page')
      .map(({ name, literal }) => `, ${name}: ${literal}`)
      .join(''),
  };
}

function uniqueOrder({ schema, type }: LiveRoot, { list, sort }: NestedRows) {
  const field = fieldOf(schema.getType(type), list);
  const literal = field === undefined || sort === undefined ? undefined : sortIn(field, sort);
  return literal === undefined ? [] : [{ name: 'sort', literal }];
}
