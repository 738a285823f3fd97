import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  isUnionType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { type Guard, guardOf } from '../graphql/permissions.ts';

/*
 * What a query costs. How Centra computes it is not public; these points meet the costs that are known: 10 for
 * rateLimits, 50 for a refused list, 121 for a list of products with variants and sizes or of bare warehouses, and
 * 229 for orders with an address and a customer.
 */
const points = Object.freeze({
  rateLimits: 10,
  refused: 50,
  rootObject: 51,
  rootList: 101,
  mutation: 101,
  introspection: 10,
  counter: 5,
  /** A row of a paged list, at the root or nested. */
  row: 1,
  /** A nested object behind a permission of its own is loaded by itself. */
  guarded: 2.7,
  nested: 0.1,
  /** Every quantity of a stock row but the free one. */
  quantity: 3,
});

/** How many rows a list without a limit is taken to have. */
const assumedLength = 2;
const defaultLimit = 20;

export interface QueryCost {
  readonly complexity: number;
  readonly guards: readonly Guard[];
  readonly deprecated: readonly string[];
  readonly rootFields: readonly string[];
  /** The page size that the first root list asks for. */
  readonly pageSize: number | undefined;
}

interface Walk {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly value: (node: ValueNode) => unknown;
  readonly may: (permission: string) => boolean;
  readonly guards: Map<string, Guard>;
  readonly deprecated: Set<string>;
}

export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  may: (permission: string) => boolean,
): QueryCost {
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
  const walk: Walk = { schema, fragments, value, may, guards: new Map(), deprecated: new Set() };
  const root = schema.getRootType(operation.operation);
  let complexity = 0;
  let pageSize: number | undefined;
  const selected = root == null ? [] : fieldsIn(walk, operation.selectionSet, root);
  for (const { node, type } of selected) {
    complexity += rootCost(walk, node, type as GraphQLObjectType, operation.operation === 'mutation');
    pageSize ??= numberArgument(walk, node, ['limit', 'first', 'last']);
  }
  return {
    complexity: Math.max(1, Math.round(complexity)),
    guards: [...walk.guards.values()],
    deprecated: [...walk.deprecated],
    rootFields: selected.map(({ node }) => node.name.value),
    pageSize,
  };
}

function rootCost(walk: Walk, node: FieldNode, root: GraphQLObjectType, isMutation: boolean): number {
  const name = node.name.value;
  if (name === '__typename') return 0;
  const field = root.getFields()[name];
  if (field === undefined) return points.introspection;
  if (isRefused(walk, root, field)) return points.refused;
  if (name === 'rateLimits') return points.rateLimits;
  const inner = innerCost(walk, node, field, pageLength(walk, node));
  if (isMutation) return points.mutation + inner;
  if (name === 'counters') return inner;
  if (isConnection(field)) return points.rootList + inner;
  if (!isListType(getNullableType(field.type))) return points.rootObject + points.row + inner;
  return points.rootList + pageLength(walk, node) * (points.row + inner);
}

/** The cost of what is selected below a field, for one object of it. */
function innerCost(
  walk: Walk,
  node: FieldNode,
  field: GraphQLField<unknown, unknown>,
  length: number,
): number {
  const type = getNamedType(field.type);
  if (node.selectionSet === undefined || !isCompositeType(type)) return 0;
  let cost = 0;
  for (const { node: child, type: parent } of fieldsIn(walk, node.selectionSet, type)) {
    cost += nestedCost(walk, child, parent, length);
  }
  return cost;
}

function nestedCost(walk: Walk, node: FieldNode, parent: GraphQLNamedType, outerLength: number): number {
  if (!isObjectType(parent) && !isInterfaceType(parent)) return 0;
  const field = parent.getFields()[node.name.value];
  if (field === undefined) return 0;
  if (field.deprecationReason != null)
    walk.deprecated.add(`${parent.name}.${field.name}: ${field.deprecationReason}`);
  if (isRefused(walk, parent as GraphQLObjectType, field)) return 0;
  if (parent.name === 'Counters') return points.counter;
  const type = getNamedType(field.type);
  if (!isCompositeType(type)) return isCostlyQuantity(parent.name, field.name) ? points.quantity : 0;
  if (field.name === 'edges') return outerLength * (points.row + innerCost(walk, node, field, 0));
  if (field.name === 'node' || field.name === 'pageInfo') return innerCost(walk, node, field, 0);
  const own = guardOf(parent as GraphQLObjectType, field.name) === undefined ? points.nested : points.guarded;
  if (!isListType(getNullableType(field.type))) return own + innerCost(walk, node, field, 0);
  if (!field.args.some((argument) => argument.name === 'limit')) {
    return assumedLength * (own + innerCost(walk, node, field, 0));
  }
  return own + pageLength(walk, node) * (points.row + innerCost(walk, node, field, 0));
}

function isCostlyQuantity(typeName: string, fieldName: string): boolean {
  const isStock = typeName === 'Stock' || typeName === 'StockTotals';
  return isStock && fieldName.endsWith('Quantity') && fieldName !== 'freeToAllocateQuantity';
}

function isConnection(field: GraphQLField<unknown, unknown>): boolean {
  return getNamedType(field.type).name.endsWith('Connection');
}

function isRefused(walk: Walk, type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): boolean {
  const guard = guardOf(type, field.name);
  if (guard === undefined) return false;
  walk.guards.set(guard.permission, guard);
  return !walk.may(guard.permission);
}

function pageLength(walk: Walk, node: FieldNode): number {
  // A size out of range is refused later; until then it costs no more than the largest, and never less than none.
  return Math.min(Math.max(numberArgument(walk, node, ['limit', 'first', 'last']) ?? defaultLimit, 0), 200);
}

function numberArgument(walk: Walk, node: FieldNode, names: readonly string[]): number | undefined {
  for (const argument of node.arguments ?? []) {
    if (!names.includes(argument.name.value)) continue;
    const value = walk.value(argument.value);
    if (typeof value === 'number') return value;
  }
  return undefined;
}

interface SelectedField {
  readonly node: FieldNode;
  /** The type that the selection is on. */
  readonly type: GraphQLNamedType;
}

/** The fields of a selection, those in its fragments among them, each fragment's once. */
function fieldsIn(
  walk: Walk,
  selectionSet: SelectionSetNode,
  type: GraphQLNamedType,
): readonly SelectedField[] {
  const found = new Map<string, SelectedField>();
  collect(walk, selectionSet, type, found);
  return [...found.values()];
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
      if (!found.has(key)) found.set(key, { node: selection, type });
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
