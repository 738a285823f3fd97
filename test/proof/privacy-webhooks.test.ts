import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openInbox } from '../../src/inbox/open-inbox.ts';
import { openSqlite } from '../../src/inbox/sqlite.ts';
import { type Followed, type Format, followedShop, serve } from '../command/feed.ts';
import { fileWith, sourceCentra } from '../command/harness.ts';
import { newFolder } from '../command/plain-folder.ts';
import { start, until } from '../command/running.ts';
import { tapCentra } from '../command/singer-messages.ts';
import { startCollector } from '../unit/telemetry/collector.ts';
import { signedCall } from '../unit/webhook/sender.ts';
import { foundIn, foundInFiles } from './clear-values.ts';
import { everyMask } from './masked-catalog.ts';
import { type PrivateShop, piiKey, privateShop } from './private-shop.ts';

interface Told {
  readonly shop: PrivateShop;
  readonly config: string;
  readonly inbox: string;
  readonly secrets: readonly string[];
  readonly webhook: Followed['webhook'];
}

/** A shop full of people, whose clock runs, with a webhook. */
async function toldShop(more: object = {}): Promise<Told> {
  const { shop, config, webhook } = await followedShop({
    pii_key: piiKey,
    tenant_catalog: { source: 'inline', yaml: everyMask },
    ...more,
  });
  const { webhook_inbox: inbox } = JSON.parse(readFileSync(config, 'utf8')) as { webhook_inbox: string };
  return { shop: await privateShop(shop), config, inbox, webhook, secrets: [webhook.id, webhook.secret] };
}

const planted = {
  email: 'planted.person@example.com',
  firstName: 'Plantagenet',
  lastName: 'Von Planted',
  city: 'Plantingham on Sea',
};
const plantedValues = Object.values(planted);

interface Urls {
  readonly url: string;
  readonly statusUrl: string;
}

/** Every answer that a stranger, or Centra with a mistake, can get. */
async function everyAnswer({ url, statusUrl }: Urls, { webhook, shop }: Told): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const path = `/centra/${webhook.id}`;
  const post = (headers: Readonly<Record<string, string>>, body: string, to = path, method = 'POST') =>
    fetch(url + to, { method, headers, ...(method === 'GET' ? {} : { body }) });
  const signed = (body: string, more = {}) =>
    signedCall(body, { secret: webhook.secret, sentAt: now, ...more });
  const people = JSON.stringify({ events: [{ ...planted, id: planted.email, type: planted.lastName }] });
  const form = `payload=${encodeURIComponent(people)}`;
  const bodies = [form, `payload=${planted.email}`, planted.email, `payload=${encodeURIComponent('{}')}`];
  const calls = [
    post({}, form),
    post({ 'x-centra-signature': planted.email }, form),
    post(signed(form, { secret: 'another-secret' }).headers, form),
    post(signed(form, { sentAt: now - 9_999 }).headers, form),
    post(signed(form, { sentAt: now + 9_999 }).headers, form),
    post({ ...signed(form).headers, 'content-encoding': 'gzip' }, form),
    post(signed('x'.repeat(2 * 1024 * 1024)).headers, 'x'.repeat(2 * 1024 * 1024)).catch(() => undefined),
    post({}, form, `/centra/${planted.firstName}-${'x'.repeat(24)}`),
    post({}, form, `/${encodeURIComponent(planted.email)}`),
    post({}, '', path, 'GET'),
    post({}, form, path, 'PUT'),
    ...bodies.map((body) => post(signed(body).headers, body)),
    ...['/healthz', '/readyz', '/metrics', '/', path].flatMap((to) =>
      [url, statusUrl].map((from) => fetch(from + to, { headers: { cookie: shop.token } })),
    ),
  ];
  const answers = await Promise.all(calls);
  const texts = answers.map(async (answer) =>
    answer === undefined
      ? ''
      : `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`,
  );
  return (await Promise.all(texts)).join('\n');
}

/** Changes orders of the shop, with people in them, and waits until the receiver has written them. */
async function tellOfPeople(
  { url, statusUrl }: Urls,
  { shop, webhook }: Told,
  isRead: boolean,
): Promise<void> {
  await shop.control('webhooks', { url: `${url}/centra/${webhook.id}`, secret: webhook.secret, batchMs: 20 });
  await shop.change(
    {
      kind: 'orders.update',
      count: 5,
      set: { shippingAddress: planted, otherComment: planted.lastName, internalComment: planted.email },
    },
    { kind: 'orders.create', count: 3 },
  );
  const wanted = isRead
    ? /written_objects_total\{[^}]*\} ([8-9]|\d\d)/
    : /events_total\{[^}]*\} ([8-9]|\d\d)/;
  const metrics = async () => (await fetch(`${statusUrl}/metrics`)).text();
  await until(async () => wanted.test(await metrics()), 'what the shop told of is dealt with');
}

/** Whatever an inbox holds: which object of which shop, what has become of it, and when. */
async function expectOnlyIdsIn(inbox: string, shop: PrivateShop, told: readonly string[]): Promise<void> {
  const found = foundInFiles(inbox, told);
  const empty = newFolder();
  await (await openInbox(empty)).close();
  // The names of its own tables and columns may be somebody's, too.
  expect(found).toEqual(foundInFiles(empty, found));
  const database = await openSqlite(inbox);
  try {
    const holds: Readonly<Record<string, RegExp>> = {
      tenant: new RegExp(`^${new URL(shop.endpoint).host}$`),
      type: /^[a-z]+$/,
      id: /^\d+$/,
      action: /^[a-z_]*$/,
      last_action: /^[a-z_]*$/,
      signature: /^[0-9a-f]{64}$/,
      claim_token: /^[\da-f-]{36}$/,
      claimant: /^(serve|read) \d+$/,
      reason: /^[A-Z][a-z ]+\.$/,
      name: /^[a-z, ]+$/,
    };
    const columns = await database.query(
      `select t.name as table_name, c.name as column_name from sqlite_schema as t, pragma_table_info(t.name) as c
       where t.type = 'table' and c.type = 'text' collate nocase`,
    );
    expect(columns.length).toBeGreaterThan(10);
    let seen = 0;
    for (const { table_name: table, column_name: column } of columns) {
      const rows = await database.query(`select "${column}" as value from "${table}"`);
      for (const { value } of rows) {
        seen += 1;
        if (value !== null) expect(value, `${table}.${column}`).toMatch(holds[String(column)] ?? /^$/);
      }
    }
    expect(seen).toBeGreaterThan(20);
  } finally {
    await database.close();
  }
}

/** Fails where somebody is shown in a text, of before or after the changes. */
function expectNobodyTold(text: string, { shop, secrets }: Told): void {
  shop.expectNobody(text, ...secrets, ...plantedValues);
}

describe('serve', () => {
  test.each<[string, readonly string[]]>([
    ['a receiver alone', ['--log-format', 'json']],
    ...(['airbyte', 'singer'] satisfies Format[]).map((format): [string, readonly string[]] => [
      `--read --format ${format}`,
      ['--read', '--format', format],
    ]),
  ])('%s', async (_, args) => {
    const told = await toldShop();
    const { shop, config, inbox, secrets } = told;
    const collector = await startCollector();
    const server = await serve(['--config', config, '--port', '0', '--debug', ...args], undefined, {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    });
    await tellOfPeople(server, told, args.includes('--read'));
    const answers = await everyAnswer(server, told);
    for (const status of [200, 400, 401, 404, 405, 413, 415]) expect(answers).toContain(`${status} [`);
    expectNobodyTold(answers, told);
    expect(await server.end('SIGTERM')).toBe(0);
    const { stdout, stderr } = server.said;
    expect(stdout + stderr).toContain('was refused');
    expectNobodyTold(`${stdout}\n${stderr}`, told);
    expect(collector.raw()).toContain('source-centra serve');
    expectNobodyTold(Buffer.from(collector.raw(), 'latin1').toString('utf8'), told);
    await expectOnlyIdsIn(inbox, shop, [
      ...shop.clear.searched,
      ...plantedValues,
      ...secrets,
      shop.token,
      piiKey,
    ]);
    expect(readdirSync(inbox)).toContain('inbox.sqlite');
  });

  test('the search of an inbox finds what is in it', async () => {
    const folder = newFolder();
    const database = await openSqlite(folder);
    await database.query(
      `insert into dead_letter (tenant, type, id, reason, failures, last_received_ms, died_ms) values ('a', 'b', 'c', 'Plantagenet', 1, 0, 0)`,
    );
    await database.close();
    expect(foundInFiles(folder, plantedValues)).toEqual(['Plantagenet']);
  });
});

describe('webhook create and webhook test', () => {
  test('the secret is printed once, where it is meant to be, and nowhere else', async () => {
    const { shop } = await followedShop();
    const collector = await startCollector();
    const options = {
      isForPeople: true,
      environment: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      },
    };
    const config = fileWith({ endpoint: shop.endpoint, api_token: shop.token, pii_key: piiKey });
    const create = (...args: readonly string[]) =>
      sourceCentra(
        ['webhook', 'create', '--tenant', 'acme', '--config', config, '--debug', ...args],
        options,
      );
    const made = await create('--inbox', newFolder());
    const secretIn = (text: string) => /Endpoint secret +(\S+)/.exec(text)?.[1] ?? '';
    const secret = secretIn(made.stdout);
    expect(secret.length).toBeGreaterThan(40);
    expect(made.stdout.split(secret)).toHaveLength(2);
    const id = /\/centra\/(\S+)/.exec(made.stdout)?.[1] ?? '';
    expect(made.stdout.split(id)).toHaveLength(2);
    expect(foundIn(made.stdout, [shop.token, piiKey])).toEqual([]);
    const settings = readFileSync(config, 'utf8');
    expect(settings).not.toContain(secret);

    const again = await create();
    const mistaken = await create('--rotate', '--secret-env', `${secret}=`);
    const nowhere = await create('--rotate', '--url', `http://someone:${secret}@hooks.acme.com`);
    expect([again.code, mistaken.code, nowhere.code]).toEqual([2, 2, 2]);
    const rotated = await create('--rotate');
    const next = secretIn(rotated.stdout);
    expect(rotated.stdout.split(next)).toHaveLength(2);
    for (const { stdout, stderr } of [again, mistaken, nowhere, rotated])
      expect(foundIn(`${stdout.replace(next, '')}\n${stderr}`, [secret, id, shop.token, piiKey])).toEqual([]);
    expect(foundIn(made.stderr + rotated.stderr, [secret, next])).toEqual([]);

    const test = (url: string, ...args: readonly string[]) =>
      sourceCentra(
        ['webhook', 'test', '--config', config, '--url', url, '--wait', '1s', '--debug', ...args],
        options,
      );
    const server = await serve(['--config', config, '--port', '0']);
    const outcomes = [
      await test(server.url, '--order', '1001'),
      await test(server.url),
      await test('http://someone:planted-password@127.0.0.1:9', '--order', '1001'),
      await test('ftp://someone:planted-password@127.0.0.1:9'),
    ];
    expect(outcomes[0]?.stdout).toContain('It answers 200');
    expect(await server.end('SIGTERM')).toBe(0);
    const hidden = [secret, next, id, shop.token, piiKey, 'planted-password'];
    for (const { stdout, stderr } of [...outcomes, server.said])
      expect(foundIn(`${stdout}\n${stderr}`, hidden)).toEqual([]);
    expect(collector.raw()).toContain('source-centra webhook');
    expect(foundIn(collector.raw(), hidden)).toEqual([]);
  });
});

/** A port on which a server answers whoever says the password that it is wrong, and repeats it. */
async function quotingPostgres(): Promise<number> {
  const message = (type: string, body: Buffer) => {
    const head = Buffer.alloc(5);
    head.write(type, 0);
    head.writeInt32BE(body.length + 4, 1);
    return Buffer.concat([head, body]);
  };
  const server = createTcpServer((socket) => {
    let step = 0;
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        step += 1;
        if (step === 1) return void socket.write(message('R', Buffer.from([0, 0, 0, 3])));
        const said = `SFATAL\0C28P01\0Mwrong password ${data.toString('utf8', 5)}`;
        socket.end(message('E', Buffer.from(`${said.replace(/\0+$/, '')}\0\0`)));
      });
  }).unref();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('an inbox that cannot be opened', () => {
  const password = 'planted/pass word%';
  let closed: number;
  let quoting: number;
  beforeAll(async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    closed = (server.address() as AddressInfo).port;
    await new Promise((resolve) => server.close(resolve));
    quoting = await quotingPostgres();
  });

  const written = encodeURIComponent(password);
  const places: readonly [string, () => string, 'good' | 'bad'][] = [
    ['a server that is down', () => `postgresql://someone:${written}@127.0.0.1:${closed}/inbox`, 'good'],
    [
      'a server that repeats the password',
      () => `postgresql://someone:${written}@127.0.0.1:${quoting}/inbox`,
      'good',
    ],
    [
      'a password with a % that begins nothing',
      () => `postgresql://someone:planted-100%@127.0.0.1:${quoting}/inbox`,
      'good',
    ],
    [
      'a password that cuts the address in two',
      () => `postgresql://someone:${password}@127.0.0.1/inbox`,
      'bad',
    ],
    ['another database', () => 'mysql://someone:planted-password@127.0.0.1/inbox', 'bad'],
  ];

  test.each(places)('%s', async (_, placeOf, kind) => {
    const isGood = kind === 'good';
    const place = placeOf();
    const { shop, config, secrets, webhook } = await toldShop({ webhook_inbox: place });
    const hidden = [
      place,
      password,
      encodeURIComponent(password),
      'planted-password',
      'planted-100%',
      ...secrets,
    ];
    const options = { isForPeople: true };
    const people = ['--config', config, '--debug'];
    const server = start(['serve', ...people, '--port', '0', '--metrics-port', '0']);
    onTestFinished(() => void server.child.kill('SIGKILL'));
    const [read, tap, folder, tested] = await Promise.all([
      sourceCentra(['read', ...people, '--only', 'returns']),
      tapCentra(people),
      sourceCentra(
        ['read', ...people, '--format', 'jsonl', '--out', newFolder(), '--only', 'returns'],
        options,
      ),
      sourceCentra(['webhook', 'test', ...people, '--url', 'http://127.0.0.1:9', '--order', '1'], options),
    ]);
    expect([read.code, tap.code, folder.code]).toEqual(isGood ? [0, 0, 0] : [2, 2, 2]);
    if (isGood) {
      await until(() => /received at (\S+)\/centra/.test(server.said.stderr), 'it listens');
      const url = /received at (\S+)\/centra/.exec(server.said.stderr)?.[1] ?? '';
      const statusUrl = /readyz answer at (http:\/\/[\d.]+:\d+)/.exec(server.said.stderr)?.[1] ?? '';
      const body = 'payload=%7B%22events%22%3A%5B%5D%7D';
      const { headers } = signedCall(body, { secret: webhook.secret, sentAt: Math.floor(Date.now() / 1000) });
      const answer = await fetch(`${url}/centra/${webhook.id}`, { method: 'POST', headers, body });
      expect(answer.status).toBe(503);
      shop.expectNobody(await answer.text(), ...hidden);
      shop.expectNobody(await (await fetch(`${statusUrl}/metrics`)).text(), ...hidden);
      server.child.kill('SIGTERM');
    }
    const served = await server.ended;
    expect(served.code).toBe(isGood ? 0 : 2);
    for (const outcome of [read, tap, folder, tested, served]) shop.expectNobody(outcome, ...hidden);
  });
});
