import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql';
import { permissionsOf } from '../../catalog/path/permissions.ts';
import type { FieldSelection, Selection } from '../../catalog/query/selection.ts';

/*
 * How Centra computes a query's complexity is not public. These points meet the costs that are: 229 for twenty orders
 * with an address and a customer, about 120 for a list of products with variants and sizes, and nothing for the free
 * quantity of a stock row where every other one costs.
 */
const ROOT_LIST = 100;
const ROW = 1;
/** A nested object that has a permission of its own is loaded by itself. */
const GUARDED_OBJECT = 2.7;
const NESTED_OBJECT = 0.1;
const STOCK_QUANTITY = 1;
/** How many elements a nested list is taken to have. */
const LIST_LENGTH = 2;

/** Points of complexity: `perRequest` once, `perRow` for each row of a page. */
export interface ComplexityEstimate {
  readonly perRequest: number;
  readonly perRow: number;
}

/** A guess before the first answer; the real cost stands in `extensions.complexity` of every answer. */
export function estimateComplexity(
  selection: Selection,
  typeName: string,
  schema: GraphQLSchema,
  reference: GraphQLSchema,
): ComplexityEstimate {
  const walk: Walk = { schema, reference };
  const type = schema.getType(typeName);
  const paged = selection.fields.find(({ args }) => args.some(({ literal }) => literal === '$page'));
  if (paged === undefined)
    return { perRequest: ROOT_LIST, perRow: rounded(ROW + costOf(selection, type, walk)) };
  // The rows of a page are those of a list inside one parent.
  const others = { ...selection, fields: selection.fields.filter((field) => field !== paged) };
  const inner = getNamedTypeOf(type, paged.name);
  return {
    perRequest: Math.round(ROOT_LIST + ROW + costOf(others, type, walk)),
    perRow: rounded(ROW + costOf(paged.selection, inner, walk)),
  };
}

interface Walk {
  readonly schema: GraphQLSchema;
  readonly reference: GraphQLSchema;
}

function costOf(selection: Selection | undefined, type: GraphQLNamedType | undefined, walk: Walk): number {
  if (selection === undefined) return 0;
  const own = selection.fields.map((field) => fieldCost(field, type, walk));
  const fragments = selection.fragments.map(({ on, selection: inner }) =>
    costOf(inner, walk.schema.getType(on), walk),
  );
  return [...own, ...fragments].reduce((sum, cost) => sum + cost, 0);
}

function fieldCost(field: FieldSelection, type: GraphQLNamedType | undefined, walk: Walk): number {
  if (field.selection === undefined) return isCostlyQuantity(field.name, type) ? STOCK_QUANTITY : 0;
  const isGuarded =
    type !== undefined && permissionsOf({ type: type.name, field: field.name }, walk.reference).length > 0;
  const inner = costOf(field.selection, getNamedTypeOf(type, field.name), walk);
  const each = (isGuarded ? GUARDED_OBJECT : NESTED_OBJECT) + inner;
  return isListField(type, field.name) ? LIST_LENGTH * each : each;
}

function isCostlyQuantity(name: string, type: GraphQLNamedType | undefined): boolean {
  const isStock = type !== undefined && isWithFields(type) && 'freeToAllocateQuantity' in type.getFields();
  return isStock && name.endsWith('Quantity') && name !== 'freeToAllocateQuantity';
}

function isWithFields(type: GraphQLNamedType) {
  return isObjectType(type) || isInterfaceType(type);
}

function fieldOf(type: GraphQLNamedType | undefined, name: string) {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}

function getNamedTypeOf(type: GraphQLNamedType | undefined, name: string): GraphQLNamedType | undefined {
  const field = fieldOf(type, name);
  return field === undefined ? undefined : getNamedType(field.type);
}

function isListField(type: GraphQLNamedType | undefined, name: string): boolean {
  const field = fieldOf(type, name);
  return field !== undefined && isListType(getNullableType(field.type));
}

function rounded(points: number): number {
  return Math.round(points * 10) / 10;
}
