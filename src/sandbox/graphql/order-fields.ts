import { assignedAttributes } from '../data/attributes.ts';
import { salted } from '../dice.ts';
import { formattedValue, type MonetaryValue, money } from '../data/money.ts';
import * as facts from '../data/order-facts.ts';
import {
  grandTotal,
  isFullyCancelled,
  lineValue,
  type OrderLine,
  type OrderSums,
  orderLines,
  orderSums,
  withoutTax,
} from '../data/order-lines.ts';
import { account, address, buyer, customer } from '../data/people.ts';
import { returnedQuantity } from '../data/return-lines.ts';
import type { Shop } from '../data/shop.ts';
import { stringMatch } from './filter.ts';
import { dateField, type TypeFields } from './request-context.ts';

const salts = Object.freeze({
  payment: salted('payment'),
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

/** An amount in the currency of an order. */
export function orderMoney(shop: Shop, slot: number, value: number): MonetaryValue {
  return money(value, facts.currencyOf(shop, slot), facts.currencyBaseRate(shop, slot));
}

/** The `attributes` field of every type that has one. */
export function attributesOf(
  shop: Shop,
  objectType: keyof Shop['tenant']['attributes'],
  id: number,
  where: unknown,
) {
  const typeName = (where as { typeName?: unknown } | null | undefined)?.typeName;
  const attributes = assignedAttributes(shop.dice, objectType, shop.tenant.attributes[objectType], id);
  if (typeName === undefined || typeName === null) return attributes;
  const matches = stringMatch(typeName, 'typeName');
  return attributes.filter((attribute) => matches(attribute.type.name));
}

const orderDate = dateField<OrderNode>(({ slot }, shop) => shop.orders.orderDate(slot));

const orderFields: TypeFields<OrderNode> = {
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
  discountsApplied: ({ slot, sums }, _, { shop }) => {
    const { discount } = sums();
    const isZero = discount === 0 && shop.dice.fraction(salts.discount, slot) < 0.9;
    return isZero ? [] : [{ value: orderMoney(shop, slot, discount), at: shop.orders.orderDate(slot) }];
  },
  lines: ({ slot, allLines }, args, { shop }) =>
    args.includeFullyCancelled === true
      ? allLines()
      : allLines().filter((line) => !isFullyCancelled(shop, slot, line.index)),
  market: ({ slot }, _, { shop }) => facts.marketOf(shop, slot),
  pricelist: ({ slot }, _, { shop }) => facts.marketOf(shop, slot)?.pricelist ?? null,
  paymentMethod: ({ slot }, _, { shop }) => facts.paymentMethodOf(shop, slot),
  paymentHistory: ({ slot, sums }, _, { shop }) => paymentHistory(shop, slot, grandTotal(sums(), true)),
  shippingPriceGroup: ({ slot }, _, { shop }) => {
    if (shop.dice.fraction(salts.shipping, slot) < 0.1) return null;
    const isOpen = shop.dice.fraction(salts.shipping, slot, 1) < 0.05;
    return {
      shippingOption: isOpen ? null : shop.dice.pick(shop.tenant.shippingOptions, salts.shipping, slot, 2),
    };
  },
  store: ({ slot }, _, { shop }) => shop.orders.store(slot),
  totals: ({ slot, sums }, _, { shop }) => orderTotals(shop, slot, sums()),
};

export const fieldsOfOrders = Object.freeze({
  DirectToConsumerOrder: {
    ...orderFields,
    customer: ({ slot }, _, { shop }) => orNull(facts.customerIdOf(shop, slot), (id) => customer(shop, id)),
  } satisfies TypeFields<OrderNode>,
  WholesaleOrder: {
    ...orderFields,
    purchaseOrderNumber: ({ slot }, _, { shop }) => facts.purchaseOrderNumber(shop, slot),
    buyer: ({ slot }, _, { shop }) => orNull(facts.buyerIdOf(shop, slot), (id) => buyer(shop, id)),
    account: ({ slot }, _, { shop }) => orNull(facts.accountIdOf(shop, slot), (id) => account(shop, id)),
    deliveryWindows: ({ slot }, _, { shop }) =>
      orNull(facts.deliveryWindowOf(shop, slot), (one) => [one]) ?? [],
  } satisfies TypeFields<OrderNode>,
  OrderLine: {
    returnedQuantity: ({ slot, index }, _, { shop }) => returnedQuantity(shop, slot, index),
    productName: ({ productSize }) => productSize.productVariant.product.name,
    productVariantName: ({ productSize }) => productSize.productVariant.name,
    product: ({ productSize }) => productSize.productVariant.product,
    productVariant: ({ productSize }) => productSize.productVariant,
    brand: ({ productSize }) => productSize.productVariant.product.brand,
    unitPrice: ({ slot, price }, _, { shop }) => orderMoney(shop, slot, price),
    unitOriginalPrice: ({ slot, originalPrice }, _, { shop }) => orderMoney(shop, slot, originalPrice),
    lineValue: (line, args, { shop }) =>
      orderMoney(shop, line.slot, lineValue(line, args.includingTax !== false)),
    allocations: (line, _, { shop }) => allocations(shop, line),
  } satisfies TypeFields<OrderLine>,
  OrderDiscount: { date: dateField(({ at }) => at) } satisfies TypeFields<{ readonly at: number }>,
  PaymentHistoryEntry: {
    createdAt: dateField(({ at }) => at),
  } satisfies TypeFields<PaymentHistoryEntry>,
  MonetaryValue: { formattedValue } satisfies TypeFields<MonetaryValue>,
});

interface PaymentHistoryEntry {
  readonly id: number;
  readonly at: number;
  readonly status: string;
  readonly entryType: string;
  readonly externalReference: string | null;
  readonly paymentMethod: string | null;
  readonly paramsJSON: string | null;
  readonly value: MonetaryValue;
}

export function paymentHistory(
  shop: Shop,
  slot: number,
  total: number,
  types?: readonly string[],
): PaymentHistoryEntry[] {
  const steps =
    types ?? ['AUTH', 'CAPTURE_REQUEST', 'CAPTURE'].slice(0, shop.dice.below(4, salts.payment, slot));
  const method = facts.paymentMethodOf(shop, slot);
  return steps.map((entryType, turn) => {
    const isFailed = shop.dice.fraction(salts.payment, slot, turn + 10) < 0.05;
    return {
      id: slot * 8 + turn + 1,
      at: shop.orders.orderDate(slot) + turn * 3600,
      status: isFailed ? 'FAILED' : 'SUCCESS',
      entryType,
      externalReference: isFailed ? null : `PSP-${shop.dice.hash(salts.payment, slot, turn)}`,
      paymentMethod: method?.uri ?? null,
      paramsJSON: isFailed
        ? null
        : JSON.stringify({ success: true, isRequest: entryType.endsWith('_REQUEST'), raw: null }),
      value: orderMoney(shop, slot, entryType === 'REFUND' ? -total : total),
    };
  });
}

function orderTotals(shop: Shop, slot: number, sums: OrderSums) {
  const amount = (value: number) => orderMoney(shop, slot, value);
  const isWholesale = shop.orders.isWholesale(slot);
  return {
    quantity: sums.quantity,
    shipping: amount(sums.shipping),
    shippingTaxIncluded: isWholesale ? null : amount(sums.shipping - withoutTax(sums.shipping, 25)),
    handling: sums.handling === 0 ? null : amount(sums.handling),
    discounts: amount(-sums.discount),
    taxAdded: isWholesale ? amount(0) : null,
    taxDeducted: null,
    taxIncluded: amount(sums.linesWithTax - sums.linesWithoutTax),
  };
}

function allocations(shop: Shop, { slot, index, id, quantity, cancelledQuantity }: OrderLine) {
  const left = quantity - cancelledQuantity;
  if (left === 0 || shop.dice.fraction(salts.allocation, slot, index) < 0.3) return [];
  const warehouses = shop.tenant.warehouses.filter((warehouse) => warehouse.coverage > 0);
  const isSplit = left > 1 && shop.dice.fraction(salts.allocation, slot, index + 50) < 0.3;
  const shares = isSplit ? [1, left - 1] : [left];
  return shares.map((share, turn) => ({
    id: id * 2 + turn,
    quantity: share,
    warehouse: warehouses[(slot + turn) % warehouses.length] ?? null,
    stockChangeLine:
      turn === 0 ? null : { id: id * 2, deliveredQuantity: share + 10, freeToAllocateQuantity: share - 2 },
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
