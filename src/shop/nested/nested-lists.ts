import type { GraphQLNamedType, GraphQLSchema } from 'graphql';
import {
  type FieldSelection,
  mergeSelections,
  type Selection,
  selectionOfPaths,
} from '../../catalog/query/selection.ts';
import { fieldOf, selectedFields } from '../../catalog/query/selection-walk.ts';
import { rootType } from '../../roots/derive.ts';
import { knownRoots } from '../../roots/roots.ts';

/** A list below a root object that the API cuts at `limit` elements. */
export interface NestedList {
  /** Response keys from the root object down to it. */
  readonly path: readonly string[];
  /** For each key of the path, the response keys from an object there to what tells it from others; undefined where nothing does. */
  readonly identities: readonly (readonly string[] | undefined)[];
  readonly limit: number;
  /** Whether the API has pages of it. */
  readonly isPaged: boolean;
  /** For people: `PurchaseOrder.purchaseOrderDeliveries`. */
  readonly name: string;
  /** The lists of this kind inside its elements. */
  readonly below: readonly NestedList[];
}

/**
 * The lists of a selection that are asked for with the most that the API gives, so that a full one may go on. A smaller
 * `limit`, or a `page`, is the mapping's own wish; lists that a pager turns have variables for both.
 */
export function nestedLists(
  selection: Selection,
  typeName: string,
  schema: GraphQLSchema,
  {
    most,
    paths,
  }: {
    /** The limit from which a list may go on. */
    readonly most: number;
    /** Only these lists: response keys, joined by dots. */
    readonly paths?: ReadonlySet<string> | undefined;
  },
): readonly NestedList[] {
  const type = schema.getType(typeName);
  if (type === undefined) return [];
  const found = new Map<string, Omit<NestedList, 'below'>>();
  const identities = new Map<string, readonly string[] | undefined>();
  // What is under a key stands before what is below it, so the identities of the way down are known when a list comes.
  for (const { selected, owner, type: inner, isList, keys } of selectedFields(selection, type, schema)) {
    identities.set(keys.join('.'), identityOf(inner, owner, selected.name, schema));
    const limit = Number(selected.args.find(({ name }) => name === 'limit')?.literal);
    if (paths !== undefined && !paths.has(keys.join('.'))) continue;
    if (!isList || !(limit >= most) || selected.args.some(({ name }) => name === 'page')) continue;
    found.set(keys.join('.'), {
      path: keys,
      identities: keys.map((_, at) => identities.get(keys.slice(0, at + 1).join('.'))),
      limit,
      isPaged: fieldOf(owner, selected.name)?.args.some(({ name }) => name === 'page') ?? false,
      name: `${owner.name}.${selected.name}`,
    });
  }
  return nested([...found.values()], []);
}

function nested(
  lists: readonly Omit<NestedList, 'below'>[],
  above: readonly string[],
): readonly NestedList[] {
  const inside = lists.filter(({ path }) => path.length > above.length && isBelow(path, above));
  const nearest = inside.filter(
    ({ path }) => !inside.some((other) => other.path.length < path.length && isBelow(path, other.path)),
  );
  return nearest.map((list) => ({ ...list, below: nested(inside, list.path) }));
}

function isBelow(path: readonly string[], above: readonly string[]): boolean {
  return above.every((key, at) => path[at] === key);
}

/** An id, where objects of the type have one; else what is written down of a list that the sync pages. */
function identityOf(
  type: GraphQLNamedType,
  owner: GraphQLNamedType,
  field: string,
  schema: GraphQLSchema,
): readonly string[] | undefined {
  if (fieldOf(type, 'id') !== undefined) return ['id'];
  const known = knownRoots.flatMap(({ root, change }) =>
    change.kind === 'snapshot' && change.nestedList === field && rootType(root, schema) === owner
      ? [change.nestedIdentity]
      : [],
  );
  return known[0]?.split('.');
}

/** The selection, with what tells the objects on the ways to these lists, and their elements, apart. */
export function withIdentities(
  selection: Selection,
  typeName: string,
  schema: GraphQLSchema,
  lists: readonly NestedList[],
): Selection {
  const wanted = new Map<string, readonly string[]>();
  for (const { path, identities } of flat(lists)) {
    identities.forEach((identity, at) => {
      if (identity !== undefined) wanted.set(path.slice(0, at + 1).join('.'), identity);
    });
  }
  const type = schema.getType(typeName);
  return type === undefined || wanted.size === 0 ? selection : enlarged(selection, type, []);

  function enlarged(part: Selection, on: GraphQLNamedType, above: readonly string[]): Selection {
    const fields = part.fields.map((field): FieldSelection => {
      const inner = innerType(on, field.name, schema);
      if (field.selection === undefined || inner === undefined) return field;
      const keys = [...above, field.responseKey];
      const identity = wanted.get(keys.join('.'));
      const below = enlarged(field.selection, inner, keys);
      const selected =
        identity === undefined
          ? below
          : mergeSelections([below, selectionOfPaths(schema, inner.name, [identity.join('.')])]);
      return { ...field, selection: selected };
    });
    const fragments = part.fragments.map(({ on: name, selection: inner }) => {
      const kind = schema.getType(name);
      return { on: name, selection: kind === undefined ? inner : enlarged(inner, kind, above) };
    });
    return { fields, fragments };
  }
}

function innerType(
  type: GraphQLNamedType,
  field: string,
  schema: GraphQLSchema,
): GraphQLNamedType | undefined {
  const selection = {
    fields: [{ responseKey: field, name: field, args: [], selection: undefined }],
    fragments: [],
  };
  return [...selectedFields(selection, type, schema)][0]?.type;
}

/** The selection, with another limit for the lists at these paths (response keys, joined by dots). */
export function withLimits(selection: Selection, paths: ReadonlySet<string>, limit: number): Selection {
  return part(selection, []);

  function part(whole: Selection, above: readonly string[]): Selection {
    return {
      fields: whole.fields.map((field): FieldSelection => {
        const keys = [...above, field.responseKey];
        const args = paths.has(keys.join('.'))
          ? field.args.map((arg) => (arg.name === 'limit' ? { ...arg, literal: String(limit) } : arg))
          : field.args;
        return { ...field, args, selection: field.selection && part(field.selection, keys) };
      }),
      fragments: whole.fragments.map(({ on, selection: inner }) => ({ on, selection: part(inner, above) })),
    };
  }
}

export function flat(lists: readonly NestedList[]): readonly NestedList[] {
  return lists.flatMap((list) => [list, ...flat(list.below)]);
}

/** The key under which what stands before a page is answered. */
export function keyBefore(responseKey: string): string {
  return `before_${responseKey}`;
}

/** The variable that holds the page of the list at a path. */
export function pageVariable(path: readonly string[]): string {
  return `nestedPage${path.length}`;
}

/** The variable by which what stands before a page is asked for: the element just before it, or where nothing tells elements apart, the whole page before it. */
export function beforePageVariables(list: NestedList, page: number): Readonly<Record<string, number>> {
  return { [BEFORE_VARIABLE]: isNamed(list) ? (page - 1) * list.limit : page - 1 };
}

const BEFORE_VARIABLE = 'nestedBefore';

/** Whether something tells the elements of the list apart. */
export function isNamed({ identities }: NestedList): boolean {
  return identities.at(-1) !== undefined;
}

/**
 * Of a selection, what leads to one list: the list with a page that a variable names, what stands before
 * that page, and above it the pages that the lists on the way have come to.
 */
export function pageSelection(
  selection: Selection,
  list: NestedList,
  /** The lists on the way to it. */
  above: readonly NestedList[],
): Selection {
  const { path, identities } = list;
  const paged = new Set([...above, list].map(({ path: way }) => way.length));
  return part(selection, 1);

  function part(whole: Selection, depth: number): Selection {
    const identity = depth === 1 ? undefined : identities[depth - 2]?.[0];
    const fields = whole.fields.flatMap((field): readonly FieldSelection[] => {
      if (field.responseKey !== path[depth - 1]) return field.responseKey === identity ? [field] : [];
      const args = paged.has(depth)
        ? [...field.args, { name: 'page', literal: `$${pageVariable(path.slice(0, depth))}` }]
        : field.args;
      if (depth === path.length) return [beforePage(field, list), { ...field, args }];
      return [{ ...field, args, selection: field.selection && part(field.selection, depth + 1) }];
    });
    const fragments = whole.fragments
      .map(({ on, selection: inner }) => ({ on, selection: part(inner, depth) }))
      .filter(({ selection: inner }) => inner.fields.length > 0 || inner.fragments.length > 0);
    return { fields, fragments };
  }
}

function beforePage(field: FieldSelection, list: NestedList): FieldSelection {
  const identity = list.identities.at(-1);
  const common = { ...field, responseKey: keyBefore(field.responseKey) };
  const page = { name: 'page', literal: `$${BEFORE_VARIABLE}` };
  if (identity === undefined) return { ...common, args: [...field.args, page] };
  const others = field.args.filter(({ name }) => name !== 'limit');
  return {
    ...common,
    args: [...others, { name: 'limit', literal: '1' }, page],
    selection: fieldsAt(identity),
  };
}

function fieldsAt(path: readonly string[]): Selection | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return undefined;
  return { fields: [{ responseKey: name, name, args: [], selection: fieldsAt(rest) }], fragments: [] };
}
