// The image, built from a clean checkout and run by a real engine. `npm run test:image`; what follows `--` goes to `docker build`,
// such as `--network host`. NODE_IMAGE in the environment is another base. Exit code 3: no engine answered, nothing was proved.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOut, plant } from '../test/image/checkout.mjs';
import { proveContents } from '../test/image/contents.mjs';
import { docker, dockerText, removeContainers, whyNoEngine } from '../test/image/engine.mjs';
import { defaultBase } from '../test/image/layers.mjs';
import { must, openReport } from '../test/image/report.mjs';
import { latencyMs, proveRunning, proveStopping } from '../test/image/running.mjs';
import { openShop } from '../test/image/shop.mjs';

const NOT_PROVED = 3;

const reason = await whyNoEngine();
if (reason !== undefined) {
  console.error(
    `No Docker engine answers (${reason.split('\n').at(-1)}), so nothing was proved about the image. Start one and run this again.`,
  );
  process.exit(NOT_PROVED);
}

const root = join(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const base = process.env.NODE_IMAGE || defaultBase(root);
const image = `source-centra-test:${randomUUID().slice(0, 8)}`;
const secret = `planted-${randomUUID()}`;
const revision = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
const told = { REVISION: revision, CREATED: new Date().toISOString() };

const folder = mkdtempSync(join(tmpdir(), 'source-centra-image-'));
// A container's user must get through to what is mounted.
chmodSync(folder, 0o755);
const { claim, notProved, proved, refuted } = openReport(console.log);
console.log(`The image of ${version}, on ${base}`);
try {
  const checkout = join(folder, 'checkout');
  mkdirSync(checkout, { mode: 0o700 });
  checkOut(root, checkout);
  plant(checkout, secret);
  await claim('It builds from a clean checkout with `docker build .`', async () => {
    const args = Object.entries({ NODE_IMAGE: base, ...told }).flatMap(([name, value]) => [
      '--build-arg',
      `${name}=${value}`,
    ]);
    const options = { cwd: checkout, env: { NPM_TOKEN: secret } };
    const { code, stdout, stderr, seconds } = await docker(
      ['build', ...args, ...process.argv.slice(2), '--tag', image, '.'],
      options,
    );
    must(code === 0, `${stdout.slice(-1000)}${stderr.slice(-1500)}`);
    return `${seconds.toFixed(0)} s`;
  });
  const example = 'examples/compose.yaml is what Compose understands.';
  if ((await docker(['compose', 'version'])).code === 0) {
    await claim(example, async () => {
      const compose = [
        'compose',
        '--file',
        join(checkout, 'examples', 'compose.yaml'),
        'config',
        '--services',
      ];
      const services = (await dockerText(compose)).split('\n').sort().join(', ');
      must(services === 'connector, postgres, shop', `Its services are ${services}.`);
      return services;
    });
  } else notProved(example, 'this engine comes without the Compose plugin.');
  if (refuted.length === 0) {
    await proveContents(claim, { image, base, folder, checkout, version, secret, told });
    await claim('Its shop starts, and the connector beside it does its work.', async () => {
      const shop = await openShop(image, folder, [
        ...['--orders', '300', '--clock-frozen', '--clock-start', '2026-05-01T12:00:00Z'],
      ]);
      // The shop's last orders change in this very second, which is not over.
      await shop.control('advance', { seconds: 60 });
      await proveRunning(claim, { image, version, shop });
      const slow = await openShop(image, folder, ['--orders', '4000', '--latency-ms', String(latencyMs)]);
      await proveStopping(claim, { image, slow });
      return undefined;
    });
  }
} finally {
  await removeContainers();
  await docker(['image', 'rm', '--force', image]);
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${proved()} proved, ${refuted.length} refuted.`);
process.exitCode = refuted.length === 0 ? 0 : 1;
