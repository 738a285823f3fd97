import type { Selection } from '../../catalog/query/selection.ts';
import type { CentraClient } from '../../centra/client.ts';
import type { ConnectorError } from '../../errors.ts';
import type { JsonObject } from '../../json.ts';
import { listPage } from '../documents.ts';
import type { LiveRoot } from '../live-root.ts';
import { type CentraObject, objectsOf } from '../objects.ts';
import { checkPage } from './contradiction.ts';
import { type OffsetPage, type OffsetPlace, offsetPager } from './offset-pager.ts';
import { PageSize } from './page-size.ts';
import type { Pager } from './pager.ts';
import { knownRowOf, type RowsApart } from './rows-apart.ts';

export interface ListPagerOptions {
  readonly client: CentraClient;
  readonly root: LiveRoot;
  readonly where: JsonObject;
  /** Holds the root's id. */
  readonly selection: Selection;
  /** What is read, for people; the root's label unless given. */
  readonly what?: string;
  /** Ascending by the page key unless given. */
  readonly sort?: string;
  readonly size?: PageSize;
  /** How rows are read when one of a page cannot be served; without it, that is an error. */
  readonly apart?: RowsApart;
}

/** Pages a root list by offset, sorted by a field that never changes. */
export function listPager(options: ListPagerOptions): Pager {
  const { client, root, where, selection, what, sort, size = new PageSize(), apart } = options;
  const { id, label, pageKey } = root.definition;
  const named = what ?? label;
  const order = sort ?? root.sort;
  const document = listPage(root, selection, sort);
  const identify = (object: CentraObject) => String(object[id]);

  async function fetch(
    selected: Selection,
    { offset, rows }: OffsetPlace,
    canNarrow: boolean,
    signal: AbortSignal,
  ): Promise<OffsetPage> {
    const isProbed = offset > 0;
    const page = offset / rows + 1;
    const variables = { where, limit: rows, page, probePage: isProbed ? offset : 1, isProbed };
    const asked = selected === selection ? document : listPage(root, selected, sort);
    const query = { what: named, ...asked, variables, rows, canNarrow };
    const { data } = await client.ask(query, signal);
    const objects = objectsOf(data[root.list.name], named);
    const before = isProbed ? objectsOf(data.before, named)[0] : undefined;
    checkPage(objects, {
      what: named,
      rows,
      identify: (object) => object[id],
      // A list in an order of its own says nothing about its keys.
      keyOf: order === undefined ? undefined : (object) => object[pageKey.field],
      isAscending: order?.endsWith('_DESC') !== true,
      lastKey: pageKey.field === id ? before?.[id] : undefined,
    });
    return {
      objects,
      refused: [],
      rows: objects.map(identify),
      before: before === undefined ? undefined : identify(before),
    };
  }

  async function withoutRefused(
    place: OffsetPlace,
    error: ConnectorError,
    signal: AbortSignal,
  ): Promise<OffsetPage> {
    if (apart === undefined) throw error;
    const known = await fetch(apart.identity, place, false, signal);
    const { objects, refused } = await apart.gather(
      known.objects.map((object) => knownRowOf(object, root.definition)),
      signal,
    );
    return { ...known, objects, refused };
  }

  return offsetPager({
    label: named,
    size,
    fetch: (place, signal) => fetch(selection, place, true, signal),
    wait: async (signal) => {
      if (apart !== undefined) await fetch(apart.identity, { offset: 0, rows: 1 }, false, signal);
    },
    apart: withoutRefused,
  });
}
