import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ConnectorError } from '../../../src/errors.ts';
import { isObject } from '../../../src/json.ts';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.ts';
import { SHRANK } from '../../../src/sync/stream-errors.ts';
import { control, Destination, runSync, streamsOf } from './in-process.ts';

const MUTATIONS = Number(process.env.MUTATIONS ?? 150);

const streams = await streamsOf({ source: 'bundled', name: 'default' });
/** A few hundred kilobytes that become 256 MB. */
const bomb = deflateRawSync(Buffer.alloc(256 * 1024 * 1024)).toString('base64');

type Path = readonly (string | number)[];

interface Mutation {
  readonly at: number;
  readonly kind: 'delete' | 'replace' | 'extend';
  readonly value: unknown;
}

const values = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    0,
    -1,
    1.5,
    2 ** 53,
    1e308,
    '',
    'x',
    [],
    {},
    '!',
    'zzzzzzzzzzzzzzzzzzzzabcde',
    '9999-99-99T99:99:99Z',
    '2026-02-30T00:00:00Z',
    '2199-12-31T23:59:59Z',
    '1970-01-01T00:00:00Z',
    '1-99999999999999',
    '9-1',
    'A'.repeat(10_000),
    bomb,
    deflateRawSync('[1]').toString('base64'),
    deflateRawSync('{"2026-05-01":7}').toString('base64'),
    deflateRawSync('{"2026-05-01":"zzzzzzz:zzzzzzzzzzz"}').toString('base64'),
    deflateRawSync('{"x":"1:1"}').toString('base64'),
  ),
  fc.jsonValue({ maxDepth: 2 }),
);
const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(10_000),
  kind: fc.constantFrom('delete' as const, 'replace' as const, 'extend' as const),
  value: values,
});

function pathsIn(value: unknown, path: Path = []): readonly Path[] {
  const inner = Array.isArray(value)
    ? value.flatMap((item: unknown, index) => pathsIn(item, [...path, index]))
    : isObject(value)
      ? Object.entries(value).flatMap(([name, item]) => pathsIn(item, [...path, name]))
      : [];
  return [path, ...inner];
}

/** The state with the value at this path changed. */
function changed(value: unknown, [first, ...rest]: Path, { kind, value: given }: Mutation): unknown {
  if (first === undefined) return kind === 'extend' ? extended(value, given) : given;
  const isGone = kind === 'delete' && rest.length === 0;
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      if (index !== first) return [item];
      return isGone ? [] : [changed(item, rest, { at: 0, kind, value: given })];
    });
  }
  return Object.fromEntries(
    Object.entries(value as object).flatMap(([name, item]) => {
      if (name !== first) return [[name, item]];
      return isGone ? [] : [[name, changed(item, rest, { at: 0, kind, value: given })]];
    }),
  );
}

function extended(value: unknown, given: unknown): unknown {
  if (Array.isArray(value)) return [...value, ...value, given];
  if (isObject(value)) return { ...value, more: given };
  return typeof value === 'number'
    ? value * 1e6
    : `${String(value)}${String(value)} ${String(given).slice(0, 100)}`;
}

let sandbox: Sandbox;
const samples: [string, unknown][] = [];

beforeAll(async () => {
  sandbox = await startSandbox({
    plan: 'unlimited',
    orders: 60,
    clockStart: '2026-05-01T12:00:00Z',
    clockFrozen: true,
  });
  for (const killAfter of [12, 25, undefined]) {
    const destination = new Destination();
    await runSync({ sandbox, hasEvents: false, destination, mode: 'incremental', streams, killAfter });
    for (const [stream, state] of destination.states) samples.push([stream, state]);
  }
  await control(sandbox, 'advance', { seconds: 2 * 86_400 });
}, 60_000);
afterAll(() => sandbox.close());

test(
  'a state in which anything was changed is read, or refused with a sentence',
  async () => {
    let refused = 0;
    const property = fc.asyncProperty(fc.nat(10_000), mutation, async (sample, given) => {
      const [stream, state] = samples[sample % samples.length] ?? ['', {}];
      const paths = pathsIn(state);
      const mutated = changed(state, paths[given.at % paths.length] ?? [], given);
      const destination = new Destination();
      destination.states.set(stream, mutated);
      const errors: unknown[] = [];
      await runSync({
        sandbox,
        hasEvents: false,
        destination,
        mode: 'incremental',
        streams: streams.filter(({ name }) => name === stream),
        toleratesFailures: true,
        hear: (message) => void (message.type === 'failure' && errors.push(message.error)),
      }).catch((error: unknown) => errors.push(error));
      if (errors.length > 0) refused += 1;
      const path = paths[given.at % paths.length] ?? [];
      for (const error of errors) {
        expect(error).toBeInstanceOf(ConnectorError);
        const { kind, code, message } = error as ConnectorError;
        // What the API says of a position is not known before, nor how many rows there were.
        const isHeardLater = path.at(-1) === 'after' ? kind === 'transient' : code === SHRANK;
        expect([isHeardLater ? 'config' : kind, message]).toEqual(['config', expect.stringMatching(/\.$/)]);
      }
    });
    await fc.assert(property, { numRuns: MUTATIONS, endOnFailure: true });
    expect(refused).toBeGreaterThan(0);
  },
  MUTATIONS * 1_000,
);
