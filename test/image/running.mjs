import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { docker, dockerText, hardened, run } from './engine.mjs';
import { must } from './report.mjs';
import { mustBeAll, rowsOf } from './shop.mjs';

/** @param {string} text @returns {any[]} */
const linesOf = (text) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** @param {import('./engine.mjs').Ended} ended */
function mustSucceed({ code, stderr }) {
  must(code === 0, `Exit code ${code}: ${stderr.slice(-600)}`);
}

/** @param {Iterable<string>} names */
function tally(names) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/**
 * All that a platform calls, in a container that may do nothing.
 * @param {import('./report.mjs').Claim} claim
 * @param {{ image: string, version: string, shop: import('./shop.mjs').ShopContainer }} given
 */
export async function proveRunning(claim, { image, version, shop }) {
  const around = ['--rm', ...hardened, ...shop.beside, image];

  await claim('Without arguments it prints its help.', async () => {
    const ended = await run(['--rm', ...hardened, '--network', 'none', image]);
    mustSucceed(ended);
    for (const word of ['read', 'discover', 'sandbox'])
      must(ended.stdout.includes(word), `It lacks ${word}.`);
    return undefined;
  });
  await claim(
    '`sandbox` serves a shop that the host reaches, and tells an address that a configuration takes.',
    async () => {
      must(new URL(JSON.parse(shop.told).endpoint).hostname === '127.0.0.1', shop.told);
      const { orders } = await rowsOf(shop);
      must(Number(orders) > 0, 'It has no orders.');
      return `${orders} orders, over a published port`;
    },
  );
  await claim('`spec` answers without a network.', async () => {
    const ended = await run(['--rm', ...hardened, '--network', 'none', image, 'spec']);
    mustSucceed(ended);
    const [{ type, spec }] = linesOf(ended.stdout);
    must(type === 'SPEC' && spec.connectionSpecification.properties.endpoint, ended.stdout.slice(0, 300));
    return `${ended.seconds.toFixed(1)} s with the container`;
  });
  await claim('A webhook inbox in a folder needs nothing more: its Node.js has SQLite.', async () => {
    const configuration = JSON.parse(readFileSync(join(shop.folder, 'config.json'), 'utf8'));
    const named = { ...configuration, webhook_inbox: '/inbox/hints' };
    writeFileSync(join(shop.folder, 'inbox.json'), JSON.stringify(named), { mode: 0o644 });
    const read = ['read', '--config', '/config/inbox.json', '--only', 'returns'];
    const within = async (/** @type {string[]} */ disk) => {
      const ended = await run(['--rm', ...hardened, ...shop.beside, ...disk, image, ...read]);
      mustSucceed(ended);
      return /The read goes on without it/.test(ended.stdout);
    };
    must(!(await within(['--tmpfs', '/inbox:mode=1777'])), 'The inbox cannot be opened.');
    must(await within([]), 'It does not say that a folder cannot be made.');
    return undefined;
  });
  for (const { who, user } of [
    { who: 'an arbitrary uid', user: hardened },
    { who: 'its own user', user: hardened.slice(0, -2) },
  ]) {
    await claim(
      `\`check\` succeeds as ${who}: no rights, nothing writable, the configuration read-only.`,
      async () => {
        const ended = await run([
          '--rm',
          ...user,
          ...shop.beside,
          image,
          'check',
          '--config',
          '/config/config.json',
        ]);
        mustSucceed(ended);
        const status = linesOf(ended.stdout).find(
          ({ type }) => type === 'CONNECTION_STATUS',
        )?.connectionStatus;
        must(status?.status === 'SUCCEEDED', ended.stdout.slice(0, 600));
        return undefined;
      },
    );
  }
  await claim('`discover` and `read` bring every row, as an arbitrary uid.', async () => {
    const discovered = await run([...around, 'discover', '--config', '/config/config.json']);
    mustSucceed(discovered);
    const streams = linesOf(discovered.stdout)
      .find(({ type }) => type === 'CATALOG')
      .catalog.streams.map((/** @type {unknown} */ stream) => ({
        stream,
        sync_mode: 'incremental',
        destination_sync_mode: 'append_dedup',
      }));
    writeFileSync(join(shop.folder, 'catalog.json'), JSON.stringify({ streams }), { mode: 0o644 });
    const ended = await run([
      ...around,
      'read',
      '--config',
      '/config/config.json',
      '--catalog',
      '/config/catalog.json',
    ]);
    mustSucceed(ended);
    const records = linesOf(ended.stdout).flatMap(({ record }) =>
      record === undefined ? [] : [record.stream],
    );
    return mustBeAll(tally(records), await rowsOf(shop));
  });
  await claim('A read writes nothing to its file system, even where it could.', async () => {
    const given = [...shop.beside, '--name', `${shop.id.slice(0, 12)}-diff`, image];
    const ended = await run([...given, 'read', '--config', '/config/config.json', '--only', 'orders']);
    mustSucceed(ended);
    const changed = await dockerText(['diff', `${shop.id.slice(0, 12)}-diff`]);
    // The engine makes the place for the mounted folder.
    const own = changed.split('\n').filter((line) => line !== '' && line !== 'A /config');
    must(own.length === 0, `It changed ${own.join(', ')}`);
    return undefined;
  });
  await claim(
    '`tap-centra` is the Singer face: --version, --discover, and a read of every row.',
    async () => {
      const told = await run([...around, 'tap-centra', '--version']);
      mustSucceed(told);
      must(told.stdout.includes(version), `It says ${told.stdout}`);
      const discovered = await run([
        ...around,
        'tap-centra',
        '--config',
        '/config/config.json',
        '--discover',
      ]);
      mustSucceed(discovered);
      must(JSON.parse(discovered.stdout).streams.length > 0, discovered.stdout.slice(0, 300));
      const ended = await run([...around, 'tap-centra', '--config', '/config/config.json']);
      mustSucceed(ended);
      const messages = linesOf(ended.stdout);
      must(
        messages.at(-1)?.type === 'STATE' || messages.some(({ type }) => type === 'STATE'),
        'There is no STATE.',
      );
      const records = messages.filter(({ type }) => type === 'RECORD').map(({ stream }) => stream);
      return mustBeAll(tally(records), await rowsOf(shop));
    },
  );
  await claim(
    'What it must not do, the engine would have refused: the file system cannot be written to.',
    async () => {
      const touch = await run(['--rm', ...hardened, '--entrypoint', 'touch', image, '/tmp/x']);
      must(
        touch.code !== 0 && touch.stderr.includes('Read-only'),
        `touch ended with ${touch.code}: ${touch.stderr}`,
      );
      return undefined;
    },
  );
}

/**
 * A read that is stopped in its middle: what was confirmed is whole, and the next read loses nothing.
 * @param {import('./report.mjs').Claim} claim
 * @param {{ image: string, slow: import('./shop.mjs').ShopContainer }} given
 */
export async function proveStopping(claim, { image, slow }) {
  const around = ['--rm', ...hardened, ...slow.beside];
  const only = ['--config', '/config/config.json', '--only', 'orders'];

  await claim(
    'SIGTERM ends a read within five seconds, with its last checkpoint written, and the next loses nothing.',
    async () => {
      const first = await stopped(
        [...around, '--name', nameOf(slow, 'read')],
        nameOf(slow, 'read'),
        [image, 'read', ...only],
        3,
      );
      must(first.seconds < 5, `It took ${first.seconds.toFixed(1)} s.`);
      must(first.code === 143, `Exit code ${first.code}: ${first.stderr.slice(-400)}`);
      must(first.stdout.endsWith('\n'), 'The output ends in the middle of a line.');
      const messages = linesOf(first.stdout);
      const last = messages.findLastIndex(({ type }) => type === 'STATE');
      const covered = new Set(
        messages.slice(0, last).flatMap(({ record }) => (record ? [record.data.id] : [])),
      );
      const counted = messages
        .filter(({ type }) => type === 'STATE')
        .reduce((sum, { state }) => sum + state.sourceStats.recordCount, 0);
      must(
        counted === covered.size,
        `The states count ${counted} records, and ${covered.size} are before them.`,
      );
      const after = messages.slice(last).filter(({ type }) => type === 'RECORD').length;
      must(after === 0, `${after} records were written that no state covers.`);
      const ids = (await slow.control('ids?root=orders')).map((/** @type {{ id: number }} */ { id }) => id);
      must(covered.size < ids.length, 'The read had ended by itself.');

      writeFileSync(join(slow.folder, 'state.json'), `[${JSON.stringify(messages[last].state)}]`, {
        mode: 0o644,
      });
      await slow.control('latency', { ms: 0 });
      const next = await run([...around, image, 'read', ...only, '--state', '/config/state.json']);
      await slow.control('latency', { ms: latencyMs });
      mustSucceed(next);
      const rest = linesOf(next.stdout).flatMap(({ record }) => (record ? [record.data.id] : []));
      const missing = ids.filter((/** @type {number} */ id) => !covered.has(id) && !rest.includes(id));
      must(missing.length === 0, `${missing.length} orders are in neither read.`);
      const twice = rest.filter((id) => covered.has(id)).length;
      must(twice <= 200, `${twice} orders were read again.`);
      return `${first.seconds.toFixed(1)} s, exit code 143; ${covered.size} of ${ids.length} orders kept, ${twice} read twice, none lost`;
    },
  );
  await claim('SIGTERM ends `tap-centra` in the same way.', async () => {
    const name = nameOf(slow, 'tap');
    const ended = await stopped(
      [...around, '--name', name],
      name,
      [image, 'tap-centra', '--config', '/config/config.json'],
      2,
    );
    must(
      ended.seconds < 5 && ended.code === 143,
      `Exit code ${ended.code} after ${ended.seconds.toFixed(1)} s.`,
    );
    must(ended.stdout.endsWith('\n'), 'The output ends in the middle of a line.');
    must(
      linesOf(ended.stdout).some(({ type }) => type === 'STATE'),
      'There is no STATE.',
    );
    return `${ended.seconds.toFixed(1)} s`;
  });
  await claim('SIGTERM ends the sandbox, too.', async () => {
    const before = performance.now();
    await dockerText(['stop', '-t', '10', slow.id]);
    const seconds = (performance.now() - before) / 1000;
    const code = await dockerText(['inspect', '--format', '{{.State.ExitCode}}', slow.id]);
    must(seconds < 5, `It took ${seconds.toFixed(1)} s.`);
    must(code === '0', `Exit code ${code}.`);
    return `${seconds.toFixed(1)} s`;
  });
}

/** How late the slow shop answers. */
export const latencyMs = 400;

/** @param {import('./shop.mjs').ShopContainer} shop @param {string} what */
const nameOf = (shop, what) => `${shop.id.slice(0, 12)}-${what}`;

/**
 * Runs a container and has the engine stop it once so many states are there; the seconds are those from then on.
 * @param {readonly string[]} given
 * @param {string} name
 * @param {readonly string[]} command
 * @param {number} states
 */
async function stopped(given, name, command, states) {
  let seen = 0;
  let from = 0;
  const ended = await run([...given, ...command], {
    onLine: (line) => {
      if (!line.includes('"type":"STATE"')) return;
      seen += 1;
      if (seen !== states) return;
      from = performance.now();
      void docker(['stop', '-t', '10', name]);
    },
  });
  must(from > 0, `It ended with ${ended.code} after ${seen} states: ${ended.stderr.slice(-400)}`);
  return { ...ended, seconds: (performance.now() - from) / 1000 };
}
