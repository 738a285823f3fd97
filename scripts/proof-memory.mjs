// That the memory of a read does not grow with the shop: its peak for 20,000 and for 40,000 orders, and with --million for 1,000,000.
import { parseArgs } from 'node:util';
import { buildDist } from './build.mjs';
import { openShop } from './made-up-shop.mjs';
import { conclude, connect, printTable, read, withFolder } from './proof-harness.mjs';

const mostMib = 200;
const mostGrowth = 1.1;

const fewColumns = `
version: 1
streams:
  orders:
    from: orders
    key: [id]
    columns: { id: id, number: number, status: status, updated_at: updatedAt }
`;

const { values } = parseArgs({
  options: { million: { type: 'boolean', default: false }, rounds: { type: 'string', default: '3' } },
});
const rounds = Number(values.rounds);

/**
 * @typedef {object} Measured
 * @property {number} orders
 * @property {string} what
 * @property {number} records
 * @property {number} seconds
 * @property {number} peakMib The median of the rounds: the garbage collector does not do the same twice.
 * @property {string} peaks Of each round.
 */

/**
 * @param {number} orders
 * @param {string} what
 * @param {number} times
 * @param {{ streams?: readonly string[], mapping?: string }} [options]
 * @returns {Promise<Measured>}
 */
async function measure(orders, what, times, options) {
  const shop = await openShop(orders);
  try {
    return await withFolder(async (folder) => {
      const connection = await connect(folder, shop, options);
      const held = await shop.control('counts');
      const outcomes = [];
      let records = 0;
      for (let round = 0; round < times; round++) {
        /** @type {Record<string, number>} */
        const sent = {};
        outcomes.push(
          await read(connection, ({ record }) => {
            if (record) sent[record.stream] = (sent[record.stream] ?? 0) + 1;
          }),
        );
        for (const [stream, count] of Object.entries(sent)) {
          if (count !== held[stream])
            throw new Error(`${count} records of ${stream} came, and the shop holds ${held[stream]}.`);
        }
        records = Object.values(sent).reduce((sum, count) => sum + count, 0);
      }
      const byPeak = outcomes.toSorted((a, b) => a.peakMib - b.peakMib);
      const median = byPeak[Math.floor(byPeak.length / 2)];
      return {
        orders,
        what,
        records,
        seconds: median?.seconds ?? Number.NaN,
        peakMib: median?.peakMib ?? Number.NaN,
        peaks: outcomes.map(({ peakMib }) => peakMib.toFixed(0)).join(' '),
      };
    });
  } finally {
    await shop.close();
  }
}

await buildDist();
const small = await measure(20_000, 'all streams', rounds);
const large = await measure(40_000, 'all streams', rounds);
const all = [small, large];
if (values.million) {
  all.push(await measure(1_000_000, 'orders, four columns', 1, { streams: ['orders'], mapping: fewColumns }));
}
printTable([
  ['orders', 'streams', 'records', 'seconds', 'peak MiB', 'of each round'],
  ...all.map(({ orders, what, records, seconds, peakMib, peaks }) => [
    orders,
    what,
    records,
    seconds.toFixed(1),
    peakMib.toFixed(1),
    peaks,
  ]),
]);
const growth = large.peakMib / small.peakMib;
console.log(`Twice the orders take ${((growth - 1) * 100).toFixed(1)} % more memory.`);
conclude([
  ...all
    .filter(({ peakMib }) => !(peakMib < mostMib))
    .map(({ orders, peakMib }) => `${orders} orders took ${peakMib.toFixed(1)} MiB, not under ${mostMib}.`),
  ...(growth <= mostGrowth ? [] : [`Memory grew by more than ${Math.round((mostGrowth - 1) * 100)} %.`]),
]);
