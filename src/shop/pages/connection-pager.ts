import type { Selection } from '../../catalog/query/selection.ts';
import type { CentraClient } from '../../centra/client.ts';
import type { ConnectorError } from '../../errors.ts';
import { isObject, type JsonObject } from '../../json.ts';
import { connectionPage } from '../documents.ts';
import type { LiveField, LiveRoot } from '../live-root.ts';
import { brokenAnswer, type CentraObject } from '../objects.ts';
import { checkPage, contradiction, refusedPosition } from './contradiction.ts';
import { askNarrowing, isNarrowable } from './narrowing.ts';
import type { PageSize } from './page-size.ts';
import type { Page, Pager } from './pager.ts';
import { knownRowOf, type RowsApart } from './rows-apart.ts';

export interface ConnectionPagerOptions {
  readonly client: CentraClient;
  readonly root: LiveRoot;
  readonly connection: LiveField;
  readonly where: JsonObject;
  readonly selection: Selection;
  readonly size: PageSize;
  readonly apart: RowsApart;
}

/** Pages a Connection by its cursor: a keyset, so rows that leave while it is paged do not move the others. */
export function connectionPager(options: ConnectionPagerOptions): Pager {
  const { client, root, connection, where, selection, size, apart } = options;
  const { label, pageKey, id } = root.definition;
  const document = connectionPage(connection, root, selection);
  const walk = new Walk(label);

  async function fetch(
    selected: Selection,
    after: string | undefined,
    rows: number,
    canNarrow: boolean,
    signal: AbortSignal,
  ): Promise<Page> {
    const isFirst = after === undefined;
    const variables = { where, first: rows, after: after ?? null, isFirst };
    const page = selected === selection ? document : connectionPage(connection, root, selected);
    const query = { what: label, ...page, variables, rows, canNarrow };
    const answer = await client.ask(query, signal);
    const { nodes, endCursor, totalRows } = parseConnection(answer.data[connection.name], label);
    checkPage(nodes, {
      what: label,
      rows,
      identify: (node) => node[id],
      keyOf: (node) => node[pageKey.field],
      isAscending: root.sort?.endsWith('_DESC') !== true,
      lastKey: walk.lastKeyAt(after),
    });
    if (endCursor !== undefined && walk.hasSeen(endCursor, after))
      throw contradiction(label, 'it leads back to a page that was read before');
    return { objects: nodes, refused: [], next: endCursor, totalRows, wentBack: false };
  }

  const isUp = (signal: AbortSignal) => fetch(apart.identity, undefined, 1, false, signal);

  async function withoutRefused(
    after: string | undefined,
    rows: number,
    error: ConnectorError,
    signal: AbortSignal,
  ): Promise<Page> {
    const page = await knownPage(after, rows, error, signal);
    const known = page.objects.map((object) => knownRowOf(object, root.definition));
    const { objects, refused } = await apart.gather(known, signal);
    return { ...page, objects, refused };
  }

  /** When even what cannot fail of the rows fails behind a position, and nowhere else, it is the position. */
  async function knownPage(
    after: string | undefined,
    rows: number,
    error: ConnectorError,
    signal: AbortSignal,
  ): Promise<Page> {
    const ask = () => fetch(apart.identity, after, rows, true, signal);
    return ask().catch(async (first: unknown) => {
      if (!isNarrowable(first)) throw first;
      await isUp(signal);
      return ask().catch((second: unknown) => {
        if (!isNarrowable(second)) throw second;
        throw after === undefined ? error : refusedPosition(label, second);
      });
    });
  }

  return async (after, signal) => {
    const page = await askNarrowing(size, {
      rows: () => client.comfortableRows(document.query, size.rows),
      ask: (rows) => fetch(selection, after, rows, true, signal),
      wait: () => isUp(signal),
      apart: (rows, error) => withoutRefused(after, rows, error, signal),
    });
    walk.passed(after, page, page.objects.at(-1)?.[pageKey.field]);
    return page;
  };
}

/** More rows than that above what the first page promised are not rows that came meanwhile. */
const MOST_BEYOND = 10_000;

/** What is known of the way so far: it must lead on, and come to an end. */
class Walk {
  readonly #label: string;
  readonly #seen = new Set<string>();
  #last: { readonly cursor: string | undefined; readonly key: unknown } | undefined;
  #total: number | undefined;
  #rows = 0;

  constructor(label: string) {
    this.#label = label;
  }

  /** The key of the row before a position, where the page before it was the last that was read. */
  lastKeyAt(after: string | undefined): unknown {
    return after !== undefined && this.#last?.cursor === after ? this.#last.key : undefined;
  }

  hasSeen(cursor: string, after: string | undefined): boolean {
    return cursor === after || this.#seen.has(cursor);
  }

  passed(after: string | undefined, { objects, refused, next, totalRows }: Page, lastKey: unknown): void {
    if (after === undefined) {
      this.#rows = 0;
      this.#seen.clear();
    } else this.#seen.add(after);
    this.#last = { cursor: next, key: refused.length > 0 ? undefined : lastKey };
    this.#total = totalRows ?? this.#total;
    this.#rows += objects.length;
    if (next === undefined || this.#total === undefined || this.#rows <= 2 * this.#total + MOST_BEYOND)
      return;
    throw contradiction(
      this.#label,
      `it said that there are ${this.#total} rows, has given ${this.#rows}, and does not come to an end`,
    );
  }
}

function parseConnection(value: unknown, label: string) {
  const pageInfo = isObject(value) ? value.pageInfo : undefined;
  const edges = isObject(value) ? value.edges : undefined;
  if (!isObject(value) || !isObject(pageInfo) || !Array.isArray(edges)) {
    throw brokenAnswer(label, 'is not a Connection');
  }
  const nodes = edges.map((edge: unknown): CentraObject => {
    const node = isObject(edge) ? edge.node : undefined;
    if (!isObject(node)) throw brokenAnswer(label, 'has an edge without a node');
    return node;
  });
  const { hasNextPage, endCursor } = pageInfo;
  if (hasNextPage === true && (typeof endCursor !== 'string' || nodes.length === 0)) {
    throw contradiction(label, 'it promises a next page, but does not say where');
  }
  const totalCount = value.totalCount;
  return {
    nodes,
    endCursor: hasNextPage === true && typeof endCursor === 'string' ? endCursor : undefined,
    totalRows: typeof totalCount === 'number' ? totalCount : undefined,
  };
}
