import { type GraphQLNamedType, type GraphQLSchema, isAbstractType } from 'graphql';
import { fieldOf } from '../../catalog/query/selection-walk.ts';

/**
 * What data is called, whichever way leads to it: the nearest object on the way that has an id (or the list that holds
 * it), then the path from there. So `product.name` of an order line and of a delivery line are the same data.
 */
export interface DataAnchor {
  readonly name: string;
  readonly rest: readonly string[];
}

/** Objects with an id are things of their own; those without belong to what holds them, as an address does. */
export function hasId(type: GraphQLNamedType, schema: GraphQLSchema): boolean {
  const kinds = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  return [type, ...kinds].some((kind) => fieldOf(kind, 'id') !== undefined);
}

export function rootAnchor(type: GraphQLNamedType, root: string, schema: GraphQLSchema): DataAnchor {
  return { name: hasId(type, schema) ? type.name : root, rest: [] };
}

/** The anchor of the objects behind a field. */
export function anchorBehind(
  above: DataAnchor,
  field: { readonly name: string; readonly type: GraphQLNamedType; readonly isList: boolean },
  schema: GraphQLSchema,
): DataAnchor {
  if (hasId(field.type, schema)) return { name: field.type.name, rest: [] };
  const rest = [...above.rest, field.name];
  return field.isList ? { name: [above.name, ...rest].join('.'), rest: [] } : { name: above.name, rest };
}

export function dataKey(above: DataAnchor, field: string): string {
  return `${above.name}:${[...above.rest, field].join('.')}`;
}
