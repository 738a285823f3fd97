import { afterAll } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/sandbox.ts';
import { fileWith } from './harness.ts';

export interface TestShop extends Sandbox {
  /** The path of a configuration file for this shop. */
  readonly config: string;
  /** Asks the control endpoint; with a body, tells it. */
  readonly control: (path: string, body?: unknown) => Promise<unknown>;
  /** How many rows a complete read of each stream gives. */
  readonly counts: () => Promise<Readonly<Record<string, number>>>;
  /** Changes the shop and tells the numbers and ids of what changed, by Centra's entity. */
  readonly change: (...changes: readonly object[]) => Promise<Readonly<Record<string, readonly number[]>>>;
  readonly advance: (seconds: number) => Promise<void>;
}

const open: Sandbox[] = [];
afterAll(async () => {
  for (const shop of open) await shop.close();
});

/** A sandbox with its clock standing still, and a configuration for it. */
export async function openShop(options: SandboxOptions = {}, configuration: object = {}): Promise<TestShop> {
  const sandbox = await startSandbox({
    plan: 'unlimited',
    clockStart: '2026-05-01T12:00:00Z',
    clockFrozen: true,
    ...options,
  });
  open.push(sandbox);
  const { endpoint, token, controlEndpoint } = sandbox;
  const control = async (path: string, body?: unknown): Promise<unknown> => {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${controlEndpoint}/${path}`, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The sandbox refused ${path}: ${text}`);
    return JSON.parse(text);
  };
  // The shop's last orders change at this very second, which is not over: a read leaves them to the next one.
  await control('advance', { seconds: 60 });
  return {
    ...sandbox,
    config: fileWith({ endpoint, api_token: token, ...configuration }),
    control,
    counts: async () => (await control('counts')) as Readonly<Record<string, number>>,
    change: async (...changes) => {
      const { changed } = (await control('change', { changes })) as { changed: Record<string, number[]> };
      return changed;
    },
    advance: async (seconds) => void (await control('advance', { seconds })),
  };
}
