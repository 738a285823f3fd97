import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  TypeNameMetaFieldDef,
} from 'graphql';
import { emptySelection, type FieldSelection, type Selection } from './selection.ts';

/** A field that a selection asks for, with what the schema says of it and the way to it from where the walk began. */
export interface SelectedField {
  readonly selected: FieldSelection;
  /** The type that the field is on. */
  readonly owner: GraphQLNamedType;
  readonly type: GraphQLNamedType;
  readonly isList: boolean;
  /** Names of fields, this one last. */
  readonly path: readonly string[];
  /** Response keys, this one last. */
  readonly keys: readonly string[];
  /** How many of the fields before it are lists. */
  readonly listsAbove: number;
  /** Whether only some kinds of an object have it, or one of the fields before it. */
  readonly isOnKind: boolean;
}

type Above = Pick<SelectedField, 'path' | 'keys' | 'listsAbove' | 'isOnKind'>;

const top: Above = { path: [], keys: [], listsAbove: 0, isOnKind: false };

/** Every field of a selection on a type, those above before those below. What the schema does not know is passed over. */
export function* selectedFields(
  selection: Selection,
  type: GraphQLNamedType,
  schema: GraphQLSchema,
  above: Above = top,
): Generator<SelectedField> {
  for (const selected of selection.fields) {
    const field = fieldOf(type, selected.name);
    if (field === undefined) continue;
    const found: SelectedField = {
      selected,
      owner: type,
      type: getNamedType(field.type),
      isList: isListType(getNullableType(field.type)),
      path: [...above.path, selected.name],
      keys: [...above.keys, selected.responseKey],
      listsAbove: above.listsAbove,
      isOnKind: above.isOnKind,
    };
    yield found;
    if (selected.selection === undefined) continue;
    const listsAbove = above.listsAbove + (found.isList ? 1 : 0);
    yield* selectedFields(selected.selection, found.type, schema, { ...found, listsAbove });
  }
  for (const { on, selection: inner } of selection.fragments) {
    const kind = schema.getType(on);
    if (kind !== undefined) yield* selectedFields(inner, kind, schema, { ...above, isOnKind: true });
  }
}

/** The row type and the selection of a stream's rows: below the root, and below each list of `each`. */
export interface RowLevel {
  readonly type: GraphQLNamedType;
  readonly selection: Selection;
}

/** Follows the response keys of `each` from the root's type to that of the rows. */
export function rowLevel(
  root: RowLevel,
  each: readonly string[],
  schema: GraphQLSchema,
): RowLevel | undefined {
  if (each.length === 0) return root;
  for (const { keys, type, selected } of selectedFields(root.selection, root.type, schema)) {
    if (keys.length !== each.length || !keys.every((key, at) => key === each[at])) continue;
    return { type, selection: selected.selection ?? emptySelection };
  }
  return undefined;
}

/** Every object says what kind it is, though no schema lists `__typename`. */
export function fieldOf(
  type: GraphQLNamedType | undefined,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name && isCompositeType(type)) return TypeNameMetaFieldDef;
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  const fields = type.getFields();
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
