import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll } from 'vitest';
import { callOf, createSender, type SentEvent } from '../unit/webhook/sender.ts';
import { fileWith } from './harness.ts';
import { start, until } from './running.ts';
import { openShop, type TestShop } from './sandbox-control.ts';

const folder = mkdtempSync(join(tmpdir(), 'source-centra-serve-'));
/** What a test that failed has left running. */
const running = new Set<ChildProcess>();
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
let number = 0;

export interface Followed {
  readonly shop: TestShop;
  readonly config: string;
  readonly webhook: { readonly id: string; readonly secret: string };
}

/** A shop whose clock runs, with a webhook in its configuration. */
export async function followedShop(settings: object = {}): Promise<Followed> {
  number += 1;
  const webhook = { id: `acme-${randomBytes(18).toString('base64url')}`, secret: 'made-up-secret-of-a-test' };
  const shop = await openShop({ orders: 60, clockFrozen: false });
  const inbox = join(folder, String(number));
  const config = fileWith({
    endpoint: shop.endpoint,
    api_token: shop.token,
    webhook_inbox: inbox,
    webhook_id: webhook.id,
    webhook_secret: webhook.secret,
    ...settings,
  });
  return { shop, config, webhook };
}

export type Format = 'airbyte' | 'singer';
export type Row = Readonly<Record<string, unknown>>;

/** What a loader makes of a feed's output: rows by key, as of the last state, and that state. */
export class Fold {
  readonly tables = new Map<string, Map<string, Row>>();
  /** The lines that hold the last state: of each stream, or of all. */
  readonly states = new Map<string, string>();
  #waiting: { readonly stream: string; readonly row: Row }[] = [];

  take(line: string): void {
    const message = JSON.parse(line);
    if (message.type === 'RECORD') {
      const { stream, data } =
        message.record.data === undefined ? { ...message, data: message.record } : message.record;
      this.#waiting.push({ stream, row: data });
    } else if (message.type === 'STATE') {
      const stream = message.state?.stream?.stream_descriptor.name;
      this.states.set(stream ?? 'all', stream === undefined ? JSON.stringify(message.value) : line);
      // Rows are loaded when a state covers them.
      for (const waiting of this.#waiting) {
        if (stream === undefined || waiting.stream === stream) this.#put(waiting.stream, waiting.row);
      }
      this.#waiting = this.#waiting.filter((waiting) => stream !== undefined && waiting.stream !== stream);
    }
  }

  /** What came after the last state was not loaded. */
  forgetWaiting(): void {
    this.#waiting = [];
  }

  /** For `--state`. */
  get stateFile(): string {
    return [...this.states.values()].join('\n');
  }

  #put(stream: string, row: Row): void {
    const key = stream === 'order_lines' ? `${row.order_id} ${row.line_id ?? row.id}` : String(row.id);
    const table = this.tables.get(stream) ?? new Map<string, Row>();
    this.tables.set(stream, table.set(key, row));
  }
}

/** A running `source-centra serve`. */
export interface RunningServe {
  /** Where it receives webhooks; empty when it does not. */
  readonly url: string;
  /** Where it says how it does; empty when nobody asked for that. */
  readonly statusUrl: string;
  readonly lines: readonly string[];
  /** Ends it, and returns its exit code. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>;
  readonly said: { readonly stdout: string; readonly stderr: string };
}

/** Starts it, and waits until it listens. */
export async function serve(
  args: readonly string[],
  fold?: Fold,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningServe> {
  const { child, ended, said } = start(['serve', ...args], { environment });
  running.add(child);
  child.once('close', () => running.delete(child));
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (fold !== undefined && /^\{.*\}$/.test(line)) fold.take(line);
    lines.push(line);
  });
  let hasEnded = false;
  ended.then(() => {
    hasEnded = true;
  });
  const address = () => /received at (http:\S+?)\/centra\//.exec(said.stdout + said.stderr)?.[1];
  await until(() => hasEnded || address() !== undefined, 'the receiver listens');
  if (hasEnded) throw new Error(`The command ended: ${said.stderr}`);
  return {
    url: address() ?? '',
    statusUrl: /readyz answer at (http:\/\/[\d.]+:\d+)/.exec(said.stdout + said.stderr)?.[1] ?? '',
    lines,
    said,
    end: async (signal) => {
      child.kill(signal);
      const { code } = await ended;
      fold?.forgetWaiting();
      return code;
    },
  };
}

/** Sends a signed call as Centra does; returns the status. */
export async function send(
  url: string,
  {
    id,
    secret,
    sentAt = Date.now() / 1000,
  }: { readonly id: string; readonly secret: string; readonly sentAt?: number },
  ...events: readonly SentEvent[]
): Promise<number | undefined> {
  const sender = createSender(url, 1);
  try {
    return await sender.send(`/centra/${id}`, callOf(events, { secret, sentAt: Math.floor(sentAt) }));
  } finally {
    await sender.close();
  }
}
