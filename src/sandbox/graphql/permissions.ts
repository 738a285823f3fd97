import { type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';

/** What a field asks of a token. */
export interface Guard {
  readonly permission: string;
  /** The name that the permission had before; a token that has only this is let in, and told so. */
  readonly former: string | undefined;
}

/** Fields that the schema's comments say nothing about, though the lists they count or connect are guarded. */
const inferred: Readonly<Record<string, string>> = Object.freeze({
  'Query.orderConnection': 'Order:read',
  'Query.returnConnection': 'Return:read',
  'Query.purchaseOrderDeliveryConnection': 'PurchaseOrderDelivery:read',
  'Query.stockChangeConnection': 'StockChange:read',
  'Query.eventListeners': 'Event:read',
  'Counters.orders': 'Order:read',
  'Counters.returns': 'Return:read',
  'Counters.products': 'Product:read',
  'Mutation.unsetEventListeners': 'Event:write',
  'Mutation.confirmEvents': 'Event:write',
});

/** The guard of a field: from its own comment, or from that of the interface field that it implements. */
export function guardOf(type: GraphQLObjectType, fieldName: string): Guard | undefined {
  const described = [type, ...type.getInterfaces()].map(
    (one) => one.getFields()[fieldName]?.description ?? '',
  );
  for (const description of described) {
    const match = /Permission ([A-Za-z.]+:(?:read|write))(?: \(formerly ([A-Za-z.]+:read)\))?/.exec(
      description,
    );
    if (match?.[1] !== undefined) return { permission: match[1], former: match[2] };
  }
  const permission = inferred[`${type.name}.${fieldName}`];
  return permission === undefined ? undefined : { permission, former: undefined };
}

/** All guards of a schema's fields. */
function guardsIn(schema: GraphQLSchema): readonly Guard[] {
  return Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) && !type.name.startsWith('__')
      ? Object.keys(type.getFields()).flatMap((name) => guardOf(type, name) ?? [])
      : [],
  );
}

/** The names that permissions had before. */
export function formerPermissions(schema: GraphQLSchema): ReadonlyMap<string, readonly string[]> {
  const former = new Map<string, readonly string[]>();
  for (const guard of guardsIn(schema)) {
    if (guard.former !== undefined) former.set(guard.permission, [guard.former]);
  }
  return former;
}
