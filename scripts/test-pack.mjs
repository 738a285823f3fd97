// What npm would publish, installed into an empty folder and run: both commands, from a sandbox to rows.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const folder = mkdtempSync(join(tmpdir(), 'source-centra-pack-'));
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

/**
 * Runs a program to its end, and ends this one when that fails.
 * @param {string} program
 * @param {string[]} args
 * @param {string} [cwd]
 */
function run(program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    shell: process.platform === 'win32',
  });
  if (status === 0) return stdout;
  throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stderr}`);
}

/** @param {string} name @param {boolean} isGood */
function prove(name, isGood) {
  if (!isGood) throw new Error(`Not so: ${name}`);
  console.log(`  ok  ${name}`);
}

try {
  console.log('The package, as npm would publish it');
  const packed = JSON.parse(run(npm, ['pack', '--json', '--pack-destination', folder]));
  const { filename, size, unpackedSize, files } = Array.isArray(packed)
    ? packed[0]
    : Object.values(packed)[0];
  console.log(
    `      ${filename}: ${(size / 1e6).toFixed(1)} MB packed, ${(unpackedSize / 1e6).toFixed(1)} MB unpacked, ${files.length} files`,
  );
  prove(
    'no tests, no sources, no source maps',
    files.every((/** @type {{ path: string }} */ { path }) => !/^(src|test)\/|\.map$|\.ts$/.test(path)),
  );
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  // Not even the optional package, as where there is none for the machine.
  const alone = ['--no-audit', '--no-fund', '--offline', '--omit=optional'];
  run(npm, ['install', ...alone, join(folder, filename)], folder);
  const bin = join(folder, 'node_modules', '.bin');
  prove(
    'installs without any other package',
    statSync(join(folder, 'node_modules', 'source-centra')).isDirectory(),
  );
  for (const command of ['source-centra', 'tap-centra']) {
    prove(`${command} --version says ${version}`, run(join(bin, command), ['--version']).trim() === version);
  }
  const shop = spawn(join(bin, 'source-centra'), ['sandbox', '--port', '0', '--orders', '50'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const line = (await createInterface({ input: shop.stdout })[Symbol.asyncIterator]().next()).value;
    const { control, ...configuration } = JSON.parse(line);
    writeFileSync(join(folder, 'config.json'), JSON.stringify(configuration));
    const { orders } = /** @type {any} */ (await (await fetch(`${control}/counts`)).json());
    await fetch(`${control}/advance`, { method: 'POST', body: '{ "seconds": 60 }' });
    const tapped = run(join(bin, 'tap-centra'), ['--config', 'config.json'], folder);
    prove(
      `tap-centra reads all ${orders} orders`,
      count(tapped, '"type":"RECORD","stream":"orders"') === orders,
    );
    run(
      join(bin, 'source-centra'),
      ['read', '--config', 'config.json', '--format', 'jsonl', '--out', 'data'],
      folder,
    );
    const rows = readFileSync(join(folder, 'data', 'orders.jsonl'), 'utf8');
    prove(`source-centra reads all ${orders} orders into a file`, count(rows, '\n') === orders);
    const webhook = ['webhook', 'create', '--tenant', 'acme', '--config', 'config.json'];
    run(join(bin, 'source-centra'), webhook, folder);
    if (process.getBuiltinModule('node:sqlite') === undefined) {
      prove(
        'without libsql, this Node.js says what an inbox in a folder needs',
        (await serves(bin)) === 'no libsql',
      );
      // Its own packages are found from where it really is.
      symlinkSync(realpathSync('node_modules/libsql'), join(folder, 'node_modules', 'libsql'));
    }
    prove('source-centra serve has its inbox in a folder', (await serves(bin)) === 'it listens');
  } finally {
    shop.kill();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Starts a receiver, and says whether it listens; then ends it.
 * @param {string} bin
 */
async function serves(bin) {
  const receiver = spawn(join(bin, 'source-centra'), ['serve', '--config', 'config.json', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [receiver.stdout, receiver.stderr])
    stream.on('data', (/** @type {Buffer} */ data) => {
      said += data.toString('utf8');
      if (said.includes('Webhooks are received at')) receiver.kill();
    });
  const [code] = await once(receiver, 'close');
  if (code === 0 && said.includes('Webhooks are received at')) return 'it listens';
  if (code === 2 && said.includes('needs the package libsql')) return 'no libsql';
  throw new Error(`The receiver ended with ${code}: ${said}`);
}

/** @param {string} text @param {string} part */
function count(text, part) {
  return text.split(part).length - 1;
}
