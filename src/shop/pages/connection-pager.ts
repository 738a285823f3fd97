import type { Selection } from '../../catalog/query/selection.ts';
import type { CentraClient } from '../../centra/client.ts';
import { isObject, type JsonObject } from '../../json.ts';
import { connectionPage } from '../documents.ts';
import type { LiveField, LiveRoot } from '../live-root.ts';
import { brokenAnswer, type CentraObject, PAGE_SIZE } from '../objects.ts';
import type { Pager } from './pager.ts';

export interface ConnectionPagerOptions {
  readonly client: CentraClient;
  readonly root: LiveRoot;
  readonly connection: LiveField;
  readonly where: JsonObject;
  readonly selection: Selection;
}

/** Pages a Connection by its cursor: a keyset, so rows that leave while it is paged do not move the others. */
export function connectionPager(options: ConnectionPagerOptions): Pager {
  const { client, root, connection, where, selection } = options;
  const { label } = root.definition;
  const document = connectionPage(connection, root, selection);
  return async (after, signal) => {
    const isFirst = after === undefined;
    const rows = client.comfortableRows(document.query, PAGE_SIZE);
    const variables = { where, first: rows, after: after ?? null, isFirst };
    const answer = await client.ask({ what: label, ...document, variables, rows }, signal);
    const { nodes, endCursor, totalRows } = parseConnection(answer.data[connection.name], label);
    if (endCursor !== undefined && endCursor === after) throw brokenAnswer(label, 'repeats its last cursor');
    return { objects: nodes, next: endCursor, totalRows, wentBack: false };
  };
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
    throw brokenAnswer(label, 'promises a next page, but does not say where');
  }
  const totalCount = value.totalCount;
  return {
    nodes,
    endCursor: hasNextPage === true && typeof endCursor === 'string' ? endCursor : undefined,
    totalRows: typeof totalCount === 'number' ? totalCount : undefined,
  };
}
