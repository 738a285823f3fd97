// That a read of what changed asks for what changed: 100 of 100,000 orders take at most three pages of orders.
import { buildDist } from './build.mjs';
import { openShop } from './made-up-shop.mjs';
import { conclude, connect, printTable, read, withFolder } from './proof-harness.mjs';

const orders = 100_000;
const changes = 100;
const mostPages = 3;

/** @param {{ rootFields: readonly string[] }} request */
const isPageOfOrders = ({ rootFields }) =>
  rootFields.some((field) => field === 'orders' || field === 'orderConnection');

await buildDist();
const shop = await openShop(orders);
try {
  await withFolder(async (folder) => {
    // The made-up shop's last orders all changed just now: the ten minutes that a read looks back would hold 1,600 of them.
    await shop.control('advance', { seconds: 1_200 });
    const connection = await connect(folder, shop, { streams: ['orders', 'order_lines'] });
    /** @type {Map<string, string>} */
    const states = new Map();
    /** @type {Set<number>} */
    const numbers = new Set();
    /** @param {any} message @param {string} line */
    const follow = ({ record, state }, line) => {
      if (state) states.set(state.stream.stream_descriptor.name, line);
      if (record?.stream === 'orders') numbers.add(record.data.number);
    };
    const first = await read(connection, follow);
    const readFirst = numbers.size;

    await shop.control('advance', { seconds: 3_600 });
    const { changed } = await shop.control('change', {
      changes: [{ kind: 'orders.update', count: changes }],
    });
    await shop.control('advance', { seconds: 60 });
    await shop.forgetRequests();
    numbers.clear();
    const second = await read(connection, follow, { states });
    const requests = await shop.control('requests');
    const pages = requests.filter(isPageOfOrders).length;
    const missing = changed.orders.filter((/** @type {number} */ number) => !numbers.has(number));

    printTable([
      ['read', 'orders', 'pages of orders', 'requests', 'seconds'],
      ['everything', readFirst, '', '', first.seconds.toFixed(1)],
      [`${changes} changed`, numbers.size, pages, requests.length, second.seconds.toFixed(1)],
    ]);
    conclude([
      ...(readFirst === orders ? [] : [`The first read brought ${readFirst} of ${orders} orders.`]),
      ...(missing.length === 0 ? [] : [`${missing.length} changed orders did not come.`]),
      ...(numbers.size === changes ? [] : [`${numbers.size} orders came, and ${changes} had changed.`]),
      ...(pages <= mostPages ? [] : [`${pages} pages of orders were asked for, more than ${mostPages}.`]),
    ]);
  });
} finally {
  await shop.close();
}
