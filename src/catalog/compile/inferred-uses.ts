import {
  type ConstDirectiveNode,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  Kind,
} from 'graphql';
import { isObject } from '../../json.ts';
import type { RootDefinition } from '../../roots/definition.ts';
import { rootType } from '../../roots/derive.ts';
import { fieldOf, selectedFields } from '../query/selection-walk.ts';
import type { CompiledStream } from './compiled.ts';

/** An element of the bundled schema, and what asks for it. */
export interface ElementUse {
  /** `Order.lines`, `Order.lines(includeFullyCancelled)`, `OrderStatus.ARCHIVED`, `ReturnSort.id_ASC`. */
  readonly element: string;
  /**
   * What no public source states of it. NAME: it may not exist. TYPE, ARGUMENTS, PERMISSION: what of it may be otherwise.
   * Empty where all of it is documented.
   */
  readonly what: readonly string[];
  /** The streams that touch it; all of them where the sync does for each. */
  readonly streams: readonly string[];
}

/** What the sync asks for whatever the catalog says. */
const everySync: readonly (readonly [type: string, field: string, args: readonly string[]])[] = [
  ['Query', 'counters', []],
  ['Query', 'rateLimits', []],
  ['Query', 'events', ['where', 'limit']],
  ['Mutation', 'setEventListeners', ['input']],
  ['Mutation', 'confirmEvents', ['input']],
];

/** What was only inferred. A shop that has any of these otherwise must lose as little as can be. */
export function inferredUses(
  catalog: { readonly streams: readonly CompiledStream[] },
  reference: GraphQLSchema,
): readonly ElementUse[] {
  return elementUses(catalog, reference).filter(({ what }) => what.length > 0);
}

/** All that a catalog and its sync ask for, in the order of the streams, each element once. */
export function elementUses(
  { streams }: { readonly streams: readonly CompiledStream[] },
  reference: GraphQLSchema,
): readonly ElementUse[] {
  const found = new Map<string, { readonly what: readonly string[]; readonly streams: Set<string> }>();
  for (const stream of streams) {
    const touches = touchesOf(reference, (element, what) => {
      const use = found.get(element) ?? { what, streams: new Set() };
      use.streams.add(stream.name);
      found.set(element, use);
    });
    touches.selection(stream);
    touches.where(stream);
    touches.root(stream.root);
    for (const [type, field, args] of everySync) touches.field(reference.getType(type), field, args);
  }
  return [...found].map(([element, use]) => ({ element, what: use.what, streams: [...use.streams] }));
}

/** Anything that was read from the text of a schema. */
interface Marked {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined;
}

function inferredOf({ astNode }: Marked): readonly string[] {
  const mark = astNode?.directives?.find(({ name }) => name.value === 'inferred');
  const value = mark?.arguments?.find(({ name }) => name.value === 'what')?.value;
  if (value?.kind !== Kind.LIST) return [];
  return value.values.flatMap((item) => (item.kind === Kind.ENUM ? [item.value] : []));
}

function touchesOf(reference: GraphQLSchema, note: (element: string, what: readonly string[]) => void) {
  const touch = (element: string, marked: Marked | undefined) => {
    if (marked !== undefined) note(element, inferredOf(marked));
  };
  const named = (type: GraphQLNamedType) => touch(type.name, type);
  /** A leaf can hold any value of its enum. */
  const values = (type: GraphQLNamedType) => {
    if (!isEnumType(type)) return;
    for (const value of type.getValues()) touch(`${type.name}.${value.name}`, value);
  };
  const field = (owner: GraphQLNamedType | undefined, name: string, args: readonly string[]) => {
    const known = fieldOf(owner, name);
    if (owner === undefined || known === undefined) return undefined;
    touch(`${owner.name}.${name}`, known);
    for (const arg of known.args)
      if (args.includes(arg.name)) {
        touch(`${owner.name}.${name}(${arg.name})`, arg);
        named(getNamedType(arg.type));
      }
    const type = getNamedType(known.type);
    named(type);
    return known;
  };
  const enumValue = (type: GraphQLNamedType | undefined, name: string) => {
    if (isEnumType(type)) touch(`${type.name}.${name}`, type.getValue(name) ?? undefined);
  };
  const input = (given: GraphQLInputType | undefined, value: unknown): void => {
    const type = given === undefined ? undefined : getNamedType(given);
    if (Array.isArray(value)) for (const item of value) input(given, item);
    else if (isInputObjectType(type) && isObject(value))
      for (const [name, inner] of Object.entries(value)) {
        touch(`${type.name}.${name}`, type.getFields()[name]);
        input(type.getFields()[name]?.type, inner);
      }
    else if (typeof value === 'string') enumValue(type, value);
  };
  const argumentOf = (root: string, name: string) =>
    fieldOf(reference.getQueryType() ?? undefined, root)?.args.find((arg) => arg.name === name)?.type;
  return {
    field,
    selection: ({ root, selection }: CompiledStream) => {
      const type = rootType(root.root, reference);
      if (type === undefined) return;
      for (const { owner, selected, type: inner } of selectedFields(selection, type, reference)) {
        named(owner);
        field(
          owner,
          selected.name,
          selected.args.map(({ name }) => name),
        );
        values(inner);
      }
    },
    where: ({ root, where }: CompiledStream) => input(argumentOf(root.root, 'where'), where),
    root: (definition: RootDefinition) => {
      const { root, connection, id, pageKey, change, statusFilter } = definition;
      const query = reference.getQueryType() ?? undefined;
      field(query, root, ['where', 'sort', 'limit', 'page']);
      field(reference.getType('Counters'), root, ['where']);
      const type = rootType(root, reference);
      const time = change.kind === 'snapshot' ? [] : [change.field];
      const status = change.kind === 'created' ? change.statusFields : [];
      for (const name of [id, pageKey.field, ...time, ...status]) {
        const known = field(type, name, []);
        if (known !== undefined) values(getNamedType(known.type));
      }
      const sort = argumentOf(root, 'sort');
      for (const name of [pageKey.sort, ...time.map((one) => `${one}_ASC`)])
        enumValue(sort && getNamedType(sort), name);
      const filters = [id, pageKey.field, ...(change.kind === 'snapshot' ? [] : [change.filter])];
      for (const name of [...filters, ...(statusFilter === undefined ? [] : [statusFilter])])
        input(argumentOf(root, 'where'), { [name]: null });
      if (connection === undefined) return;
      const pages = field(query, connection, ['where', 'sort', 'first', 'after']);
      const edges = field(pages && getNamedType(pages.type), 'edges', []);
      field(edges && getNamedType(edges.type), 'node', []);
      const info = field(pages && getNamedType(pages.type), 'pageInfo', []);
      for (const name of ['hasNextPage', 'endCursor']) field(info && getNamedType(info.type), name, []);
    },
  };
}
