import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Delivery, Inbox } from '../../../src/inbox/inbox.ts';
import { openInbox } from '../../../src/inbox/open-inbox.ts';
import { buildPrograms } from '../webhook/build-programs.mjs';
import { callOf, createSender } from '../webhook/sender.ts';
import { acme } from '../webhook/tenant.ts';
import { copyEmptyInbox } from './empty-inbox.ts';

/** What the embedded database asks of the system. */
export const systemCalls = Object.freeze({ fsyncSync: fs.fsyncSync, writeSync: fs.writeSync });

/** Lets the embedded database meet other system calls. */
export function instead(calls: Partial<typeof systemCalls>): void {
  Object.assign(fs, calls);
  syncBuiltinESMExports();
}

/** A folder with an empty inbox, and the ways into it. */
export interface EmbeddedPlace extends AsyncDisposable {
  readonly folder: string;
  /** Opens it in this process. */
  readonly open: () => Promise<Inbox>;
  /** Opens it in a process of its own, which receives webhooks. */
  readonly startReceiver: () => Promise<{
    readonly send: (id: string) => Promise<number | undefined>;
    readonly end: (signal: NodeJS.Signals) => Promise<void>;
  }>;
}

/** When it is disposed of, all is closed, and the system calls are the system's again. */
export async function embeddedPlace(): Promise<EmbeddedPlace> {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-'));
  await copyEmptyInbox(folder);
  const ends: (() => Promise<void>)[] = [];
  return {
    folder,
    open: async () => {
      const inbox = await openInbox(folder);
      ends.push(() => inbox.close());
      return inbox;
    },
    startReceiver: async () => {
      const source = 'test/unit/webhook/receiver-process.ts';
      const program = (await buildPrograms('embedded-test', [source]))(source);
      const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      const closed = once(child, 'close');
      const end = async (signal: NodeJS.Signals) => {
        child.kill(signal);
        await closed;
      };
      ends.push(() => end('SIGKILL'));
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      const sender = createSender(JSON.parse(String(line)).url, 2);
      ends.push(() => sender.close());
      const [secret = ''] = acme.secrets;
      const send = (id: string) =>
        sender.send(
          `/centra/${acme.id}`,
          callOf([{ id }], { secret, sentAt: Math.floor(Date.now() / 1000) }),
        );
      return { send, end };
    },
    [Symbol.asyncDispose]: async () => {
      instead(systemCalls);
      for (const end of ends) await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export async function claimAll(inbox: Inbox) {
  const claims = await inbox.claim(acme.name, { limit: 100, types: ['order'] });
  return { claims, ids: claims.map(({ id }) => id).sort() };
}

export function deliveryOf(id: string): Delivery {
  return {
    tenant: acme.name,
    signature: `signature-of-${id}`,
    sentAt: 1,
    events: [{ type: 'order', action: 'update', date: '', id }],
  };
}

/** A disk that fails in this way stores nothing, which is said; when it is well again, all is there. */
export async function outlive(
  place: EmbeddedPlace,
  broken: Partial<typeof systemCalls>,
): Promise<readonly string[]> {
  const inbox = await place.open();
  const store = () => inbox.store([deliveryOf('2')]).then(String, () => 'refused');
  await inbox.store([deliveryOf('1')]);
  instead(broken);
  const refusals = [await store(), await store()];
  instead(systemCalls);
  for (const endMs = performance.now() + 20_000; (await store()) === 'refused'; await wait(50))
    if (performance.now() > endMs) throw new Error('It never stores again.');
  await inbox.check();
  return [...refusals, ...(await claimAll(inbox)).ids];
}

export function fail(code: string): never {
  throw Object.assign(new Error(`${code}: made up`), { code });
}
