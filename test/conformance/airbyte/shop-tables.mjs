// The shop's own answer to what a destination must hold: asked of its API directly, without the connector.

const PAGE_SIZE = 200;

/**
 * @typedef {object} Table
 * @property {string} stream
 * @property {readonly string[]} columns What is compared, in the order of the rows: first the key, then the rest.
 * @property {number} keyLength
 * @property {string} measure The column whose sum is told.
 * @property {string} isLive Which rows of the destination stand for rows of the shop, in SQL.
 */

const notDeleted = '_ab_cdc_deleted_at IS NULL';

/** @type {readonly Table[]} */
export const tables = Object.freeze([
  table('orders', ['id', 'status', 'quantity', 'total'], 1, 'true'),
  table(
    'order_lines',
    ['order_id', 'order_line_id', 'cancelled_quantity', 'line_value', 'quantity'],
    2,
    'true',
  ),
  table('returns', ['id', 'status', 'total'], 1, notDeleted),
  table('return_lines', ['return_id', 'return_line_id', 'quantity'], 2, notDeleted),
  table('indeliveries', ['id', 'status', 'shipping_cost'], 1, notDeleted),
  table('indelivery_lines', ['indelivery_id', 'line_number', 'unit_cost', 'quantity'], 2, notDeleted),
  table(
    'inventory',
    ['warehouse_id', 'product_size_id', 'free_to_allocate_quantity', 'physical_quantity'],
    2,
    // A row with an older time than the others is not in the shop any more.
    'snapshot_at = (SELECT max(snapshot_at) FROM centra.inventory)',
  ),
]);

/**
 * @param {string} stream
 * @param {readonly string[]} columns
 * @param {number} keyLength
 * @param {string} isLive
 * @returns {Table}
 */
function table(stream, columns, keyLength, isLive) {
  return { stream, columns, keyLength, isLive, measure: columns.at(-1) ?? '' };
}

/** @typedef {readonly (string | number | null)[]} Row */

/**
 * @typedef {object} ShopTables
 * @property {ReadonlyMap<string, readonly Row[]>} rows By stream.
 * @property {ReadonlyMap<string, string | null>} emails The e-mail address that an order is sent to, by the order's id.
 */

/**
 * @param {import('../../../scripts/made-up-shop.mjs').Shop} shop
 * @returns {Promise<ShopTables>}
 */
export async function shopTables({ ask }) {
  const orders = await pages(
    ask,
    `orders(limit: ${PAGE_SIZE}, page: $page, sort: [number_ASC]) {
      id status totals { quantity } grandTotal { value } shippingAddress { email }
      lines(includeFullyCancelled: true) { id cancelledQuantity lineValue { value } quantity }
    }`,
  );
  const returns = await pages(
    ask,
    `returns(limit: ${PAGE_SIZE}, page: $page, sort: [id_ASC]) { id returnStatus grandTotal { value } lines { id quantity } }`,
  );
  const deliveries = await pages(
    ask,
    `purchaseOrderDeliveries(limit: ${PAGE_SIZE}, page: $page, sort: [id_ASC]) {
      id status shippingCost { value } lines { unitCost { value } quantity }
    }`,
  );
  /** @type {Record<string, readonly Row[]>} */
  const rows = {
    orders: orders.map((o) => [o.id, o.status, o.totals.quantity, o.grandTotal.value]),
    order_lines: linesOf(orders, (line) => [line.cancelledQuantity, line.lineValue.value, line.quantity]),
    returns: returns.map((r) => [r.id, r.returnStatus, r.grandTotal.value]),
    return_lines: linesOf(returns, (line) => [line.quantity]),
    indeliveries: deliveries.map((d) => [d.id, d.status, d.shippingCost.value]),
    indelivery_lines: linesOf(deliveries, (line) => [line.unitCost.value, line.quantity]),
    inventory: await stockRows(ask),
  };
  return {
    rows: new Map(Object.entries(rows)),
    emails: new Map(orders.map((order) => [order.id, order.shippingAddress?.email ?? null])),
  };
}

/**
 * A line without an id is known by its place, from 1.
 * @param {readonly any[]} owners
 * @param {(line: any) => Row} values
 * @returns {readonly Row[]}
 */
function linesOf(owners, values) {
  return owners.flatMap((owner) =>
    owner.lines.map((/** @type {any} */ line, /** @type {number} */ at) => [
      owner.id,
      line.id ?? at + 1,
      ...values(line),
    ]),
  );
}

/**
 * All rows of a list; nothing changes in the shop meanwhile.
 * @param {import('../../../scripts/made-up-shop.mjs').Shop['ask']} ask
 * @param {string} list
 * @returns {Promise<readonly any[]>}
 */
async function pages(ask, list) {
  const rows = [];
  for (let page = 1; ; page += 1) {
    const [found = []] = Object.values(await ask(`query ($page: Int) { ${list} }`, { page }));
    rows.push(...found);
    if (found.length < PAGE_SIZE) return rows;
  }
}

/**
 * @param {import('../../../scripts/made-up-shop.mjs').Shop['ask']} ask
 * @returns {Promise<readonly Row[]>}
 */
async function stockRows(ask) {
  const rows = [];
  for (let page = 1; ; page += 1) {
    const { warehouses } = await ask(
      `query ($page: Int) { warehouses(limit: ${PAGE_SIZE}) {
        id stock(limit: ${PAGE_SIZE}, page: $page) { productSize { id } freeToAllocateQuantity physicalQuantity }
      } }`,
      { page },
    );
    for (const { id, stock } of warehouses) {
      for (const one of stock)
        rows.push([id, one.productSize.id, one.freeToAllocateQuantity, one.physicalQuantity]);
    }
    if (warehouses.every((/** @type {any} */ { stock }) => stock.length < PAGE_SIZE)) return rows;
  }
}

/** A destination's decimals have nine places. */
const CLOSE = 1e-6;

/**
 * @param {Table} table
 * @param {readonly Row[]} shop
 * @param {readonly Row[]} destination
 * @returns {readonly string[]} What differs, by key; at most some of it.
 */
export function differences({ keyLength, columns }, shop, destination) {
  /** @param {Row} row */
  const keyOf = (row) => row.slice(0, keyLength).join(' ');
  const there = new Map(destination.map((row) => [keyOf(row), row]));
  const here = new Map(shop.map((row) => [keyOf(row), row]));
  const found = [];
  if (there.size !== destination.length) found.push(`${destination.length - there.size} rows share a key`);
  for (const [key, row] of here) {
    const other = there.get(key);
    if (other === undefined) found.push(`${key} is missing`);
    else {
      const wrong = columns.filter((_, at) => !isSame(row[at], other[at]));
      if (wrong.length > 0) found.push(`${key} differs in ${wrong.join(', ')}`);
    }
  }
  for (const key of there.keys()) if (!here.has(key)) found.push(`${key} is not in the shop`);
  return found.length > 10 ? [...found.slice(0, 10), `and ${found.length - 10} more`] : found;
}

/**
 * @param {string | number | null | undefined} one
 * @param {string | number | null | undefined} other
 */
function isSame(one, other) {
  if (typeof one === 'number' && typeof other === 'number') return Math.abs(one - other) < CLOSE;
  return one === other;
}

/** @param {readonly Row[]} rows */
export function sumOfLast(rows) {
  return rows.reduce((sum, row) => sum + Number(row.at(-1)), 0);
}
