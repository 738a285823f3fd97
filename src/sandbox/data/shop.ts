import { type Dice, diceOf, salted } from '../dice.ts';
import { DeliveryTable } from './delivery-table.ts';
import { EventLog } from './events.ts';
import { OrderTable } from './order-table.ts';
import { Assortment } from './products.ts';
import { ReturnTable } from './return-table.ts';
import { Stock } from './stock.ts';
import type { Tenant } from './tenant.ts';
import { type TenantName, tenants, withWarehouses } from './tenants.ts';

/** All that one environment holds: a pure function of these options, and of the changes made since. */
export interface Shop {
  readonly dice: Dice;
  readonly tenant: Tenant;
  readonly customerCount: number;
  readonly accountCount: number;
  readonly assortment: Assortment;
  readonly orders: OrderTable;
  readonly returns: ReturnTable;
  readonly deliveries: DeliveryTable;
  readonly stock: Stock;
  readonly events: EventLog;
  /** When the shop opened, in epoch seconds. */
  readonly openedAt: number;
}

export interface ShopOptions {
  readonly seed: number;
  readonly orders: number;
  readonly tenant: TenantName;
  /** Epoch seconds: the present of the shop when it opens, which every date in it is relative to. */
  readonly now: number;
  /** Whether Centra has switched the events system on. */
  readonly events: boolean;
  /** How many warehouses there are beside the tenant's own. */
  readonly extraWarehouses: number;
}

export function openShop(options: ShopOptions): Shop {
  const { seed, orders: count, tenant: name, now } = options;
  const dice = diceOf(seed ^ salted(name));
  const tenant = withWarehouses(tenants[name], options.extraWarehouses);
  const products = Math.min(4000, Math.max(12, Math.round(Math.sqrt(count) * 5.4)));
  const assortment = new Assortment(dice, tenant, products, now);
  const orders = new OrderTable(dice, tenant, count, now);
  const deliveries = new DeliveryTable(
    dice,
    tenant,
    Math.min(50_000, Math.max(12, Math.round(count / 8))),
    now,
  );
  return Object.freeze({
    dice,
    tenant,
    customerCount: Math.max(5, Math.round(count * 0.6)),
    accountCount: Math.max(3, Math.min(400, Math.round(count / 40))),
    assortment,
    orders,
    returns: new ReturnTable(dice, orders, now),
    deliveries,
    stock: new Stock(dice, tenant, assortment),
    events: new EventLog(options.events),
    openedAt: now,
  });
}
