import type { Tenant } from '../data/tenant.ts';

/**
 * Values of enums that no public source names, though every shop must have some: what this client's API calls them.
 * The bundled schema has only a stand-in for them, or none.
 */
export function undocumentedValues({
  deliveryStatuses,
}: Tenant): Readonly<Record<string, readonly string[]>> {
  return {
    PurchaseOrderDeliveryStatus: Object.values(deliveryStatuses),
    WarehouseStockOwnership: ['OWNED'],
    StockChangeType: ['DELIVERY'],
    ShippingOptionType: ['STANDARD'],
    ConsignationWarehouseStatus: ['NONE'],
  };
}
