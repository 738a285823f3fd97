// The script that cron starts, with its lock, its log and its exit codes.
import { chmod, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { check } from '../part.mjs';
import { examples, isInstalled, openShop, pointTo, readFourTimes, run } from './workshop.mjs';

const example = join(examples, 'cron');

/**
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {{ shellcheck: string }} tools
 * @returns {Promise<readonly import('../part.mjs').Check[]>}
 */
export async function cron(workshop, { shellcheck }) {
  const script = join(example, 'read-centra');
  const linted = await run(shellcheck, ['--shell=sh', '--severity=style', script], { environment: {} });
  const checks = [check('cron: shellcheck has nothing to say', linted.code === 0, linted.output)];
  if (!(await isInstalled('flock'))) {
    return [
      ...checks,
      { name: 'cron: the script runs', outcome: 'left out', detail: 'flock is not installed' },
    ];
  }
  const folder = await workshop.folder('cron');
  const config = join(folder, 'config');
  const data = join(folder, 'data');
  const log = join(folder, 'syslog');
  await mkdir(join(config, 'acme'), { recursive: true });
  // The system's log belongs to the machine: here a file takes the lines.
  const logger = join(folder, 'tools', 'logger');
  await mkdir(join(folder, 'tools'));
  await writeFile(
    logger,
    `#!/bin/sh\nif [ $# -gt 4 ]; then shift 4; echo "$*" >> '${log}'; else cat >> '${log}'; fi\n`,
  );
  await chmod(logger, 0o755);
  for (const name of ['config.json', 'catalog.yaml']) {
    await copyFile(join(example, 'acme', name), join(config, 'acme', name));
  }
  const shop = await openShop(60, workshop.bin);
  try {
    await pointTo(join(config, 'acme', 'config.json'), shop);
    await writeFile(join(config, 'acme', 'api_token'), `${shop.token}\n`, { mode: 0o600 });
    const line =
      (await readFile(join(example, 'crontab'), 'utf8')).split('\n').find((text) => /^\d/.test(text)) ?? '';
    // Five fields say when, one says as whom.
    const command = line.split(' ').slice(6).join(' ');
    const environment = {
      ...workshop.environment,
      PATH: `${join(folder, 'tools')}:${example}:${workshop.environment.PATH}`,
      CENTRA_CONFIG: config,
      CENTRA_DATA: data,
    };
    /** @param {Record<string, string>} [more] */
    const read = (more = {}) => run('/bin/sh', ['-c', command], { environment: { ...environment, ...more } });
    checks.push(...(await readFourTimes({ name: 'cron', data: join(data, 'acme'), read }, shop)));
    const text = await readFile(log, 'utf8');
    checks.push(
      check(
        'cron: what fails is said in the log',
        /lacks a permission: see the lines above/.test(text),
        text,
      ),
    );
    const noImage = await read({ CENTRA_IMAGE: 'registry.example.com/another:1' });
    checks.push(
      check('cron: an image that is not there ends with 125', noImage.code === 125, noImage.output),
    );
    const held = await run('flock', [join(data, 'acme', 'lock'), '/bin/sh', '-c', command], { environment });
    const told = (await readFile(log, 'utf8')).trimEnd().split('\n').at(-1) ?? '';
    checks.push(
      check('cron: a read beside another is left out', held.code === 0 && /left out/.test(told), told),
    );
    return checks;
  } finally {
    await shop.close();
  }
}
