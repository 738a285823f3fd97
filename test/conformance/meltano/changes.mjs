// A day in the shop: a change of each kind.
import { askShop } from './holdings.mjs';

/** @typedef {import('../../../scripts/made-up-shop.mjs').Shop} Shop */

const DAY_SECONDS = 86_400;

/** @param {Shop} shop */
export async function changeAllKinds(shop) {
  const orders = await shop.change({ kind: 'orders.update', count: 20 }, { kind: 'orders.create', count: 6 });
  const [returns, deliveries] = [
    await recent(shop, 'returns', 2),
    await recent(shop, 'purchaseOrderDeliveries', 2),
  ];
  await shop.change(
    { kind: 'returns.complete', count: 4 },
    { kind: 'returns.delete', ids: returns },
    { kind: 'returns.create', count: 3 },
    { kind: 'deliveries.advance', count: 5 },
    { kind: 'deliveries.delete', ids: deliveries },
    { kind: 'deliveries.create', count: 2 },
  );
  const [first, second, third] = await stockPlaces(shop);
  await shop.change(
    { kind: 'stock.remove', ...first },
    { kind: 'stock.remove', ...second },
    { kind: 'stock.set', ...third, physicalQuantity: 4321 },
    { kind: 'stock.add', physicalQuantity: 77 },
  );
  // What is deleted leaves no date: the connector finds it when it compares ids, once a day.
  await shop.control('advance', { seconds: DAY_SECONDS });
  return {
    orders: new Set(orders.orders).size,
    told:
      '20 orders are edited and 6 placed; 4 returns completed, 2 deleted, 3 made; 5 deliveries moved on, 2 deleted, 2 made; ' +
      '2 stock positions gone, 1 new, 1 counted anew',
  };
}

/**
 * Ids of rows that were made lately: those are compared with the shop by default.
 * @param {Shop} shop
 * @param {string} root
 * @param {number} count
 */
async function recent(shop, root, count) {
  /** @type {{ id: number, createdAt: string }[]} */
  const rows = await shop.control(`ids?root=${root}`);
  return rows
    .sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt))
    .slice(0, count)
    .map(({ id }) => id);
}

/** @param {Shop} shop */
async function stockPlaces(shop) {
  const { holdings } = await askShop(shop);
  const keys = [...(holdings.inventory?.keys() ?? [])];
  return [keys[0], keys[Math.floor(keys.length / 2)], keys.at(-1)].map((key) => {
    const [warehouseId, productSizeId] = String(key).split('/').map(Number);
    return { warehouseId, productSizeId };
  });
}
