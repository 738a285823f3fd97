import { type GraphQLInterfaceType, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';

/** What a field asks of a token. */
export interface Guard {
  readonly permission: string;
  /** The name that the permission had before; a token that has only this is let in, and told so. */
  readonly former: string | undefined;
}

/** Fields that the schema's descriptions say nothing about, though the rows they list, connect or count are guarded. */
const inferred: Readonly<Record<string, string>> = Object.freeze({
  'Query.orderConnection': 'Order:read',
  'Query.shipment': 'Shipment:read',
  'Query.shipmentConnection': 'Shipment:read',
  'Query.invoicePayments': 'Invoice:read',
  'Query.invoiceConnection': 'Invoice:read',
  'Query.customerConnection': 'Customer:read',
  'Query.allocationRules': 'AllocationRule:read',
  'Query.affiliates': 'Affiliate:read',
  'Query.campaigns': 'Campaign:read',
  'Query.campaignConnection': 'Campaign:read',
  'Query.collections': 'Collection:read',
  'Query.collectionConnection': 'Collection:read',
  'Query.lowestPrices': 'Price:read',
  'Query.markets': 'Market:read',
  'Query.pricelists': 'Pricelist:read',
  'Query.products': 'Product:read',
  'Query.productConnection': 'Product:read',
  'Query.productVariants': 'ProductVariant:read',
  'Query.productVariantConnection': 'ProductVariant:read',
  'Query.storePlugins': 'StorePlugin:read',
  'Query.vouchers': 'Voucher:read',
  'Counters.customers': 'Customer:read',
  'Counters.orders': 'Order:read',
  'Counters.products': 'Product:read',
  'Counters.returns': 'Return:read',
  'Counters.shipments': 'Shipment:read',
  'Counters.purchaseOrders': 'PurchaseOrder:read',
  'Counters.purchaseOrderDeliveries': 'PurchaseOrderDelivery:read',
  'Counters.stockChanges': 'StockChange:read',
  'Counters.productVariants': 'ProductVariant:read',
  'Counters.productSizes': 'ProductSize:read',
  'Counters.displays': 'Display:read',
  'Counters.warehouses': 'Warehouse:read',
});

const former = String.raw`(?: \((?:older versions: |until 2023: |an old permission )([A-Za-z.]+:read)(?: points to it)?\))?`;

const mark = new RegExp(`Permission ([A-Za-z.]+:(?:read|write))${former}`);

/** The guard of a field: from its own comment, or from that of the interface field that it implements. */
export function guardOf(
  type: GraphQLObjectType | GraphQLInterfaceType,
  fieldName: string,
): Guard | undefined {
  const described = [type, ...type.getInterfaces()].map(
    (one) => one.getFields()[fieldName]?.description ?? '',
  );
  for (const description of described) {
    const match = mark.exec(description);
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
