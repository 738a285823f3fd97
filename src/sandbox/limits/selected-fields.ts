import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/** One operation on its way through its selections. */
export interface Walk {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** The value of an argument, where it is a number or a boolean. */
  readonly value: (node: ValueNode) => unknown;
}

export function walkOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Walk {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const defaults = new Map(
    operation.variableDefinitions?.map((one) => [one.variable.name.value, one.defaultValue]),
  );
  const value = (node: ValueNode): unknown => {
    if (node.kind === Kind.INT) return Number(node.value);
    if (node.kind === Kind.BOOLEAN) return node.value;
    if (node.kind !== Kind.VARIABLE) return undefined;
    const given = variables[node.name.value];
    const fallback = defaults.get(node.name.value);
    return given === undefined && fallback !== undefined ? value(fallback) : given;
  };
  return { schema, fragments, value };
}

export interface SelectedField {
  readonly node: FieldNode;
  /** The type that the selection is on. */
  readonly type: GraphQLNamedType;
}

/** The fields of a selection, those in its fragments among them, each fragment's once. */
export function fieldsIn(
  walk: Walk,
  selectionSet: SelectionSetNode,
  type: GraphQLNamedType,
): readonly SelectedField[] {
  const found = new Map<string, SelectedField>();
  collect(walk, selectionSet, type, found);
  return [...found.values()];
}

export function numberArgument(walk: Walk, node: FieldNode, names: readonly string[]): number | undefined {
  for (const argument of node.arguments ?? []) {
    if (!names.includes(argument.name.value)) continue;
    const value = walk.value(argument.value);
    if (typeof value === 'number') return value;
  }
  return undefined;
}

function collect(
  walk: Walk,
  from: SelectionSetNode,
  type: GraphQLNamedType,
  found: Map<string, SelectedField>,
): void {
  for (const selection of from.selections) {
    const isLeftOut = selection.directives?.some((directive) => {
      const condition = directive.arguments?.[0]?.value;
      const isTrue = condition !== undefined && walk.value(condition) === true;
      return directive.name.value === 'skip' ? isTrue : directive.name.value === 'include' && !isTrue;
    });
    if (isLeftOut === true) continue;
    if (selection.kind === Kind.FIELD) {
      // The same field on two types of a union is two fields; the same field twice on one type is one.
      const key = `${type.name}.${selection.alias?.value ?? selection.name.value}`;
      const before = found.get(key);
      found.set(key, { node: before === undefined ? selection : merged(before.node, selection), type });
      continue;
    }
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD ? walk.fragments.get(selection.name.value) : selection;
    if (fragment === undefined) continue;
    const condition = fragment.typeCondition?.name.value;
    const on = condition === undefined ? type : (walk.schema.getType(condition) ?? type);
    // A fragment on an interface of the type says nothing new about the type; one on anything else does.
    collect(walk, fragment.selectionSet, isInterfaceType(on) && !isUnionType(type) ? type : on, found);
  }
}

/** A field that is selected twice is one field with both selections. */
function merged(a: FieldNode, b: FieldNode): FieldNode {
  if (a.selectionSet === undefined || b.selectionSet === undefined) return a;
  return {
    ...a,
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [...a.selectionSet.selections, ...b.selectionSet.selections],
    },
  };
}
