// How fast webhooks are acknowledged: signed calls of one event each at a steady rate, answered after the events are on disk,
// with an inbox in a folder, or with receivers that share a PostgreSQL server. The sender runs here, on the same machine.

import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findPostgresBinaries, POSTGRES_HINT, startPostgres } from '../test/conformance/postgres.mjs';
import { conclude, printTable, withFolder } from './proof-harness.mjs';
import { MOST_PEAK_MB, MOST_START_MS, peakMemory, startReceiver, webhookParts } from './webhook-harness.mjs';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
    connections: { type: 'string', default: '64' },
    only: { type: 'string', default: '' },
    'warm-up': { type: 'string', default: '3' },
  },
});
const rate = Number(values.rate);
const seconds = Number(values.seconds);
const connections = Number(values.connections);
const warmUp = Number(values['warm-up']);
const mostMs = 50;
const share = 0.99;

const parts = await webhookParts('bench');
const { acme } = parts;
const [secret = ''] = acme.secrets;
let lastId = 0;

/**
 * Sends at a steady rate, however slow the answers are: what is late by the sender's own fault counts as late too.
 * @param {readonly string[]} urls Used in turn.
 * @param {number} forSeconds
 */
async function send(urls, forSeconds) {
  const senders = urls.map((url) => parts.sender.createSender(url, Math.ceil(connections / urls.length)));
  /** @type {number[]} */
  const tookMs = [];
  /** @type {Map<string, number>} */
  const statuses = new Map();
  /** @type {string[]} */
  const acknowledged = [];
  /** @type {Set<Promise<void>>} */
  const underWay = new Set();
  const startedMs = performance.now();
  const total = rate * forSeconds;
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedMs) / 1000) * rate));
    for (; sent < due; sent += 1) {
      const sender = senders[sent % senders.length];
      if (sender === undefined) throw new Error('There is no receiver.');
      const dueMs = startedMs + (sent / rate) * 1000;
      const id = String(++lastId);
      const call = parts.sender.callOf([{ id }], { secret, sentAt: Math.floor(Date.now() / 1000) });
      const sending = sender.send(`/centra/${acme.id}`, call).then((status) => {
        tookMs.push(performance.now() - dueMs);
        const name = String(status ?? 'no answer');
        statuses.set(name, (statuses.get(name) ?? 0) + 1);
        if (status === 200) acknowledged.push(id);
        underWay.delete(sending);
      });
      underWay.add(sending);
    }
    await wait(1);
  }
  await Promise.all(underWay);
  const tookSeconds = (performance.now() - startedMs) / 1000;
  await Promise.all(senders.map((sender) => sender.close()));
  tookMs.sort((left, right) => left - right);
  return { tookMs, statuses, acknowledged, tookSeconds };
}

/**
 * The processor time of a process, in seconds; NaN where the system does not tell.
 * @param {number | undefined} pid
 */
async function cpuOf(pid) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN)) / 100;
}

/** @param {readonly import('./webhook-harness.mjs').Running[]} running */
async function cpuOfAll(running) {
  const each = await Promise.all(running.map(({ child }) => cpuOf(child.pid)));
  return each.reduce((sum, one) => sum + one, 0);
}

/**
 * @param {string} location
 * @param {readonly string[]} acknowledged
 */
async function countLost(location, acknowledged) {
  const inbox = await parts.openInbox(location);
  const owed = new Set(acknowledged);
  for (;;) {
    const claims = await inbox.claim(acme.name, { limit: 2_000, types: ['order'] });
    if (claims.length === 0) break;
    for (const { id } of claims) owed.delete(id);
    await inbox.done(claims);
  }
  await inbox.close();
  return owed.size;
}

/** @type {string[]} */
const broken = [];

/**
 * @param {string} name
 * @param {string} location
 * @param {number} receivers
 * @param {() => Promise<number>} syncs How often the disk was waited for; NaN where nobody counts.
 * @param {boolean} [isSmall] Whether its start and its memory are held to a measure, too.
 */
async function measure(name, location, receivers, syncs, isSmall = false) {
  const running = [];
  for (let at = 0; at < receivers; at += 1)
    running.push(await startReceiver(parts.receiverProgram, location));
  const urls = running.map(({ url }) => url);
  const warm = await send(urls, warmUp);
  const cpuBefore = process.cpuUsage();
  const receiversBefore = await cpuOfAll(running);
  const syncsBefore = await syncs();
  const { tookMs, statuses, acknowledged, tookSeconds } = await send(urls, seconds);
  const syncsAfter = await syncs();
  const cpu = process.cpuUsage(cpuBefore);
  const receiversCpu = (await cpuOfAll(running)) - receiversBefore;
  const metrics = await (await fetch(`${running[0]?.statusUrl}/metrics`)).text();
  const commits = Number(/commit_seconds_count (\d+)/.exec(metrics)?.[1] ?? Number.NaN);
  const peaks = await Promise.all(running.map(({ child }) => peakMemory(child.pid)));
  const startMs = Math.max(...running.map((receiver) => receiver.startMs));
  await Promise.all(running.map((receiver) => receiver.end('SIGTERM')));
  const lost = await countLost(location, [...warm.acknowledged, ...acknowledged]);
  const at = (/** @type {number} */ part) => tookMs[Math.floor(tookMs.length * part)] ?? Number.NaN;
  const inTime = tookMs.filter((ms) => ms < mostMs).length / tookMs.length;
  console.log(`\n${name}`);
  printTable([
    ['calls', tookMs.length],
    ['calls a second', Math.round(tookMs.length / tookSeconds)],
    ['answers', [...statuses].map(([status, count]) => `${count} × ${status}`).join(', ')],
    ['answered under 50 ms, %', (inTime * 100).toFixed(2)],
    ['median ms', at(0.5).toFixed(1)],
    ['99 % within ms', at(0.99).toFixed(1)],
    ['longest ms', at(0.999999).toFixed(1)],
    ['commits of the first receiver', commits],
    ...(Number.isNaN(syncsAfter) ? [] : [['log writes waited for', syncsAfter - syncsBefore]]),
    ["sender's CPU, seconds", ((cpu.user + cpu.system) / 1e6).toFixed(1)],
    ["receivers' CPU, seconds", receiversCpu.toFixed(1)],
    ['until it listened, ms', Math.round(startMs)],
    ['memory at its peak, MB', Math.round(Math.max(...peaks))],
    ['acknowledged and lost', lost],
  ]);
  if (lost > 0) broken.push(`${name}: ${lost} acknowledged events were lost.`);
  if (acknowledged.length !== rate * seconds) broken.push(`${name}: not all calls were answered with 200.`);
  if (isSmall && startMs > MOST_START_MS)
    broken.push(`${name}: it took ${Math.round(startMs)} ms until it listened, more than ${MOST_START_MS}.`);
  if (isSmall && Math.max(...peaks) > MOST_PEAK_MB)
    broken.push(`${name}: it took ${Math.round(Math.max(...peaks))} MB, more than ${MOST_PEAK_MB}.`);
  if (tookSeconds > seconds * 1.02) broken.push(`${name}: the rate was not reached.`);
  if (!(inTime >= share))
    broken.push(`${name}: fewer than ${share * 100} % were answered under ${mostMs} ms.`);
}

const wants = (/** @type {string} */ name) => values.only === '' || values.only === name;
if (wants('folder')) {
  await withFolder((folder) =>
    measure('Inbox in a folder, one receiver', folder, 1, () => Promise.resolve(Number.NaN), true),
  );
  await withFolder((folder) =>
    measure('Inbox in a folder, three receivers', folder, 3, () => Promise.resolve(Number.NaN)),
  );
}
if (wants('postgres')) {
  const binaries = await findPostgresBinaries();
  if (binaries === undefined) {
    broken.push(`The part with PostgreSQL did not run. ${POSTGRES_HINT}`);
  } else {
    // As a server that must lose nothing is set.
    const server = await startPostgres(binaries, {
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
    });
    try {
      const { user, password, host, port, database } = server.connection;
      await measure(
        `PostgreSQL ${server.version}, two receivers`,
        `postgres://${user}:${password}@${host}:${port}/${database}`,
        2,
        async () =>
          Number((await server.query('select wal_sync from pg_stat_wal'))[0]?.wal_sync ?? Number.NaN),
      );
    } finally {
      await server.stop();
    }
  }
}
conclude(broken);
