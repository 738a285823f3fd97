// That a webhook receiver which is killed under load loses no event that it has acknowledged: kill -9 at random moments, with
// an inbox in a folder, each time asking the receiver that comes after for all that was acknowledged before. Then kills while
// a new inbox is being made.

import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { conclude, diceOf, printTable, withFolder } from './proof-harness.mjs';
import { peakMemory, spawnReceiver, startReceiver, webhookParts } from './webhook-harness.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    'start-kills': { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    senders: { type: 'string', default: '32' },
  },
});
const kills = Number(values.kills);
const startKills = Number(values['start-kills']);
const senders = Number(values.senders);
const dice = diceOf(Number(values.seed));
const parts = await webhookParts('kill');
const { acme } = parts;
const [secret = ''] = acme.secrets;

/** @type {string[]} */
const broken = [];
let lastId = 0;
let acknowledged = 0;
let unanswered = 0;
let refused = 0;
let kept = 0;
/** @type {number[]} */
const startsMs = [];
/** @type {number[]} */
const peaks = [];

/**
 * Sends until the receiver is gone, and gives the ids that were acknowledged.
 * @param {import('./webhook-harness.mjs').Running} running
 * @param {number} killAfter So many acknowledged events, and then some milliseconds: a busy machine gets as far as an idle one.
 */
async function load(running, killAfter) {
  const sender = parts.sender.createSender(running.url, senders);
  /** @type {Set<string>} */
  const ids = new Set();
  let isOver = false;
  /** @type {() => void} */
  let reached = () => undefined;
  const enough = new Promise((resolve) => {
    reached = () => resolve(undefined);
  });
  let isKilled = false;
  running.child.once('close', () => {
    if (!isKilled) broken.push('The receiver ended by itself.');
    reached();
  });
  const work = Array.from({ length: senders }, async () => {
    while (!isOver) {
      const events = Array.from({ length: 1 + Math.floor(dice() * 5) }, () => ({ id: ++lastId }));
      const call = parts.sender.callOf(events, { secret, sentAt: Math.floor(Date.now() / 1000) });
      const status = await sender.send(`/centra/${acme.id}`, call);
      if (status === 200) for (const { id } of events) ids.add(String(id));
      else if (status === undefined) unanswered += events.length;
      else refused += events.length;
      if (ids.size >= killAfter) reached();
    }
  });
  await enough;
  await wait(dice() * 20);
  isKilled = true;
  peaks.push(await peakMemory(running.child.pid));
  await running.end('SIGKILL');
  isOver = true;
  await Promise.all(work);
  await sender.close();
  return ids;
}

/**
 * Takes all that waits, as a reader would, and says which ids it was.
 * @param {string} folder
 */
async function takeAll(folder) {
  const inbox = await parts.openInbox(folder);
  /** @type {Set<string>} */
  const ids = new Set();
  for (;;) {
    const claims = await inbox.claim(acme.name, { limit: 500, types: ['order'] });
    if (claims.length === 0) break;
    for (const { id } of claims) ids.add(id);
    await inbox.done(claims);
  }
  await inbox.close();
  return ids;
}

await withFolder(async (folder) => {
  /** @type {Set<string>} */
  let owed = new Set();
  for (let round = 0; round <= kills; round += 1) {
    const running = await startReceiver(parts.receiverProgram, folder);
    if (round > 0) startsMs.push(running.startMs);
    const found = await takeAll(folder);
    const lost = [...owed].filter((id) => !found.has(id));
    if (lost.length > 0) broken.push(`Kill ${round} lost ${lost.length} acknowledged events.`);
    kept += owed.size - lost.length;
    if (round === kills) await running.end('SIGTERM');
    else owed = await load(running, dice() * 600);
    acknowledged += round === kills ? 0 : owed.size;
    if (process.stdout.isTTY) process.stdout.write(`\r${round} of ${kills} kills`);
  }
});
if (process.stdout.isTTY) process.stdout.write('\n');
if (acknowledged === 0) broken.push('Nothing was acknowledged, so nothing was proved.');

/** Within this time a receiver starts and makes its inbox. */
const MAKING_MS = 600;
let halfMade = 0;
for (let round = 0; round < startKills; round += 1) {
  await withFolder(async (folder) => {
    const place = join(folder, 'inbox');
    const child = spawnReceiver(parts.receiverProgram, place);
    const closed = new Promise((resolve) => child.once('close', resolve));
    await wait(dice() * MAKING_MS);
    child.kill('SIGKILL');
    await closed;
    halfMade += 1;
    const running = await startReceiver(parts.receiverProgram, place);
    const sender = parts.sender.createSender(running.url, 1);
    const call = parts.sender.callOf([{ id: 1 }], { secret, sentAt: Math.floor(Date.now() / 1000) });
    const status = await sender.send(`/centra/${acme.id}`, call);
    await sender.close();
    await running.end('SIGTERM');
    if (status !== 200)
      broken.push(`After a kill while the inbox was being made, a call was answered with ${status}.`);
  });
}

startsMs.sort((left, right) => left - right);
printTable([
  ['kill -9 under load', kills],
  ['events acknowledged', acknowledged],
  ['of these in the inbox afterwards', kept],
  ['events without an answer', unanswered],
  ['events refused', refused],
  ['start after a kill, median ms', Math.round(startsMs[startsMs.length >> 1] ?? Number.NaN)],
  ['start after a kill, longest ms', Math.round(startsMs.at(-1) ?? Number.NaN)],
  ['memory at its peak, MB', Math.round(Math.max(...peaks))],
  ['kill -9 while a new inbox is made', halfMade],
]);
conclude(broken);
