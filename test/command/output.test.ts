import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { lastStates, sourceCentra } from './harness.ts';
import { openShop } from './sandbox-control.ts';

const bin = (name: string) => join(import.meta.dirname, '..', '..', 'bin', `${name}.js`);

describe.skipIf(!existsSync('/dev/full'))('a disk that is full under stdout', () => {
  test.each([
    ['source-centra', 'spec'],
    ['source-centra', 'help'],
    ['source-centra', 'read', '--only', 'orders', '--config'],
    ['tap-centra', '--config'],
    ['tap-centra', '--about'],
  ])('%s %s: a sentence on stderr, and exit code 4', async (program, ...args) => {
    const needsShop = args.at(-1) === '--config';
    const shop = needsShop ? await openShop({ orders: 5 }) : undefined;
    const given = shop === undefined ? args : [...args, shop.config];
    const child = spawn('/bin/sh', [
      '-c',
      '"$@" > /dev/full',
      'sh',
      process.execPath,
      bin(program),
      ...given,
    ]);
    const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(stderr).toContain(
      `${program}: The output could not be written: its disk has no room left (ENOSPC). Make room,`,
    );
    expect(status).toBe(4);
  });
});

test('SIGHUP ends a read as SIGTERM does: at a state that the next read goes on from', async () => {
  const shop = await openShop({ orders: 2_000, latencyMs: 30 });
  const args = ['read', '--config', shop.config, '--only', 'orders'];
  const stopped = await sourceCentra(args, { killAfterLines: 500, signal: 'SIGHUP' });
  expect(stopped.code).toBe(129);
  expect(stopped.stderr).toContain('stopped. The next read goes on from the last state');
  expect(lastStates(stopped)).toHaveLength(1);
});
