import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { ConnectorError } from '../../errors.ts';

/**
 * What is asked of the API below one object. Response keys are a function of field and arguments alone, so that
 * selections of several streams can be merged without renaming anything.
 */
export interface Selection {
  readonly fields: readonly FieldSelection[];
  /** Inline fragments, by the name of the type that they are on. */
  readonly fragments: readonly { readonly on: string; readonly selection: Selection }[];
}

export interface FieldSelection {
  readonly responseKey: string;
  readonly name: string;
  /** Values are GraphQL literals as they are written in a query: `false`, `"or_channel"`, `$page`. */
  readonly args: readonly { readonly name: string; readonly literal: string }[];
  /** Undefined on a leaf. Where it is empty, only the existence of the object is asked for. */
  readonly selection: Selection | undefined;
}

export const emptySelection: Selection = Object.freeze({
  fields: Object.freeze([]),
  fragments: Object.freeze([]),
});

/** The union of what several ask for on one type. */
export function mergeSelections(selections: readonly Selection[]): Selection {
  if (selections.length === 1 && selections[0] !== undefined) return selections[0];
  const fields = new Map<string, FieldSelection[]>();
  const fragments = new Map<string, Selection[]>();
  for (const selection of selections) {
    for (const field of selection.fields) append(fields, field.responseKey, field);
    for (const { on, selection: inner } of selection.fragments) append(fragments, on, inner);
  }
  return {
    fields: [...fields.values()].map(mergeFields),
    fragments: [...fragments].map(([on, inner]) => ({ on, selection: mergeSelections(inner) })),
  };
}

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function mergeFields(fields: readonly FieldSelection[]): FieldSelection {
  const [first, ...others] = fields;
  if (first === undefined)
    throw new ConnectorError({ kind: 'bug', code: 'selection/empty', message: 'No field to merge.' });
  const asked = renderCall(first);
  for (const other of others) {
    if (renderCall(other) === asked) continue;
    throw new ConnectorError({
      kind: 'bug',
      code: 'selection/conflict',
      message: `One response key stands for both ${asked} and ${renderCall(other)}.`,
    });
  }
  const inner = fields.flatMap(({ selection }) => (selection === undefined ? [] : [selection]));
  return { ...first, selection: inner.length === 0 ? undefined : mergeSelections(inner) };
}

/** As it is written in a query, with its braces, on one line. */
export function renderSelection(selection: Selection): string {
  const parts = [
    ...selection.fields.map(renderField),
    ...selection.fragments.map(({ on, selection: inner }) => `... on ${on} ${renderSelection(inner)}`),
  ];
  return parts.length === 0 ? '{ __typename }' : `{ ${parts.join(' ')} }`;
}

function renderField(field: FieldSelection): string {
  const alias = field.responseKey === field.name ? '' : `${field.responseKey}: `;
  const inner = field.selection === undefined ? '' : ` ${renderSelection(field.selection)}`;
  return `${alias}${renderCall(field)}${inner}`;
}

export function renderCall({ name, args }: FieldSelection): string {
  return args.length === 0 ? name : `${name}(${args.map((arg) => `${arg.name}: ${arg.literal}`).join(', ')})`;
}

/**
 * The fields at these dotted paths, without arguments: what a sync itself needs of its rows.
 * A field that only some types have is asked for in fragments on those.
 */
export function selectionOfPaths(
  schema: GraphQLSchema,
  typeName: string,
  paths: readonly string[],
): Selection {
  return mergeSelections([
    emptySelection,
    ...paths.map((path) => selectionOfPath(schema, schema.getType(typeName), path.split('.'))),
  ]);
}

function selectionOfPath(
  schema: GraphQLSchema,
  type: GraphQLNamedType | undefined,
  path: readonly string[],
): Selection {
  const [name, ...rest] = path;
  if (name === undefined) return emptySelection;
  const owners = ownersOf(schema, type, name);
  const parts = owners.map(({ owner, isDirect }) => {
    const field = 'getFields' in owner && isCompositeType(owner) ? owner.getFields()[name] : undefined;
    const inner = field === undefined ? undefined : getNamedType(field.type);
    const selection = isCompositeType(inner) ? selectionOfPath(schema, inner, rest) : undefined;
    const selected: Selection = { fields: [{ responseKey: name, name, args: [], selection }], fragments: [] };
    return isDirect ? selected : { fields: [], fragments: [{ on: owner.name, selection: selected }] };
  });
  if (parts.length > 0) return mergeSelections(parts);
  throw new ConnectorError({
    kind: 'schema',
    code: 'selection/unknown_field',
    message: `This shop's API has no field ${type?.name ?? 'of an unknown type'}.${name}, and the sync needs it.`,
    hint: 'Check that "endpoint" is the Integration API, and that its version is one that the README names.',
  });
}

function ownersOf(schema: GraphQLSchema, type: GraphQLNamedType | undefined, field: string) {
  if ((isObjectType(type) || isInterfaceType(type)) && type.getFields()[field] !== undefined)
    return [{ owner: type, isDirect: true }];
  if (!isAbstractType(type)) return [];
  const owners = schema
    .getPossibleTypes(type)
    .filter((possible) => possible.getFields()[field] !== undefined);
  return owners.map((owner) => ({ owner, isDirect: false }));
}

/** A nested list that gives `limit` elements at most: where it comes back full, there may be more. */
export interface PagedList {
  /** Response keys from the root object down to the list. */
  readonly path: readonly string[];
  readonly limit: number;
}

/** The nested lists of a selection that the API would cut. */
export function pagedListsOf(selection: Selection): readonly PagedList[] {
  const own = selection.fields.flatMap((field): readonly PagedList[] => {
    const limit = Number(field.args.find(({ name }) => name === 'limit')?.literal);
    const below = field.selection === undefined ? [] : pagedListsOf(field.selection);
    const nested = below.map((list) => ({ ...list, path: [field.responseKey, ...list.path] }));
    return Number.isInteger(limit) ? [{ path: [field.responseKey], limit }, ...nested] : nested;
  });
  return [...own, ...selection.fragments.flatMap(({ selection: inner }) => pagedListsOf(inner))];
}
