import type { GraphQLSchema } from 'graphql';
import type { CompiledColumn, CompiledStream } from '../../catalog/compile/compiled.ts';
import { mergeSelections, renderCall, type Selection } from '../../catalog/query/selection.ts';
import type { Query } from '../../centra/client.ts';
import type { JsonObject } from '../../json.ts';
import { rootType } from '../../roots/derive.ts';
import type { RootGroup } from '../root-groups.ts';
import { type PageCost, pageCost } from './page-cost.ts';
import { type NeededPermission, neededPermissions } from './permission-list.ts';

/** How the streams of one root list are read, and why. */
export interface RootExplanation {
  readonly root: string;
  readonly where: JsonObject | undefined;
  readonly streams: readonly StreamExplanation[];
  readonly permissions: readonly NeededPermission[];
  readonly complexity: PageCost;
  /** Fields that no column asks for. */
  readonly syncFields: readonly SyncField[];
}

interface SyncField {
  readonly field: string;
  readonly purpose: string;
}

interface StreamExplanation {
  readonly name: string;
  readonly key: readonly string[];
  readonly cursor: string;
  readonly columns: readonly ColumnExplanation[];
}

export interface ColumnExplanation
  extends Pick<CompiledColumn, 'name' | 'source' | 'pii' | 'permissions' | 'missing'> {
  /** The fields that it asks for, from the root's type: `lines(includeFullyCancelled: true).id`. */
  readonly asksFor: readonly string[];
  /** The same in one text: `attributes(where: …).elements.{key, value}`. */
  readonly asksForInShort: string;
}

/** `queries`: those that a first read of the group sends. */
export function explainRoot(
  group: RootGroup,
  queries: readonly Query[],
  schema: GraphQLSchema,
): RootExplanation {
  const { root, where, streams } = group;
  const selection = mergeSelections(streams.map((stream) => stream.selection));
  return {
    root: root.root,
    where,
    streams: streams.map(explainStream),
    permissions: neededPermissions(streams),
    complexity: pageCost(queries, schema),
    syncFields: syncFields(group, selection, schema),
  };
}

function explainStream({ name, key, cursor, columns }: CompiledStream): StreamExplanation {
  return {
    name,
    key,
    cursor,
    columns: columns.map((column) => ({
      name: column.name,
      source: column.source,
      pii: column.pii,
      permissions: column.permissions,
      missing: column.missing,
      asksFor: fieldPaths(column.selection),
      asksForInShort: foldedPaths(column.selection),
    })),
  };
}

/** The leaves of a selection, as one would write them in a query with dots. */
function fieldPaths(selection: Selection): readonly string[] {
  const own = selection.fields.flatMap((field): readonly string[] => {
    const text = renderCall(field);
    if (field.selection === undefined) return [text];
    const below = fieldPaths(field.selection);
    return below.length === 0 ? [text] : below.map((path) => `${text}.${path}`);
  });
  const ofKinds = selection.fragments.flatMap(({ on, selection: inner }) =>
    fieldPaths(inner).map((path) => `(${on}).${path}`),
  );
  return [...own, ...ofKinds];
}

function foldedPaths(selection: Selection): string {
  const own = selection.fields.map((field) => {
    const below = field.selection === undefined ? '' : foldedPaths(field.selection);
    return below === '' ? renderCall(field) : `${renderCall(field)}.${below}`;
  });
  const ofKinds = selection.fragments.flatMap(({ selection: inner }) => {
    const folded = foldedPaths(inner);
    return folded.startsWith('{') ? folded.slice(1, -1).split(', ') : [folded];
  });
  const parts = [...new Set([...own, ...ofKinds])];
  return parts.length === 1 ? (parts[0] ?? '') : parts.length === 0 ? '' : `{${parts.join(', ')}}`;
}

/** What the sync must see of a row to page and to know what is new or final, and no column shows. */
function syncFields({ root }: RootGroup, selection: Selection, schema: GraphQLSchema): readonly SyncField[] {
  const { change, pageKey, id } = root;
  const type = rootType(root.root, schema);
  const known = type !== undefined && 'getFields' in type ? type.getFields() : {};
  const paging = { field: pageKey.field, purpose: 'to turn pages by it' };
  if (change.kind === 'snapshot')
    return without(selection, [{ field: id, purpose: 'to tell its rows apart' }]);
  const time = { field: change.field, purpose: 'to know how new a row is' };
  const status = change.kind === 'created' ? change.statusFields.find((name) => name in known) : undefined;
  const final = { field: status ?? '', purpose: 'to know whether a row is final' };
  return without(selection, status === undefined ? [paging, time] : [paging, time, final]);
}

function without(selection: Selection, fields: readonly SyncField[]): readonly SyncField[] {
  const asked = new Set(selection.fields.map(({ responseKey }) => responseKey));
  return fields.filter(({ field }, at) => {
    const isRepeated = fields.findIndex((other) => other.field === field) < at;
    return !asked.has(field) && !isRepeated;
  });
}
