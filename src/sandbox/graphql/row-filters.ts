import {
  deliveryLines,
  deliveryStatus,
  preferredWarehouse,
  purchaseOrderLines,
} from '../data/delivery-lines.ts';
import type { PurchaseOrderRow } from '../data/delivery-table.ts';
import * as facts from '../data/order-facts.ts';
import { customer } from '../data/people.ts';
import type { ProductSize } from '../data/products.ts';
import type { Shop } from '../data/shop.ts';
import {
  deliveryETA,
  deliveryNumber,
  deliveryWarehouse,
  ourReference,
  purchaseOrderDates,
  purchaseOrderStatus,
} from './delivery-fields.ts';
import type { FilterFields } from './filter.ts';
import { allocatedWarehouseCount } from './order-fields.ts';
import {
  createdFrom,
  generalStatus,
  returnExternalId,
  returnShipment,
  usedFallbackTax,
} from './return-fields.ts';

export function orderFilter(shop: Shop): FilterFields<number> {
  const { orders } = shop;
  return {
    id: { by: 'list', read: (slot) => orders.id(slot) },
    number: { by: 'list', read: (slot) => orders.number(slot) },
    status: { by: 'list', read: (slot) => orders.status(slot) },
    createdAt: { by: 'range', read: (slot) => orders.orderDate(slot) },
    updatedAt: { by: 'range', read: (slot) => orders.updatedAt(slot) },
    orderDate: { by: 'range', read: (slot) => orders.orderDate(slot) },
    preferredShippingDate: { by: 'range', read: (slot) => facts.preferredShippingDate(shop, slot) },
    estimatedDeliveryDate: { by: 'range', read: (slot) => facts.estimatedDeliveryDate(shop, slot) },
    cancelDate: { by: 'range', read: (slot) => facts.cancelDate(shop, slot) },
    purchaseOrderNumber: { by: 'text', read: (slot) => facts.purchaseOrderNumber(shop, slot) },
    userIp: { by: 'text', read: (slot) => facts.userIP(shop, slot) },
    accountId: { by: 'list', read: (slot) => facts.accountIdOf(shop, slot) },
    affiliateId: { by: 'list', read: (slot) => facts.affiliateIdOf(shop, slot) },
    countryId: { by: 'list', read: (slot) => facts.countryOf(shop, slot)?.id ?? null },
    countryStateId: { by: 'list', read: (slot) => facts.stateOf(shop, slot)?.id ?? null },
    currencyId: { by: 'list', read: (slot) => facts.currencyOf(shop, slot).id },
    deliveryWindowId: { by: 'list', read: (slot) => facts.deliveryWindowOf(shop, slot)?.id ?? null },
    languageId: { by: 'list', read: (slot) => facts.languageIdOf(shop, slot) },
    marketId: { by: 'list', read: (slot) => facts.marketOf(shop, slot)?.id ?? null },
    paymentMethodId: { by: 'list', read: (slot) => facts.paymentMethodOf(shop, slot)?.id ?? null },
    pricelistId: { by: 'list', read: (slot) => facts.marketOf(shop, slot)?.pricelist.id ?? null },
    customerId: { by: 'list', read: (slot) => facts.customerIdOf(shop, slot) },
    buyerId: { by: 'list', read: (slot) => facts.buyerIdOf(shop, slot) },
    salesRepresentativeId: { by: 'list', read: (slot) => facts.salesRepresentativeIdOf(shop, slot) },
    storeId: { by: 'list', read: (slot) => orders.store(slot).id },
    storeType: { by: 'equal', read: (slot) => orders.store(slot).type },
    search: { by: 'search', read: (slot) => orderSearchText(shop, slot) },
    isLocked: { by: 'equal', read: (slot) => facts.isLocked(shop, slot) },
    isOnHold: { by: 'equal', read: (slot) => facts.isOnHold(shop, slot) },
    isWaitingForPayment: { by: 'equal', read: (slot) => facts.isWaitingForPayment(shop, slot) },
    isInternal: { by: 'equal', read: (slot) => facts.isInternal(shop, slot) },
    isWaitingForCheckFirstAllocation: {
      by: 'equal',
      read: (slot) => facts.isWaitingForCheckFirstAllocation(shop, slot),
    },
    otherComment: { by: 'text', read: (slot) => facts.otherComment(shop, slot) },
    allocationRuleId: { by: 'list', read: (slot) => facts.allocationRuleIdOf(shop, slot) },
    externalId: { by: 'list', read: (slot) => facts.externalId(shop, slot) },
    allocatedWarehouseCount: { by: 'range', read: (slot) => allocatedWarehouseCount(shop, slot) },
  };
}

function orderSearchText(shop: Shop, slot: number): string {
  const customerId = facts.customerIdOf(shop, slot);
  const email = customerId === null ? '' : customer(shop, customerId).email;
  return [shop.orders.number(slot), shop.orders.id(slot), email, facts.externalId(shop, slot) ?? ''].join(
    '\n',
  );
}

export function returnFilter(shop: Shop): FilterFields<number> {
  const { orders, returns } = shop;
  return {
    id: { by: 'list', read: (row) => returns.id(row) },
    createdAt: { by: 'range', read: (row) => returns.createdAt(row) },
    returnStatus: { by: 'list', read: (row) => returns.status(row) },
    status: { by: 'list', read: (row) => generalStatus(shop, row) },
    customerId: { by: 'list', read: (row) => facts.customerIdOf(shop, returns.order(row)) },
    storeId: { by: 'list', read: (row) => orders.store(returns.order(row)).id },
    storeType: { by: 'equal', read: (row) => orders.store(returns.order(row)).type },
    buyerId: { by: 'list', read: (row) => facts.buyerIdOf(shop, returns.order(row)) },
    orderId: { by: 'list', read: (row) => orders.id(returns.order(row)) },
    orderNumber: { by: 'list', read: (row) => orders.number(returns.order(row)) },
    createdFrom: { by: 'list', read: (row) => createdFrom(shop, row) },
    shipmentId: { by: 'list', read: (row) => returnShipment(shop, row)?.id ?? null },
    usedFallbackTax: { by: 'equal', read: (row) => usedFallbackTax(shop, row) },
    externalId: { by: 'list', read: (row) => returnExternalId(shop, row) },
    search: { by: 'search', read: (row) => `${returns.id(row)}\n${orders.number(returns.order(row))}` },
  };
}

export function deliveryFilter(shop: Shop): FilterFields<number> {
  const at = (row: number) => shop.deliveries.row(row);
  return {
    id: { by: 'list', read: (row) => at(row).id },
    number: { by: 'list', read: (row) => deliveryNumber(shop, row) },
    status: { by: 'list', read: (row) => deliveryStatus(shop, row) },
    createdAt: { by: 'range', read: (row) => at(row).createdAt },
    ETA: { by: 'range', read: (row) => deliveryETA(shop, row) },
    supplierId: { by: 'list', read: (row) => at(row).purchaseOrder.supplier.id },
    purchaseOrderId: { by: 'list', read: (row) => at(row).purchaseOrder.id },
    warehouseId: { by: 'list', read: (row) => deliveryWarehouse(shop, row)?.id ?? null },
    currencyId: { by: 'list', read: (row) => at(row).purchaseOrder.supplier.currency.id },
    productSizeId: { by: 'list', read: (row) => orderedSizes(shop, row).map(({ id }) => id) },
    productVariantId: {
      by: 'list',
      read: (row) => orderedSizes(shop, row).map(({ productVariant }) => productVariant.id),
    },
    search: { by: 'search', read: (row) => deliveryNumber(shop, row) },
  };
}

export function purchaseOrderFilter(shop: Shop): FilterFields<PurchaseOrderRow> {
  const sizesIn = (order: PurchaseOrderRow) =>
    purchaseOrderLines(shop, order).flatMap(({ left, ordered }) => (left === 'size' ? [ordered] : []));
  return {
    id: { by: 'list', read: (order) => order.id },
    status: { by: 'list', read: (order) => purchaseOrderStatus(shop, order) },
    createdAt: { by: 'range', read: (order) => order.createdAt },
    updatedAt: { by: 'range', read: (order) => order.updatedAt },
    ETA: { by: 'range', read: (order) => purchaseOrderDates(shop, order).ETA },
    requestedETD: { by: 'range', read: (order) => purchaseOrderDates(shop, order).requestedETD },
    confirmedETD: { by: 'range', read: (order) => purchaseOrderDates(shop, order).confirmedETD },
    ourReference: { by: 'list', read: (order) => ourReference(shop, order) },
    supplierName: { by: 'list', read: (order) => order.supplier.name },
    productVariantId: { by: 'list', read: (order) => sizesIn(order).map((size) => size.productVariant.id) },
    productSizeId: { by: 'list', read: (order) => sizesIn(order).map((size) => size.id) },
    currencyId: { by: 'list', read: (order) => order.supplier.currency.id },
    preferredWarehouseId: { by: 'list', read: (order) => preferredWarehouse(shop, order)?.id ?? null },
    supplierId: { by: 'list', read: (order) => order.supplier.id },
    externalId: { by: 'list', read: () => null },
    search: { by: 'search', read: (order) => `${order.id}\n${order.supplier.name}` },
  };
}

function orderedSizes(shop: Shop, row: number): readonly ProductSize[] {
  return deliveryLines(shop, row).flatMap(({ left, ordered }) => (left === 'size' ? [ordered] : []));
}
