import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { fileWith, sourceCentra } from '../command/harness.ts';
import { newFolder } from '../command/plain-folder.ts';
import { tapCentra } from '../command/singer-messages.ts';
import { type Collector, startCollector } from '../unit/telemetry/collector.ts';
import { filesIn } from './clear-values.ts';
import { everyMask } from './masked-catalog.ts';
import { openPrivateShop, type PrivateShop, piiKey } from './private-shop.ts';
import { openQuotingApi, type Quoted, quotingRows, quotingSecrets } from './quoting-api.ts';

let shop: PrivateShop;
beforeAll(async () => {
  shop = await openPrivateShop({ orders: 60 });
});

const collectorSecret = 'made-up-secret-of-the-collector';

const sentTo = ({ endpoint }: Collector) => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${collectorSecret}`,
});

const told = ({ raw }: Collector) => Buffer.from(raw(), 'latin1').toString('utf8');

test('what a collector is told of reads, processes and mistakes', async () => {
  const collector = await startCollector();
  const environment = sentTo(collector);
  const config = fileWith(shop.settings());
  const tenants = newFolder();
  mkdirSync(join(tenants, 'acme'));
  writeFileSync(join(tenants, 'acme', 'config.json'), JSON.stringify(shop.settings()));
  const wrong = 'a-token-that-the-shop-does-not-know';
  const people = { isForPeople: true, environment };
  const outcomes = await Promise.all([
    shop.run('read', everyMask, { environment, args: ['--debug'] }),
    tapCentra(['--config', config, '--debug'], { environment }),
    sourceCentra(['read', '--config', config, '--format', 'jsonl', '--out', newFolder()], people),
    sourceCentra(['read-all', tenants, '--out', newFolder()], people),
    sourceCentra(['check', '--config', fileWith(shop.settings(everyMask, { api_token: wrong }))], {
      environment,
    }),
    sourceCentra(['check', '--config', JSON.stringify(shop.settings())], { environment }),
  ]);
  expect(outcomes.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
  for (const outcome of outcomes) shop.expectNobody(outcome, wrong, collectorSecret);
  const names = new Set(collector.spans().map(({ name }) => name));
  for (const name of ['source-centra read', 'tap-centra', 'source-centra read-all', 'stream orders'])
    expect(names).toContain(name);
  expect([...collector.metrics().keys()].some((name) => name.startsWith('source_centra.records'))).toBe(true);
  shop.expectNobody(told(collector), wrong);
});

/** Each way of reading, from an API that answers so, with a collector. */
async function readEveryWay(answer: Quoted) {
  const [api, collector] = await Promise.all([openQuotingApi(shop, answer), startCollector()]);
  const environment = sentTo(collector);
  const settings = shop.settings(everyMask, { endpoint: api, max_wait_minutes: 0 });
  const config = fileWith(settings);
  const [tenants, out] = [newFolder(), newFolder()];
  mkdirSync(join(tenants, 'acme'));
  writeFileSync(join(tenants, 'acme', 'config.json'), JSON.stringify(settings));
  const only = ['--only', 'orders', '--debug'];
  const outcomes = await Promise.all([
    sourceCentra(['read', '--config', config, ...only], { environment }),
    tapCentra(['--config', config, '--debug'], { environment }),
    // Each in a process of its own, into files.
    sourceCentra(['read-all', tenants, '--out', out, ...only], { isForPeople: true, environment }),
  ]);
  for (const [at, outcome] of outcomes.entries()) {
    expect(outcome.code, String(at)).not.toBe(0);
    expect((outcome.stdout + outcome.stderr).length).toBeGreaterThan(50);
    shop.expectNobody(outcome, collectorSecret);
  }
  for (const file of filesIn(out)) shop.expectNobody(`${file} ${readFileSync(file, 'utf8')}`);
  expect(collector.spans().some(({ status }) => status.code === 2)).toBe(true);
  shop.expectNobody(told(collector));
}

// Most of it is waiting between tries.
test.concurrent.each(Object.entries(quotingRows))('an API that quotes rows in %s', (_, answer) =>
  readEveryWay(answer(`${shop.clear.searched.slice(0, 40).join(' ')} ${shop.token} ${piiKey}`)),
);

test.concurrent.each(Object.entries(quotingSecrets))('an API that repeats secrets in %s', (_, answer) =>
  readEveryWay(answer(`${shop.token} may not, nor ${piiKey}.`)),
);
