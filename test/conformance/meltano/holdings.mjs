// What a made-up shop holds, asked of its API and not of the connector.

/** @typedef {import('../../../scripts/made-up-shop.mjs').Shop} Shop */

const PAGE_SIZE = 200;

/**
 * What a shop or a destination holds, as far as it is compared: of each row of a stream, by its key, the amount that is summed.
 * @typedef {Readonly<Record<string, ReadonlyMap<string, number>>>} Holdings
 */

/** The streams, and what is summed of each. */
export const SUMMED = Object.freeze({
  orders: 'total',
  order_lines: 'quantity',
  returns: 'total',
  return_lines: 'quantity',
  indeliveries: 'shipping_cost',
  indelivery_lines: 'quantity',
  inventory: 'physical_quantity',
});

/**
 * Asks the API for everything, a page after the other, in queries that have nothing of the connector's.
 * @param {Shop} shop
 * @returns {Promise<{ holdings: Holdings, emails: ReadonlyMap<string, string | null> }>} Also the e-mail address of each order, which must not come through.
 */
export async function askShop(shop) {
  const orders = await pages(
    shop,
    (page) => `
    rows: orders(sort: [number_ASC], limit: ${PAGE_SIZE}, page: ${page}) {
      id grandTotal { value } shippingAddress { email } lines(includeFullyCancelled: true) { id quantity } }`,
  );
  const returns = await pages(
    shop,
    (page) => `
    rows: returns(sort: [id_ASC], limit: ${PAGE_SIZE}, page: ${page}) {
      id grandTotal { value } lines { id quantity } }`,
  );
  const deliveries = await pages(
    shop,
    (page) => `
    rows: purchaseOrderDeliveries(sort: [id_ASC], limit: ${PAGE_SIZE}, page: ${page}) {
      id shippingCost { value } lines { quantity } }`,
  );
  const stock = await stockRows(shop);
  return {
    holdings: {
      orders: mapped(orders, (row) => [row.id, row.grandTotal.value]),
      order_lines: linesOf(orders),
      returns: mapped(returns, (row) => [row.id, row.grandTotal.value]),
      return_lines: linesOf(returns),
      indeliveries: mapped(deliveries, (row) => [row.id, row.shippingCost?.value ?? 0]),
      indelivery_lines: linesOf(deliveries),
      inventory: mapped(stock, (row) => [row.key, row.physicalQuantity]),
    },
    emails: new Map(orders.map((row) => [row.id, row.shippingAddress?.email ?? null])),
  };
}

/**
 * @param {readonly any[]} rows
 * @param {(row: any) => [string | number, number]} entry
 */
function mapped(rows, entry) {
  return new Map(
    rows.map((row) => {
      const [key, amount] = entry(row);
      return [String(key), amount];
    }),
  );
}

/** @param {readonly any[]} rows Rows with lines; a line's key is its row's id and its own, or its place from 1 where it has none. */
function linesOf(rows) {
  return mapped(
    rows.flatMap(({ id, lines }) =>
      lines.map((/** @type {any} */ line, /** @type {number} */ at) => ({
        ...line,
        key: `${id}/${line.id ?? at + 1}`,
      })),
    ),
    (line) => [line.key, line.quantity],
  );
}

/** @param {Shop} shop */
async function stockRows(shop) {
  const { warehouses } = await ask(shop, '{ warehouses(limit: 200) { id } }');
  const rows = [];
  for (const { id } of warehouses) {
    for (let page = 1; ; page += 1) {
      const answer = await ask(
        shop,
        `{ warehouses(where: { id: [${id}] }) {
             stock(limit: ${PAGE_SIZE}, page: ${page}) { physicalQuantity productSize { id } } } }`,
      );
      const { stock } = answer.warehouses[0];
      for (const { physicalQuantity, productSize } of stock) {
        rows.push({ key: `${id}/${productSize.id}`, physicalQuantity });
      }
      if (stock.length < PAGE_SIZE) break;
    }
  }
  return rows;
}

/**
 * @param {Shop} shop
 * @param {(page: number) => string} field A list under the alias `rows`.
 */
async function pages(shop, field) {
  const all = [];
  for (let page = 1; ; page += 1) {
    const { rows } = await ask(shop, `{ ${field(page)} }`);
    all.push(...rows);
    if (rows.length < PAGE_SIZE) return all;
  }
}

/**
 * @param {Shop} shop
 * @param {string} query
 * @returns {Promise<any>}
 */
async function ask({ endpoint, token }, query) {
  const answer = await fetch(endpoint, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = /** @type {any} */ (await answer.json());
  if (errors !== undefined) throw new Error(`The sandbox refused a query: ${errors[0].message}`);
  return data;
}
