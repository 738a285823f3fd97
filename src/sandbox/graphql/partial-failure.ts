import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

type Path = (string | number)[];
type Data = Record<string, unknown>;

/** Sets the first nullable field below the root fields to null, and says where; undefined when there is none. */
export function failOneField(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  data: Data,
): Path | undefined {
  const root = schema.getRootType(operation.operation);
  return root == null ? undefined : search(schema, document, operation.selectionSet, root, data, []);
}

function search(
  schema: GraphQLSchema,
  document: DocumentNode,
  selectionSet: SelectionSetNode,
  type: GraphQLNamedType,
  data: Data,
  path: Path,
): Path | undefined {
  for (const selection of selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) {
      const fragment =
        selection.kind === Kind.FRAGMENT_SPREAD ? fragmentIn(document, selection.name.value) : selection;
      const condition = fragment?.typeCondition?.name.value;
      const on = condition === undefined ? type : (schema.getType(condition) ?? type);
      const found = fragment && search(schema, document, fragment.selectionSet, on, data, path);
      if (found !== undefined) return found;
      continue;
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    const key = selection.alias?.value ?? selection.name.value;
    const field = type.getFields()[selection.name.value];
    const value = data[key];
    if (field === undefined || value === undefined || value === null) continue;
    if (path.length > 0 && !isNonNullType(field.type)) {
      data[key] = null;
      return [...path, key];
    }
    const isList = Array.isArray(value);
    const below = isList ? value[0] : value;
    if (selection.selectionSet === undefined || typeof below !== 'object' || below === null) continue;
    const place = isList ? [...path, key, 0] : [...path, key];
    const found = search(
      schema,
      document,
      selection.selectionSet,
      getNamedType(field.type),
      below as Data,
      place,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function fragmentIn(document: DocumentNode, name: string): FragmentDefinitionNode | undefined {
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === name) return definition;
  }
  return undefined;
}
