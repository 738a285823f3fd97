import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { columnTypeOf } from '../../catalog/compile/column-type.ts';
import type { CompiledColumn, CompiledStream } from '../../catalog/compile/compiled.ts';
import type { ColumnModel, StreamModel } from '../../catalog/language/model.ts';
import type { Selection } from '../../catalog/query/selection.ts';
import { rootType } from '../../roots/derive.ts';

/** Columns of one stream that hold the key of another. */
export interface Relation {
  readonly from: string;
  /** In the order of the other's key. */
  readonly columns: readonly string[];
  readonly to: string;
  readonly key: readonly string[];
  /** They may be empty. */
  readonly isOptional: boolean;
  /** One row of the other has at most one of these. */
  readonly isOne: boolean;
}

/**
 * How streams join. Two columns meet where both show the same field of the same type of Centra's schema unchanged
 * (`order.id` of a return and `id` of an order): what they are called does not matter.
 */
export function relationsOf(
  streams: readonly CompiledStream[],
  models: readonly StreamModel[],
  schema: GraphQLSchema,
): readonly Relation[] {
  const known = streams.map((stream) =>
    entitiesOf(
      stream,
      models.find(({ name }) => name === stream.name),
      schema,
    ),
  );
  return known.flatMap((from) => targetsFor(from, known).flatMap((to) => relationsBetween(from, to)));
}

interface StreamEntities {
  readonly stream: CompiledStream;
  /** Which field of which type a column shows, as `Order.id`. */
  readonly byColumn: ReadonlyMap<string, string>;
  /** Those of the key, in its order; undefined where a column of it is not plain. */
  readonly key: readonly string[] | undefined;
}

function entitiesOf(
  stream: CompiledStream,
  model: StreamModel | undefined,
  schema: GraphQLSchema,
): StreamEntities {
  const type = rootType(stream.root.root, schema);
  const byColumn = new Map<string, string>();
  for (const column of stream.columns) {
    const written = model?.columns.find(({ name }) => name === column.name);
    const entity = written === undefined ? undefined : entityOf(column, written, type, schema);
    if (entity !== undefined) byColumn.set(column.name, entity);
  }
  const key = stream.key.map((name) => byColumn.get(name));
  const isPlain = key.every((entity) => entity !== undefined);
  return { stream, byColumn, key: isPlain ? key : undefined };
}

const plainKeywords: ReadonlySet<string> = new Set(['path', 'description', 'on_error', 'pii']);

function entityOf(
  { jsonSchema, selection, pii }: CompiledColumn,
  { keywords }: ColumnModel,
  type: GraphQLNamedType | undefined,
  schema: GraphQLSchema,
): string | undefined {
  const isPlain = [...keywords.keys()].every((keyword) => plainKeywords.has(keyword));
  const { items, properties } = columnTypeOf(jsonSchema);
  if (!isPlain || items !== undefined || properties !== undefined) return undefined;
  // The same hash everywhere joins too; other masks do not.
  if (pii !== undefined && pii !== 'allow' && pii !== 'hash') return undefined;
  const leaf = onlyLeaf(selection, type, schema);
  return leaf === undefined ? undefined : `${leaf}${pii === 'hash' ? ' hashed' : ''}`;
}

function onlyLeaf(
  { fields, fragments }: Selection,
  type: GraphQLNamedType | undefined,
  schema: GraphQLSchema,
): string | undefined {
  const [field, ...otherFields] = fields;
  const [fragment, ...otherFragments] = fragments;
  if (field === undefined) {
    if (fragment === undefined || otherFragments.length > 0) return undefined;
    return onlyLeaf(fragment.selection, schema.getType(fragment.on), schema);
  }
  if (fragment !== undefined || otherFields.length > 0 || field.name === 'attributes') return undefined;
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  const definition = type.getFields()[field.name];
  if (definition === undefined) return undefined;
  if (field.selection === undefined)
    return field.args.length === 0 ? `${commonName(type, field.name)}.${field.name}` : undefined;
  return onlyLeaf(field.selection, getNamedType(definition.type), schema);
}

/** The kinds of an interface share its fields: the id of a wholesale order is that of an order. */
function commonName(type: GraphQLNamedType, field: string): string {
  if (!isObjectType(type)) return type.name;
  return type.getInterfaces().find((parent) => Object.hasOwn(parent.getFields(), field))?.name ?? type.name;
}

/** The streams whose keys could be in this one; of several with the same kind of rows, the one with the same filter, or with none. */
function targetsFor(from: StreamEntities, all: readonly StreamEntities[]): readonly StreamEntities[] {
  const byKey = new Map<string, StreamEntities[]>();
  for (const candidate of all) {
    if (candidate.key === undefined || nameOfKey(candidate) === nameOfKey(from)) continue;
    const name = nameOfKey(candidate);
    byKey.set(name, [...(byKey.get(name) ?? []), candidate]);
  }
  const filterOf = ({ stream }: StreamEntities) => JSON.stringify([stream.root.root, stream.where ?? null]);
  return [...byKey.values()].flatMap((alike) => {
    const best =
      alike.find((candidate) => filterOf(candidate) === filterOf(from)) ??
      alike.find(({ stream }) => stream.where === undefined) ??
      alike[0];
    return best === undefined ? [] : [best];
  });
}

function nameOfKey({ key }: StreamEntities): string {
  return key === undefined ? '' : [...key].sort().join(' ');
}

function relationsBetween(from: StreamEntities, to: StreamEntities): readonly Relation[] {
  const candidates = (to.key ?? []).map((entity) =>
    [...from.byColumn].filter(([, own]) => own === entity).map(([name]) => name),
  );
  if (candidates.some((names) => names.length === 0)) return [];
  const [single] = candidates;
  const choices =
    candidates.length === 1 && single !== undefined
      ? single.map((name) => [name])
      : [candidates.flatMap((names) => names.slice(0, 1))];
  return choices.map((columns) => ({
    from: from.stream.name,
    columns,
    to: to.stream.name,
    key: to.stream.key,
    isOptional: columns.some((name) => canBeNull(from.stream, name)),
    isOne: from.stream.key.every((name) => columns.includes(name)),
  }));
}

function canBeNull({ columns, key }: CompiledStream, name: string): boolean {
  if (key.includes(name)) return false;
  return columnTypeOf(columns.find((column) => column.name === name)?.jsonSchema).isNullable;
}
