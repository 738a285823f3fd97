// That nothing which comes over the network harms a webhook receiver: made-up requests of every kind, slow senders beside them.
// No crash, no memory growth, no 200 to anything unsigned, and every good call stored.
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildPrograms } from '../test/unit/webhook/build-programs.mjs';
import { conclude, diceOf, printTable, withFolder } from './proof-harness.mjs';
import { startReceiver, webhookParts } from './webhook-harness.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    senders: { type: 'string', default: '24' },
    slow: { type: 'string', default: '40' },
    'most-mib': { type: 'string', default: '32' },
  },
});
const requests = Number(values.requests);
const senders = Number(values.senders);
const slow = Number(values.slow);
const mostMib = Number(values['most-mib']);
const dice = diceOf(Number(values.seed));

const parts = await webhookParts('fuzz');
const sources = ['test/unit/webhook/fuzz-calls.ts', 'test/unit/webhook/fuzz-sender.ts'];
const at = await buildPrograms('fuzz-calls', sources);
/** @type {typeof import('../test/unit/webhook/fuzz-calls.ts')} */
const { fuzzCall } = await import(at(sources[0] ?? ''));
/** @type {typeof import('../test/unit/webhook/fuzz-sender.ts')} */
const { sendFuzz, sendSlowly } = await import(at(sources[1] ?? ''));

/** @type {Set<string>} */
const broken = new Set();
/** @type {Map<string, Map<string, number>>} */
const byKind = new Map();
/** The memory of the receiver in MiB, by the share of the requests that had been sent. */
const memory = /** @type {{ share: number, mib: number }[]} */ ([]);
let sent = 0;
let good = 0;
let cutOff = 0;
let longestMs = 0;

/** @param {number | undefined} pid */
async function memoryOf(pid) {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(text)?.[1] ?? Number.NaN) / 1024;
}

/**
 * @param {number} from
 * @param {number} to
 */
function medianMemory(from, to) {
  const part = memory.filter(({ share }) => share >= from && share < to).map(({ mib }) => mib);
  return part.sort((left, right) => left - right)[part.length >> 1] ?? Number.NaN;
}

await withFolder(async (folder) => {
  const running = await startReceiver(parts.receiverProgram, folder);
  let isOver = false;
  running.child.once('close', () => {
    if (!isOver) broken.add('The receiver ended.');
    isOver = true;
  });
  const port = Number(new URL(running.url).port);
  const heads = [
    `POST /centra/${parts.acme.id} HTTP/1.1\r\nHost: x\r\nX-Slow: `,
    `POST /centra/${parts.acme.id} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nX-Centra-Signature: ${
      parts.sender.signedCall('x', {
        secret: parts.acme.secrets[0] ?? '',
        sentAt: Math.floor(Date.now() / 1000),
      }).headers['x-centra-signature']
    }\r\n\r\n`,
    'PO',
  ];
  const dripping = Array.from({ length: slow }, async () => {
    while (!isOver) {
      const sender = sendSlowly(port, heads[Math.floor(dice() * heads.length)] ?? '', 200);
      const startedMs = performance.now();
      while (!isOver && sender.cutOffAfterMs() === undefined) {
        await wait(100);
        if (performance.now() - startedMs > 20_000) {
          broken.add('A slow sender was put up with for more than 20 s.');
          break;
        }
      }
      const ms = sender.cutOffAfterMs();
      if (ms !== undefined && !isOver) {
        cutOff += 1;
        longestMs = Math.max(longestMs, ms);
      }
      sender.end();
    }
  });
  const looking = (async () => {
    while (!isOver) {
      memory.push({ share: sent / requests, mib: await memoryOf(running.child.pid) });
      await wait(250);
    }
  })();
  const sending = Array.from({ length: senders }, async () => {
    while (sent < requests && !isOver) {
      sent += 1;
      const call = fuzzCall(dice, Math.floor(Date.now() / 1000));
      const status = await sendFuzz(port, call).catch((error) => String(error));
      const counts = byKind.get(call.kind) ?? new Map();
      byKind.set(
        call.kind,
        counts.set(String(status ?? 'hung up'), (counts.get(String(status ?? 'hung up')) ?? 0) + 1),
      );
      if (call.isGood) good += 1;
      if (status === 200 && !call.isSigned)
        broken.add(`A call was answered with 200 that is not signed: ${call.kind}.`);
      if (status !== 200 && call.isGood) broken.add(`A good call was answered with ${status}.`);
      if (typeof status === 'string') broken.add(`${status} (${call.kind})`);
      if (typeof status === 'number' && status >= 500)
        broken.add(`A call was answered with ${status}: ${call.kind}.`);
      if (process.stdout.isTTY && sent % 1_000 === 0) process.stdout.write(`\r${sent} of ${requests}`);
    }
  });
  await Promise.all(sending);
  const ready = await fetch(`${running.statusUrl}/readyz`).then(({ status }) => status, String);
  if (ready !== 200) broken.add(`At the end the receiver was not ready (${ready}).`);
  isOver = true;
  await Promise.all([looking, ...dripping]);
  await running.end('SIGTERM');
});
if (process.stdout.isTTY) process.stdout.write('\n');

const early = medianMemory(0.2, 0.4);
const late = medianMemory(0.8, 1.01);
if (!(late - early < mostMib))
  broken.add(`The receiver's memory grew from ${early.toFixed(0)} to ${late.toFixed(0)} MiB.`);
if (good === 0) broken.add('No good call was sent.');
printTable([
  ['kind', 'answers'],
  ...[...byKind]
    .sort(([left], [right]) => left.localeCompare(right))
    .map(([kind, counts]) => [
      kind,
      [...counts]
        .sort(([left], [right]) => left.localeCompare(right))
        .map(([status, count]) => `${count} × ${status}`)
        .join(', '),
    ]),
]);
console.log();
printTable([
  ['requests', sent],
  ['of these good, all answered with 200', good],
  ['slow senders cut off', cutOff],
  ['the longest that one was put up with, s', (longestMs / 1000).toFixed(1)],
  ['memory at 20-40 % of the requests, MiB', early.toFixed(0)],
  ['memory at 80-100 % of the requests, MiB', late.toFixed(0)],
]);
conclude([...broken]);
