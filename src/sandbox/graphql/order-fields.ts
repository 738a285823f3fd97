import { roundTo } from '../data/money.ts';
import {
  grandTotal,
  type OrderSums,
  orderMoney,
  orderSums,
  sumOf,
  unitsValue,
} from '../data/order-amounts.ts';
import * as facts from '../data/order-facts.ts';
import { isFullyCancelled, type OrderLine, orderLines } from '../data/order-lines.ts';
import { paymentEntries } from '../data/payments.ts';
import { account, address, buyer, customer } from '../data/people.ts';
import { returnedQuantity } from '../data/return-lines.ts';
import { shipmentsOf, shippedAt } from '../data/shipments.ts';
import type { Shop } from '../data/shop.ts';
import { insertedDeliveries, stockChangeLines } from '../data/stock-changes.ts';
import { salted } from '../dice.ts';
import { attributesOf } from './attribute-fields.ts';
import { paged } from './nested-list.ts';
import { paymentFilter, paymentKeys } from './payment-fields.ts';
import { dateField, type TypeFields } from './request-context.ts';
import { shipmentNode } from './shipment-fields.ts';
import { pricelistOf, shippingOption, storePlugin } from './shop-fields.ts';

const salts = Object.freeze({
  allocation: salted('allocation'),
  shipping: salted('order.shippingOption'),
  discount: salted('order.discountsApplied'),
});

/** An order on its way into an answer: its lines are drawn once for all fields that need them. */
export interface OrderNode {
  readonly __typename: 'DirectToConsumerOrder' | 'WholesaleOrder';
  readonly slot: number;
  readonly allLines: () => readonly OrderLine[];
  readonly sums: () => OrderSums;
}

export function orderNode(shop: Shop, slot: number): OrderNode {
  let lines: readonly OrderLine[] | undefined;
  let sums: OrderSums | undefined;
  const allLines = () => {
    lines ??= orderLines(shop, slot);
    return lines;
  };
  return {
    __typename: shop.orders.isWholesale(slot) ? 'WholesaleOrder' : 'DirectToConsumerOrder',
    slot,
    allLines,
    sums: () => {
      sums ??= orderSums(shop, slot, allLines());
      return sums;
    },
  };
}

const orderDate = dateField<OrderNode>(({ slot }, shop) => shop.orders.orderDate(slot));

export const fieldsOfOrders = Object.freeze({
  Order: {
    id: ({ slot }, _, { shop }) => shop.orders.id(slot),
    number: ({ slot }, _, { shop }) => shop.orders.number(slot),
    status: ({ slot }, _, { shop }) => shop.orders.status(slot),
    grandTotal: ({ slot, sums }, args, { shop }) =>
      orderMoney(shop, slot, grandTotal(sums(), args.includingTax !== false)),
    createdAt: orderDate,
    updatedAt: dateField(({ slot }, shop) => shop.orders.updatedAt(slot)),
    orderDate,
    userIP: ({ slot }, _, { shop }) => facts.userIP(shop, slot),
    isOnHold: ({ slot }, _, { shop }) => facts.isOnHold(shop, slot),
    isLocked: ({ slot }, _, { shop }) => facts.isLocked(shop, slot),
    isInternal: ({ slot }, _, { shop }) => facts.isInternal(shop, slot),
    isWaitingForPayment: ({ slot }, _, { shop }) => facts.isWaitingForPayment(shop, slot),
    internalComment: ({ slot }, _, { shop }) => facts.internalComment(shop, slot),
    otherComment: ({ slot }, _, { shop }) => facts.otherComment(shop, slot),
    externalId: ({ slot }, _, { shop }) => facts.externalId(shop, slot),
    currencyBaseRate: ({ slot }, _, { shop }) => facts.currencyBaseRate(shop, slot),
    attributes: ({ slot }, args, { shop }) => attributesOf(shop, 'Order', slot, args.where),
    billingAddress: ({ slot }, _, { shop }) => address(shop, slot, 'billingAddress'),
    shippingAddress: ({ slot }, _, { shop }) => address(shop, slot, 'shippingAddress'),
    country: ({ slot }, _, { shop }) => facts.countryOf(shop, slot),
    discountsApplied: ({ slot, sums }, _, { shop }) => discountsOf(shop, slot, sums()),
    lines: ({ slot, allLines }, args, { shop, unservable }) => {
      const number = shop.orders.number(slot);
      if (unservable.has(number)) throw new Error(`The lines of order ${number} cannot be had.`);
      return args.includeFullyCancelled === true
        ? allLines()
        : allLines().filter((line) => !isFullyCancelled(shop, slot, line.index));
    },
    market: ({ slot }, _, { shop }) => facts.marketOf(shop, slot),
    pricelist: ({ slot }, _, { shop }) => pricelistOf(facts.marketOf(shop, slot)),
    paymentMethod: ({ slot }, _, { shop }) => {
      const method = facts.paymentMethodOf(shop, slot);
      return method && storePlugin(method, shop.orders.store(slot));
    },
    paymentHistory: ({ slot }, args, { shop }) =>
      paged(paymentEntries(shop, slot), args, paymentFilter(shop), paymentKeys),
    shippingPriceGroup: ({ slot }, _, { shop }) => {
      if (shop.dice.fraction(salts.shipping, slot) < 0.1) return null;
      const option = shop.dice.pick(shop.tenant.shippingOptions, salts.shipping, slot, 2);
      return { id: option.id + 70, shippingOption: shippingOption(shop, option) };
    },
    shipments: ({ slot }, _, { shop }) => shipmentsOf(shop, slot).map((row) => shipmentNode(shop, row)),
    store: ({ slot }, _, { shop }) => shop.orders.store(slot),
    totals: ({ slot, sums, allLines }, _, { shop }) => orderTotals(shop, slot, sums(), allLines()),
    allocationRule: ({ slot }, _, { shop }) => ({
      id: facts.allocationRuleIdOf(shop, slot),
      name: `Rule ${facts.allocationRuleIdOf(shop, slot)}`,
    }),
  } satisfies TypeFields<OrderNode>,
  DirectToConsumerOrder: {
    customer: ({ slot }, _, { shop }) => orNull(facts.customerIdOf(shop, slot), (id) => customer(shop, id)),
  } satisfies TypeFields<OrderNode>,
  WholesaleOrder: {
    purchaseOrderNumber: ({ slot }, _, { shop }) => facts.purchaseOrderNumber(shop, slot),
    buyer: ({ slot }, _, { shop }) => orNull(facts.buyerIdOf(shop, slot), (id) => buyer(shop, id)),
    account: ({ slot }, _, { shop }) => orNull(facts.accountIdOf(shop, slot), (id) => account(shop, id)),
    deliveryWindows: ({ slot }, _, { shop }) =>
      orNull(facts.deliveryWindowOf(shop, slot), (one) => [deliveryWindow(one)]) ?? [],
  } satisfies TypeFields<OrderNode>,
  OrderLine: {
    size: ({ sold }) => sold?.description ?? '',
    productNumber: ({ sold }) => sold?.productVariant.product.productNumber ?? '',
    productName: ({ sold }) => sold?.productVariant.product.name ?? 'Gift certificate',
    productVariantName: ({ sold }) => sold?.productVariant.name ?? null,
    productBrand: ({ sold }) => sold?.productVariant.product.brand?.name ?? null,
    folderName: ({ sold }) => sold?.productVariant.product.folder?.name ?? null,
    returnedQuantity: ({ slot, index }, _, { shop }) => returnedQuantity(shop, slot, index),
    shippedQuantity: (line, _, { shop }) => {
      const [shipment] = shipmentsOf(shop, line.slot);
      return shipment !== undefined && shippedAt(shop, shipment) !== null ? line.quantity : 0;
    },
    product: ({ sold, left }) => (left === 'nothing' ? null : sold?.productVariant.product),
    productVariant: ({ sold, left }) => (left === 'nothing' ? null : sold?.productVariant),
    productSize: ({ sold, left }) => (left === 'size' ? sold : null),
    // A brand is a store's own: a token for some stores sees none.
    brand: ({ sold, left }, _, { token }) =>
      left === 'nothing' || token.storeIds !== null ? null : sold?.productVariant.product.brand,
    collection: ({ sold, left }) => (left === 'nothing' ? null : sold?.productVariant.product.collection),
    unitPrice: (line, args, { shop }) =>
      orderMoney(shop, line.slot, unitsValue(shop, line, 1, args.includingTax !== false)),
    unitOriginalPrice: (line, args, { shop }) =>
      orderMoney(shop, line.slot, unitsValue(shop, line, 1, args.includingTax !== false, line.originalPrice)),
    lineValue: (line, args, { shop }) =>
      orderMoney(shop, line.slot, unitsValue(shop, line, line.quantity, args.includingTax !== false)),
    allocations: (line, args, { shop }) => paged(allocations(shop, line), args, {}, {}),
  } satisfies TypeFields<OrderLine>,
  OrderDiscount: { date: dateField(({ at }) => at) } satisfies TypeFields<{ readonly at: number }>,
});

/** The kinds of discount, as often as they come: vouchers that lower prices most, one that is more like a payment. */
const discountKinds = Object.freeze([
  'AppliedVoucherDiscount',
  'AppliedVoucherDiscount',
  'AdminDiscount',
  'AppliedVoucherCredit',
  'AppliedVoucherFreeProduct',
]);

/** What was taken off an order, as positive amounts that sum up to the total's `discounts` without its sign. */
function discountsOf(shop: Shop, slot: number, { discount, currency, shipping, quantity }: OrderSums) {
  const { dice } = shop;
  const at = shop.orders.orderDate(slot);
  const applied = (kind: string, value: number, turn: number) => ({
    __typename: kind,
    key: slot * 4 + turn,
    at,
    value: orderMoney(shop, slot, value),
    voucherName: dice.pick(['Welcome', 'Vänner & familj', 'BLACK “week”'], salts.discount, slot, turn),
    voucherMethod: turn === 0 ? 'CODE' : 'AUTO',
    code: turn === 0 ? `CODE-${slot % 90}` : null,
  });
  const list = [];
  if (discount > 0) {
    const isSplit = dice.fraction(salts.discount, slot, 1) < 0.2;
    const first = isSplit ? roundTo(currency, discount / 2) : discount;
    list.push(applied(dice.pick(discountKinds, salts.discount, slot, 2), first, 0));
    if (isSplit) list.push(applied('AdminDiscount', roundTo(currency, discount - first), 1));
  }
  // Free shipping takes nothing off: the order has no shipping to take it off from.
  const isFreed = shipping === 0 && quantity > 0 && dice.fraction(salts.discount, slot, 3) < 0.06;
  if (isFreed) list.push(applied('AppliedVoucherFreeShipping', 0, 2));
  return list;
}

function orderTotals(shop: Shop, slot: number, sums: OrderSums, lines: readonly OrderLine[]) {
  const amount = (value: number) => orderMoney(shop, slot, value);
  const { isTaxInside, currency } = sums;
  const [shipment] = shipmentsOf(shop, slot);
  const isExpedited = shipment !== undefined && shippedAt(shop, shipment) !== null;
  return {
    quantity: sums.quantity,
    originalQuantity: sums.quantity + sums.cancelledQuantity,
    cancelledQuantity: sums.cancelledQuantity,
    unexpeditedQuantity: isExpedited ? 0 : sums.quantity,
    weight: { value: sumOf({ ...currency, decimalDigits: 3 }, lines, (line) => line.quantity * 0.25) },
    lineValues: amount(sums.lines),
    shipping: amount(sums.shipping),
    shippingTaxIncluded: isTaxInside ? amount(sums.shippingTax) : null,
    shippingTaxAdded: isTaxInside ? null : amount(sums.shippingTax),
    shippingTaxDeducted: null,
    handling: amount(sums.handling),
    discounts: amount(-sums.discount),
    taxAdded: amount(isTaxInside ? 0 : sums.tax),
    taxDeducted: amount(0),
    taxIncluded: amount(isTaxInside ? sums.tax : 0),
  };
}

function deliveryWindow(one: { readonly id: number; readonly name: string }) {
  const __typename = one.id % 2 === 0 ? 'AtOnceDeliveryWindow' : 'PreorderDeliveryWindow';
  return { __typename, ...one, status: 'ACTIVE' };
}

function allocations(shop: Shop, line: OrderLine) {
  const { slot, index, id, quantity, sold } = line;
  const inserted = insertedDeliveries(shop);
  if (quantity === 0 || sold === null || inserted.length === 0) return [];
  if (shop.dice.fraction(salts.allocation, slot, index) < 0.3) return [];
  const warehouses = shop.tenant.warehouses.filter((warehouse) => warehouse.coverage > 0);
  const isSplit = quantity > 1 && shop.dice.fraction(salts.allocation, slot, index + 50) < 0.3;
  const shares = isSplit ? [1, quantity - 1] : [quantity];
  return shares.map((share, turn) => ({
    id: id * 2 + turn,
    quantity: share,
    orderLine: line,
    warehouse: warehouses[(slot + turn) % warehouses.length] ?? null,
    stockChangeLine: stockChangeLines(shop, inserted[(slot + turn) % inserted.length] ?? 0)[0],
    isWaitingForConfirmation: false,
  }));
}

/** How many warehouses the order is allocated in. */
export function allocatedWarehouseCount(shop: Shop, slot: number): number {
  const lines = orderLines(shop, slot).flatMap((line) => allocations(shop, line));
  return new Set(lines.map((allocation) => allocation.warehouse?.id)).size;
}

function orNull<In, Out>(value: In | null, make: (value: In) => Out): Out | null {
  return value === null ? null : make(value);
}
