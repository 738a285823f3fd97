import {
  type GraphQLNamedType,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql';
import { fieldsIn, numberArgument, type SelectedField, type Walk } from './selected-fields.ts';

/*
 * What a query costs, by the formula that is public since 2026: a scalar nothing, a few dear ones 2; an object 1 and
 * its fields; a list its limit times one element, and 10 times where none is sent; a connection `first` or `last`
 * times 1 and all below it, `pageInfo` and `node` included, `edges` free. A refused field costs what it would have.
 *
 * Not public, and so as it seemed likely: what fragments cost (their fields, once on each type), what a connection
 * costs without `first` and `last` (as a list), and what introspection costs.
 */
const unlimited = 10;
const dearScalar = 2;
const introspection = 10;

/** A size out of range is refused later; until then it costs no more than the largest, and never less than none. */
const mostRows = 200;

export interface QueryCost {
  readonly complexity: number;
  readonly rootFields: readonly string[];
  /** The page size that the first root list asks for. */
  readonly pageSize: number | undefined;
  /** The most rows that any root list may give. */
  readonly rows: number;
}

export function costOf(walk: Walk, operation: OperationDefinitionNode): QueryCost {
  const root = walk.schema.getRootType(operation.operation);
  const selected = root == null ? [] : fieldsIn(walk, operation.selectionSet, root);
  let pageSize: number | undefined;
  let rows = 0;
  for (const { node } of selected) {
    const size = numberArgument(walk, node, ['limit', 'first', 'last']);
    pageSize ??= size;
    rows = Math.max(rows, size ?? 0);
  }
  const complexity = selected.reduce((sum, field) => sum + fieldCost(walk, field), 0);
  return {
    complexity: Math.max(1, complexity),
    rootFields: selected.map(({ node }) => node.name.value),
    pageSize,
    rows,
  };
}

function fieldCost(walk: Walk, { node, type: parent }: SelectedField): number {
  if (node.name.value.startsWith('__')) return node.name.value === '__typename' ? 0 : introspection;
  if (!isObjectType(parent) && !isInterfaceType(parent)) return 0;
  const field = parent.getFields()[node.name.value];
  if (field === undefined) return 0;
  const type = getNamedType(field.type);
  if (!isCompositeType(type) || node.selectionSet === undefined) {
    return isDear(parent, field.name) ? dearScalar : 0;
  }
  const below = fieldsIn(walk, node.selectionSet, type).reduce((sum, one) => sum + fieldCost(walk, one), 0);
  if (field.name === 'edges' && parent.name.endsWith('Connection')) return below;
  const isList = isListType(getNullableType(field.type)) || type.name.endsWith('Connection');
  if (!isList) return 1 + below;
  const size = numberArgument(walk, node, ['limit', 'first', 'last']) ?? unlimited;
  return Math.min(Math.max(size, 0), mostRows) * (1 + below);
}

/** The quantities of stock that are worked out when they are asked for. */
function isDear(parent: GraphQLNamedType, fieldName: string): boolean {
  const isStock = parent.name === 'Stock' || parent.name === 'StockTotals';
  return isStock && fieldName.endsWith('Quantity') && fieldName !== 'freeToAllocateQuantity';
}
