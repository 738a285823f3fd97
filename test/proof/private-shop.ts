import { expect } from 'vitest';
import type { SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { fileWith, type Outcome, type RunOptions, sourceCentra } from '../command/harness.ts';
import { openShop, type TestShop } from '../command/sandbox-control.ts';
import { type ClearValues, clearValuesOf, foundIn } from './clear-values.ts';
import { everyMask } from './masked-catalog.ts';

export const piiKey = 'a key that must not be seen anywhere, of 32 bytes or more';

/** What a command wrote, or any other texts. */
export type Written = Pick<Outcome, 'stdout' | 'stderr'> | string;

export interface Running extends RunOptions {
  readonly args?: readonly string[];
  readonly state?: unknown;
  readonly piiKey?: string | null;
  readonly streams?: readonly string[];
}

/** A shop full of awkward data, and what it says of people. */
export interface PrivateShop extends TestShop {
  readonly clear: ClearValues;
  /** A configuration with a tenant catalog of its own; with every mask, if left out. */
  readonly settings: (yaml?: string, more?: object) => object;
  /** Fails where somebody is shown, or a secret: the token, the key, and these. */
  readonly expectNobody: (written: Written, ...secrets: readonly string[]) => void;
  /** Runs a command with a catalog of its own. */
  readonly run: (command: string, yaml: string, running?: Running) => Promise<Outcome>;
  readonly forgetRequests: () => Promise<void>;
  /** The root fields that were asked for since then. */
  readonly askedFor: () => Promise<ReadonlySet<string>>;
  /** Everything as it was: no fault, no refusal, no delay. */
  readonly calm: () => Promise<void>;
}

export async function openPrivateShop(options: SandboxOptions = {}): Promise<PrivateShop> {
  return privateShop(await openShop({ orders: 210, seed: 5, ...options }));
}

export async function privateShop(shop: TestShop): Promise<PrivateShop> {
  const clear = await clearValuesOf(shop);
  const settings = (yaml = everyMask, more: object = {}) => ({
    endpoint: shop.endpoint,
    api_token: shop.token,
    // What fails is to fail at once.
    max_wait_minutes: 0,
    tenant_catalog: { source: 'inline', yaml },
    pii_key: piiKey,
    ...more,
  });
  const expectNobody = (written: Written, ...secrets: readonly string[]): void => {
    const text = typeof written === 'string' ? written : `${written.stdout}\n${written.stderr}`;
    expect(foundIn(text, [piiKey, shop.token, ...secrets, ...clear.searched])).toEqual([]);
  };
  const run = async (command: string, yaml: string, running: Running = {}): Promise<Outcome> => {
    const { args = [], state, piiKey: key = piiKey, streams, ...others } = running;
    const config = fileWith(settings(yaml, { pii_key: key ?? undefined }));
    const all = [command, '--config', config, ...args];
    if (command === 'read') all.push(...wanted(streams));
    if (state !== undefined) all.push('--state', fileWith(state));
    return sourceCentra(all, others);
  };
  const forgetRequests = async () => {
    await fetch(`${shop.controlEndpoint}/requests`, { method: 'DELETE' });
  };
  return {
    ...shop,
    clear,
    settings,
    expectNobody,
    run,
    forgetRequests,
    askedFor: async () => {
      const requests = (await shop.control('requests')) as { rootFields: string[] }[];
      return new Set(requests.flatMap(({ rootFields }) => rootFields));
    },
    calm: async () => {
      await forgetRequests();
      await shop.control('faults', { faults: [] });
      await shop.control('permissions', { deny: [] });
      await shop.control('latency', { ms: 0 });
    },
  };
}

/** All streams of the masked catalog, unless others are named. */
const allStreams = ['orders', 'order_lines', 'returns', 'deliveries', 'purchase_orders'];

function wanted(streams: readonly string[] = allStreams): readonly string[] {
  const configured = streams.map((name) => ({
    stream: { name },
    sync_mode: 'incremental',
    destination_sync_mode: 'append_dedup',
  }));
  return ['--catalog', fileWith({ streams: configured })];
}
