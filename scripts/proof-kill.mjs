// That a read which is killed at any moment loses nothing: kill -9 at random moments of a read of 20,000 orders, each time
// going on from the last states that were written, until all is read; then again from the beginning, until there were enough kills.
import { parseArgs } from 'node:util';
import { buildDist } from './build.mjs';
import { openShop } from './made-up-shop.mjs';
import { conclude, connect, diceOf, PAGE_SIZE, printTable, read, withFolder } from './proof-harness.mjs';

const mostPagesTwice = 2;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    orders: { type: 'string', default: '20000' },
  },
});
const kills = Number(values.kills);
const dice = diceOf(Number(values.seed));

/** The root object that a record came from, and the record's own key. */
const keysOf = Object.freeze({
  orders: (/** @type {any} */ data) => ({ root: `order ${data.id}`, own: data.id }),
  order_lines: (/** @type {any} */ data) => ({
    root: `order ${data.order_id}`,
    own: `${data.order_id}/${data.order_line_id}`,
  }),
  returns: (/** @type {any} */ data) => ({ root: `return ${data.id}`, own: data.id }),
});
const streams = /** @type {(keyof typeof keysOf)[]} */ (Object.keys(keysOf));

/**
 * What a destination holds that keeps records only when a state covers them, as a platform's does.
 */
class Destination {
  /** @type {Map<string, string>} The last STATE line of each stream. */
  states = new Map();
  /** The rows of each stream that a state covers: their key, and when they were changed. */
  kept = Object.freeze({
    orders: /** @type {Map<unknown, unknown>} */ (new Map()),
    order_lines: /** @type {Map<unknown, unknown>} */ (new Map()),
    returns: /** @type {Map<unknown, unknown>} */ (new Map()),
  });
  /** @type {Map<string, Set<string>>} By stream, the root objects that came in this and in earlier lives of the process. */
  #seen = new Map(streams.map((stream) => [stream, new Set()]));
  /** @type {Map<string, Set<string>>} */
  #now = new Map();
  /** @type {Map<string, [unknown, unknown][]>} */
  #waiting = new Map();
  /** @type {Set<string>} */
  #again = new Set();

  begin() {
    this.#now = new Map(streams.map((stream) => [stream, new Set()]));
    this.#waiting = new Map(streams.map((stream) => [stream, []]));
    this.#again = new Set();
  }

  /** @param {any} message @param {string} line */
  take({ record, state }, line) {
    if (record) {
      const stream = /** @type {keyof typeof keysOf} */ (record.stream);
      const { root, own } = keysOf[stream](record.data);
      if (this.#seen.get(stream)?.has(root)) this.#again.add(root);
      this.#now.get(stream)?.add(root);
      this.#waiting.get(stream)?.push([own, record.data.updated_at ?? record.data.status]);
    }
    if (state) {
      const stream = /** @type {keyof typeof keysOf} */ (state.stream.stream_descriptor.name);
      this.states.set(stream, line);
      for (const [own, version] of this.#waiting.get(stream)?.splice(0) ?? [])
        this.kept[stream].set(own, version);
    }
  }

  /** Ends a life of the process; returns how many pages came in it that had come before, rounded up for each root list. */
  end() {
    for (const [stream, roots] of this.#now) for (const root of roots) this.#seen.get(stream)?.add(root);
    const ofOrders = [...this.#again].filter((root) => root.startsWith('order ')).length;
    return Math.ceil(ofOrders / PAGE_SIZE) + Math.ceil((this.#again.size - ofOrders) / PAGE_SIZE);
  }
}

/**
 * What the shop holds and the destination lacks or has otherwise.
 * @param {import('./made-up-shop.mjs').Shop} shop
 * @param {Destination} destination
 */
async function differences(shop, { kept }) {
  const orders = await shop.control('ids?root=orders');
  const returns = await shop.control('ids?root=returns');
  const { order_lines: lines } = await shop.control('counts');
  const missingOrders = orders.filter((/** @type {any} */ { id, updatedAt }) => {
    const version = kept.orders.get(id);
    return typeof version !== 'string' || Date.parse(version) !== Date.parse(updatedAt);
  }).length;
  const missingReturns = returns.filter(
    (/** @type {any} */ { id, status }) => kept.returns.get(id) !== status,
  ).length;
  return {
    missingOrders,
    missingReturns,
    missingLines: lines - kept.order_lines.size,
    surplus: kept.orders.size - orders.length + (kept.returns.size - returns.length),
  };
}

await buildDist();
const shop = await openShop(Number(values.orders));
try {
  await withFolder(async (folder) => {
    const connection = await connect(folder, shop, { streams });
    const { seconds } = await read(connection, () => undefined);
    console.log(`Undisturbed, the read takes ${seconds.toFixed(1)} s. Seed ${values.seed}.`);
    /** @type {string[]} */
    const broken = [];
    /** @type {number[]} How many pages were sent again after each kill. */
    const pagesTwice = [];
    let killed = 0;
    let reads = 0;
    while (killed < kills) {
      reads += 1;
      const destination = new Destination();
      for (let isKilled = true; isKilled; ) {
        // Up to two fifths of the whole: several kills a read, early and late ones.
        const killAfterMs = killed < kills ? dice() * seconds * 400 : undefined;
        const states = new Map(destination.states);
        destination.begin();
        const outcome = await read(connection, (message, line) => destination.take(message, line), {
          states,
          ...(killAfterMs !== undefined && { killAfterMs }),
        });
        isKilled = outcome.isKilled;
        if (isKilled) killed += 1;
        const again = destination.end();
        pagesTwice.push(again);
        if (again > mostPagesTwice) broken.push(`After kill ${killed}, ${again} pages were sent again.`);
      }
      const found = await differences(shop, destination);
      for (const [what, count] of Object.entries(found))
        if (count !== 0) broken.push(`Read ${reads}: ${what} ${count}.`);
    }
    const sum = pagesTwice.reduce((total, pages) => total + pages, 0);
    printTable([
      ['kills', 'reads completed', 'pages sent again', 'at most after one kill', 'missing'],
      [killed, reads, sum, Math.max(...pagesTwice), broken.some((text) => /missing/.test(text)) ? 'yes' : 0],
    ]);
    conclude(broken);
  });
} finally {
  await shop.close();
}
