import type { GraphQLSchema } from 'graphql';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import {
  type CatalogModel,
  type ColumnModel,
  columnsOf,
  type StreamModel,
} from '../../catalog/language/model.ts';
import { isFault, parsePath } from '../../catalog/language/path-syntax.ts';
import { type SourceNode, textOf } from '../../catalog/language/source-node.ts';
import {
  emptySelection,
  mergeSelections,
  type Selection,
  selectionOfPaths,
} from '../../catalog/query/selection.ts';
import { selectedFields } from '../../catalog/query/selection-walk.ts';
import { ConnectorError } from '../../errors.ts';
import { rootType } from '../../roots/derive.ts';
import { anchorBehind, type DataAnchor, dataKey, rootAnchor } from './data-anchor.ts';

export interface MappedData {
  /** Fields and lists, by `dataKey`. */
  readonly fields: ReadonlySet<string>;
  /** `type.element` of custom attributes. */
  readonly attributes: ReadonlySet<string>;
}

/** All that a catalog maps, and what it leaves out on purpose (`pii: drop`). */
export function mappedData(
  catalog: CatalogModel,
  streams: readonly CompiledStream[],
  schema: GraphQLSchema,
): MappedData {
  const fields = new Set<string>();
  for (const stream of streams) {
    const model = catalog.streams.find(({ name }) => name === stream.name);
    const dropped = model === undefined ? emptySelection : droppedData(model, stream, schema);
    addFields(mergeSelections([stream.selection, dropped]), stream.root.root, schema, fields);
  }
  const columns = catalog.streams.flatMap((stream) => stream.columns.flatMap(withNested));
  return { fields, attributes: new Set(columns.flatMap(attributesIn)) };
}

function addFields(selection: Selection, root: string, schema: GraphQLSchema, fields: Set<string>): void {
  const type = rootType(root, schema);
  if (type === undefined) return;
  const anchors = new Map<string, DataAnchor>([['', rootAnchor(type, root, schema)]]);
  for (const { path, selected, type: inner, isList } of selectedFields(selection, type, schema)) {
    const above = anchors.get(path.slice(0, -1).join('.'));
    if (above === undefined) continue;
    fields.add(dataKey(above, selected.name));
    anchors.set(path.join('.'), anchorBehind(above, { name: selected.name, type: inner, isList }, schema));
  }
}

function withNested(column: ColumnModel): readonly ColumnModel[] {
  const columns = column.keywords.get('columns');
  const inner = columns?.kind === 'map' ? columnsOf(columns, '', '', () => undefined) : [];
  return [column, ...inner.flatMap(withNested)];
}

function attributesIn({ keywords }: ColumnModel): readonly string[] {
  const first = keywords.get('first');
  const nodes: readonly (SourceNode | undefined)[] = [
    keywords.get('path'),
    ...(first?.kind === 'list' ? first.items : []),
  ];
  return nodes.flatMap((node) => {
    const path = parsePath(textOf(node) ?? '');
    if (isFault(path)) return [];
    const at = path.segments.findIndex(({ pick }) => pick !== undefined);
    const element = path.segments[at + 1]?.name;
    return at < 0 || element === undefined ? [] : [`${path.segments[at]?.pick}.${element}`];
  });
}

/** The compiled stream knows nothing of dropped columns any more. */
function droppedData({ columns }: StreamModel, stream: CompiledStream, schema: GraphQLSchema): Selection {
  const type = rootType(stream.root.root, schema);
  const paths = columns
    .filter(({ keywords }) => textOf(keywords.get('pii')) === 'drop')
    .flatMap(({ keywords }) => pathFromRoot(textOf(keywords.get('path')) ?? '', stream, schema));
  return mergeSelections([
    emptySelection,
    ...paths.map((path) => knownSelection(schema, type?.name ?? '', path)),
  ]);
}

function pathFromRoot(text: string, stream: CompiledStream, schema: GraphQLSchema): readonly string[] {
  const path = parsePath(text);
  const type = rootType(stream.root.root, schema);
  if (isFault(path) || type === undefined || path.segments.some(({ pick }) => pick !== undefined)) return [];
  const lists = [...selectedFields(stream.selection, type, schema)].filter(
    ({ isList, keys }) => isList && keys.every((key, at) => stream.each[at] === key),
  );
  const base = lists[lists.length - 1 - path.ups]?.path ?? [];
  return [[...base, ...path.segments.map(({ name }) => name)].join('.')];
}

function knownSelection(schema: GraphQLSchema, type: string, path: string): Selection {
  try {
    return selectionOfPaths(schema, type, [path]);
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'schema') return emptySelection;
    throw error;
  }
}
