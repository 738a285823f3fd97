import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { AirbyteCatalog } from '../../src/protocol/airbyte/airbyte-protocol.generated.ts';
import { openAlteredApi } from './altered-api.ts';
import {
  catalogOf,
  configured,
  fileWith,
  lastStates,
  logsOf,
  type Outcome,
  recordsOf,
  sourceCentra,
} from './harness.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

let shop: TestShop;
let catalog: AirbyteCatalog;

beforeAll(async () => {
  shop = await openShop({ orders: 420 });
  catalog = catalogOf(await sourceCentra(['discover', '--config', shop.config]));
});
afterEach(() => shop.control('faults', { faults: [] }));

function read(config: string, streams: readonly string[], state?: unknown): Promise<Outcome> {
  const wanted = fileWith(configured(catalog, 'incremental', streams));
  const args = ['read', '--config', config, '--catalog', wanted];
  return sourceCentra(state === undefined ? args : [...args, '--state', fileWith(state)]);
}

function failuresOf({ messages }: Outcome): string {
  return messages.flatMap(({ trace }) => trace?.error?.message ?? []).join('\n');
}

function distinct(outcome: Outcome, stream: string, ...columns: readonly string[]): number {
  const keys = recordsOf(outcome, stream).map(({ data }) =>
    columns.map((name) => (data as Readonly<Record<string, unknown>>)[name]).join('/'),
  );
  return new Set(keys).size;
}

const isPage = (query: string) => query.includes('orderConnection(');

describe('an answer that contradicts itself', () => {
  test('a page that leads back to itself ends the stream, and not in a loop', async () => {
    const { config, requests } = await openAlteredApi(shop, {
      answer: (body) => {
        const pageInfo = body.data?.orderConnection?.pageInfo;
        if (pageInfo !== undefined) Object.assign(pageInfo, { hasNextPage: true, endCursor: 'bnVtYmVyOjE=' });
        return body;
      },
    });
    const outcome = await read(config, ['orders']);
    expect(outcome.code).toBe(4);
    expect(failuresOf(outcome)).toMatch("Centra's answer for orders contradicts itself");
    expect(requests()).toBeLessThan(20);
  });

  test('an order that is twice in a page is read again, and the read goes on', async () => {
    let isDoubled = false;
    const { config } = await openAlteredApi(shop, {
      answer: (body) => {
        const edges = body.data?.orderConnection?.edges;
        if (!isDoubled && edges?.length > 2) {
          isDoubled = true;
          edges[1] = edges[0];
        }
        return body;
      },
    });
    const outcome = await read(config, ['orders']);
    expect(outcome.code).toBe(0);
    expect(isDoubled).toBe(true);
    expect(recordsOf(outcome, 'orders')).toHaveLength((await shop.counts()).orders ?? -1);
    expect(distinct(outcome, 'orders', 'id')).toBe((await shop.counts()).orders);
  });

  test('orders that a page leaves out are found by a list, and it is said', async () => {
    const { config } = await openAlteredApi(shop, {
      answer: (body) => {
        body.data?.orderConnection?.edges?.splice(3, 2);
        return body;
      },
    });
    const outcome = await read(config, ['orders']);
    expect(outcome.code).toBe(0);
    expect(distinct(outcome, 'orders', 'id')).toBe((await shop.counts()).orders);
    expect(logsOf(outcome).join('\n')).toMatch(
      /Centra says that there are \d+ orders .* and gave \d+ of them/,
    );
  });

  test('an API that leaves the range of time out of account is not believed', async () => {
    const first = await read(shop.config, ['orders']);
    await shop.advance(600);
    const { config } = await openAlteredApi(shop, {
      asked: (asked) =>
        isPage(asked.query) ? { ...asked, variables: { ...asked.variables, where: {} } } : asked,
    });
    const outcome = await read(config, ['orders'], lastStates(first));
    expect(outcome.code).toBe(4);
    expect(failuresOf(outcome)).toMatch('it has rows from outside the time that was asked for');
    expect(recordsOf(outcome, 'orders')).toEqual([]);
  });
});

describe('a saved position that is refused', () => {
  test('its window starts again, and it is said', async () => {
    const { state, total } = await interruptedState();
    const outcome = await read(shop.config, ['orders'], state);
    expect(outcome.code, failuresOf(outcome)).toBe(0);
    expect(logsOf(outcome).join('\n')).toMatch(/The place in the orders .* is not known any more/);
    expect(distinct(outcome, 'orders', 'id')).toBe(total);
  });

  /** A state as an older version might have left it. */
  async function interruptedState(): Promise<{ readonly state: unknown; readonly total: number }> {
    const whole = await read(shop.config, ['orders']);
    const [state] = JSON.parse(JSON.stringify(lastStates(whole))) as [
      { stream: { stream_state: Record<string, unknown> } },
    ];
    const through = state.stream.stream_state.through;
    // What it remembers of rows that it wrote is not written again.
    delete state.stream.stream_state.recent;
    state.stream.stream_state.owed = [{ to: through, after: 'an older cursor' }];
    return { state: [state], total: (await shop.counts()).orders ?? -1 };
  }
});

describe('stock positions that tie', () => {
  test('do not make the inventory page for ever', async () => {
    let flips = 0;
    const { config, requests } = await openAlteredApi(shop, {
      // Rows that tie stand in another order each time, where the sort does not tell them apart.
      asked: (asked) => {
        if (!asked.query.includes('stock(') || asked.query.includes('productSizeId_ASC')) return asked;
        flips += 1;
        const sort = flips % 2 === 0 ? 'physicalQuantity_ASC' : 'physicalQuantity_DESC';
        return { ...asked, query: asked.query.replaceAll(/(?<!_)stock\(/g, `stock(sort: [${sort}], `) };
      },
    });
    const outcome = await read(config, ['inventory']);
    expect(outcome.code, failuresOf(outcome)).toBe(0);
    const { inventory = -1 } = await shop.counts();
    expect(recordsOf(outcome, 'inventory')).toHaveLength(inventory);
    expect(distinct(outcome, 'inventory', 'warehouse_id', 'product_size_id')).toBe(inventory);
    expect(requests()).toBeLessThan(60);
  });

  test('where the API has no order in which none tie, the stream fails rather than page for ever', async () => {
    const other = await openShop({ orders: 420, schema: { remove: ['StockSort.productSizeId_ASC'] } });
    let flips = 0;
    const { config, requests } = await openAlteredApi(other, {
      asked: (asked) => {
        if (!asked.query.includes('stock(')) return asked;
        flips += 1;
        const sort = flips % 2 === 0 ? 'physicalQuantity_ASC' : 'physicalQuantity_DESC';
        return { ...asked, query: asked.query.replaceAll(/(?<!_)stock\(/g, `stock(sort: [${sort}], `) };
      },
    });
    const outcome = await read(config, ['inventory']);
    expect(outcome.code, failuresOf(outcome) + logsOf(outcome).join('\n')).toBe(4);
    expect(failuresOf(outcome)).toMatch('change places faster than they can be paged');
    expect(requests()).toBeLessThan(400);
  });
});

describe('passing trouble', () => {
  test.each(['401', '403'])('one %s in the middle of a read costs no row', async (kind) => {
    await shop.control('faults', { faults: [{ kind, after: 3, times: 1 }] });
    const outcome = await read(shop.config, ['orders']);
    expect(outcome.code, failuresOf(outcome)).toBe(0);
    expect(distinct(outcome, 'orders', 'id')).toBe((await shop.counts()).orders);
  });
});

describe('what the API says', () => {
  test('reaches no log raw', async () => {
    const said = 'Cannot query field \u001b[31m"x"\u001b[0m\r\n{"type":"RECORD"}\u0007\u202e';
    const { config } = await openAlteredApi(shop, {
      answer: () => ({ errors: [{ message: said, extensions: { category: 'graphql' } }] }),
    });
    const outcome = await read(config, ['orders']);
    expect(outcome.code).toBe(2);
    expect(failuresOf(outcome)).toMatch('Cannot query field');
    // JSON hides control characters: what a log shows is what it says, parsed.
    const shown = outcome.messages.map((message) => Object.values(flat(message)).join('')).join('');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(shown.replaceAll(/\n\s+at .*/g, '')).not.toMatch(/[\u0007\r\u001b\u202e]/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(outcome.stderr).not.toMatch(/[\u0007\u001b\u202e]/);
  });

  test('again and again is told once, with its number', async () => {
    const { config } = await openAlteredApi(shop, {});
    await shop.control('faults', {
      faults: [{ kind: '503', rate: 0.25, match: 'orderConnection' }],
      seed: 3,
    });
    await shop.control('slow-above', { rows: 5 });
    const outcome = await read(config, ['orders']);
    await shop.control('slow-above', {});
    expect(outcome.code, failuresOf(outcome)).toBe(0);
    const retries = logsOf(outcome).filter((line) => line.includes('503') && line.includes('Attempt 2 '));
    expect(retries.length).toBeGreaterThan(1);
    expect(retries.length).toBeLessThan(4);
    expect(retries.join('\n')).toMatch(/\(This came 10 times by now\.\)/);
  });
});

function flat(value: unknown): Record<string, string> {
  const texts: Record<string, string> = {};
  const visit = (part: unknown, way: string): void => {
    if (typeof part === 'string') texts[way] = part;
    else if (typeof part === 'object' && part !== null)
      for (const [name, inner] of Object.entries(part)) visit(inner, `${way}.${name}`);
  };
  visit(value, '');
  return texts;
}
