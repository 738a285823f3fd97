// The main job, shown: a made-up shop, then spec, check, discover, a full read, a change, a read of just the change, and a
// change that a webhook tells of. README.md holds what this prints, so it is the same each time, but for ports and seconds.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const bin = join(import.meta.dirname, '..', 'bin', 'source-centra.js');
const folder = await mkdtemp(join(tmpdir(), 'source-centra-demo-'));
const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;

/** @param {string} text */
const bold = (text) => (isColoured ? `\u001b[1m${text}\u001b[22m` : text);

/** @param {string} text */
function title(text) {
  console.log(`\n${bold(text)}`);
}

/**
 * Runs a command to its end.
 * @param {string[]} args
 * @returns {Promise<any[]>} The messages that it printed.
 */
async function sourceCentra(args) {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const messages = [];
  for await (const line of createInterface({ input: child.stdout })) messages.push(JSON.parse(line));
  const code = child.exitCode ?? (await new Promise((resolve) => child.once('close', resolve)));
  if (code !== 0) throw new Error(`source-centra ${args[0]} ended with exit code ${code}.`);
  return messages;
}

/**
 * @param {string} name
 * @param {unknown} content
 */
async function file(name, content) {
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(content));
  return path;
}

/**
 * In the order of the catalog: streams are read side by side, and which comes first is chance.
 * @param {any[]} messages
 */
function countRecords(messages) {
  /** @type {Map<string, number>} */
  const counts = new Map(catalog.streams.map((/** @type {any} */ { name }) => [name, 0]));
  for (const { record } of messages)
    if (record) counts.set(record.stream, (counts.get(record.stream) ?? 0) + 1);
  return counts;
}

/** @param {any[]} messages */
function lastStates(messages) {
  return [
    ...new Map(
      messages.flatMap(({ state }) => (state ? [[state.stream.stream_descriptor.name, state]] : [])),
    ).values(),
  ];
}

async function startShop() {
  const shop = spawn(
    process.execPath,
    [
      ...[bin, 'sandbox', '--port', '0', '--orders', '500'],
      ...['--clock-start', '2026-05-01T12:00:00Z', '--clock-frozen'],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  for await (const line of createInterface({ input: shop.stdout })) return { shop, ...JSON.parse(line) };
  throw new Error('The sandbox did not start.');
}

/** What `discover` finds. @type {any} */
let catalog;
const { shop, endpoint, api_token, control } = await startShop();

/**
 * @param {string} path
 * @param {unknown} [body]
 */
async function tell(path, body) {
  const answer = await fetch(
    `${control}/${path}`,
    body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
  );
  return /** @type {Promise<any>} */ (answer.json());
}

try {
  title('A made-up Centra shop');
  console.log(`  GraphQL at ${endpoint}, with tokens, permissions and rate limits as the real one has them`);
  const config = await file('config.json', { endpoint, api_token });

  title('spec     what the configuration may hold');
  const [{ spec }] = await sourceCentra(['spec']);
  console.log(`  ${Object.keys(spec.connectionSpecification.properties).join(', ')}`);

  title('check    endpoint, token and permissions');
  const checked = (await sourceCentra(['check', '--config', config])).find(
    ({ type }) => type === 'CONNECTION_STATUS',
  );
  console.log(
    `  ${checked.connectionStatus.status}: ${checked.connectionStatus.message.replaceAll('. ', '.\n  ')}`,
  );

  title('discover the streams, from the tenant catalog and the shop’s own schema');
  catalog = (await sourceCentra(['discover', '--config', config])).find(
    ({ type }) => type === 'CATALOG',
  ).catalog;
  for (const { name, json_schema, source_defined_primary_key, default_cursor_field } of catalog.streams) {
    const columns = String(Object.keys(json_schema.properties).length).padStart(3);
    const key = source_defined_primary_key.flat().join(', ');
    console.log(
      `  ${name.padEnd(17)}${columns} columns   key ${key.padEnd(29)} cursor ${default_cursor_field[0]}`,
    );
  }
  // The shop's last changes are of this very second, which is not over: a read leaves them to the next one.
  await tell('advance', { seconds: 60 });
  const configured = await file('catalog.json', {
    streams: catalog.streams.map((/** @type {any} */ stream) => ({
      stream,
      sync_mode: 'incremental',
      destination_sync_mode: 'append_dedup',
    })),
  });

  title('read     everything, the first time');
  const first = await sourceCentra(['read', '--config', config, '--catalog', configured]);
  const held = await tell('counts');
  for (const [stream, count] of countRecords(first)) {
    const isWhole = held[stream] === count;
    if (!isWhole) process.exitCode = 1;
    const verdict = isWhole ? 'as many as the shop holds' : `but the shop holds ${held[stream]}`;
    console.log(`  ${stream.padEnd(17)}${String(count).padStart(5)} records, ${verdict}`);
  }

  title('change   a minute later: an order is edited, a return completed, a delivery arrives');
  await tell('advance', { seconds: 120 });
  await tell('change', {
    changes: [
      { kind: 'orders.update', count: 1 },
      { kind: 'returns.complete', count: 1 },
      { kind: 'deliveries.advance', count: 1 },
    ],
  });
  await tell('advance', { seconds: 60 });

  title(
    'read     again, from the state: just the change (and inventory, which is always a snapshot); two rows a stream are shown',
  );
  const state = await file('state.json', lastStates(first));
  const second = await sourceCentra(['read', '--config', config, '--catalog', configured, '--state', state]);
  for (const { name } of catalog.streams) {
    const rows = second.filter(({ record }) => record?.stream === name && name !== 'inventory');
    for (const { record } of rows.slice(0, 2))
      console.log(`  ${record.stream.padEnd(17)}${JSON.stringify(record.data).slice(0, 110)}…`);
  }
  for (const [stream, count] of countRecords(second))
    console.log(`  ${stream.padEnd(17)}${String(count).padStart(5)} records`);

  title('serve    a webhook tells that an order has changed, and its record is there a moment later');
  await realTime(config);
  console.log(`\nThat is the whole of it. Next: ${bold('A first real read')} in README.md.`);
} finally {
  shop.kill();
  await rm(folder, { recursive: true, force: true });
}

/** @param {string} config */
async function realTime(config) {
  await sourceCentraForPeople(['webhook', 'create', '--tenant', 'demo', '--config', config]);
  const { webhook_id, webhook_secret } = JSON.parse(await readFile(config, 'utf8'));
  const secretFile = join(folder, webhook_secret.slice('${file:'.length, -1));
  const serving = spawn(
    process.execPath,
    [bin, 'serve', '--config', config, '--port', '0', '--read', '--only', 'orders'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    let changedMs = 0;
    let address = '';
    for await (const line of createInterface({ input: serving.stdout })) {
      const { log, record, state } = JSON.parse(line);
      address ||= /received at (\S+)\/centra/.exec(log?.message ?? '')?.[1] ?? '';
      // The first state without anything owed: all of the past has been read.
      if (changedMs === 0 && state !== undefined && state.stream.stream_state.owed.length === 0) {
        const secret = (await readFile(secretFile, 'utf8')).trim();
        await tell('webhooks', { url: `${address}/centra/${webhook_id}`, secret });
        await tell('advance', { seconds: 30 });
        changedMs = Date.now();
        await tell('change', { changes: [{ kind: 'orders.update', count: 1 }] });
      } else if (changedMs > 0 && record !== undefined) {
        const seconds = ((Date.now() - changedMs) / 1000).toFixed(1);
        console.log(`  ${record.stream.padEnd(17)}${JSON.stringify(record.data).slice(0, 110)}…`);
        console.log(`  ${seconds} s after the change, through Centra's signed call, the inbox and the API`);
        return;
      }
    }
    throw new Error('serve ended before the record came.');
  } finally {
    serving.kill();
    await new Promise((resolve) => (serving.exitCode === null ? serving.once('close', resolve) : resolve(0)));
  }
}

/** @param {string[]} args */
async function sourceCentraForPeople(args) {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`source-centra ${args.join(' ')} ended with exit code ${code}.`);
}
