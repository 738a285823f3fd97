import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where secrets lie about in a developer's folder, and what an installation leaves there. */
const places = [
  ...['.env', 'config.json', 'secrets/api_token', 'catalog/tenant.env', 'bin/.npmrc', 'schemas/token.txt'],
  ...['src/.env', 'dist/planted.js', 'node_modules/planted/index.js', 'docs/token.txt', 'private.pem'],
];

/**
 * What a clone of this working tree would hold once it is committed, as a careful umask leaves it: readable by its owner alone.
 * @param {string} root
 * @param {string} folder
 */
export function checkOut(root, folder) {
  const list = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const files = execFileSync('git', list, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 }).split('\0');
  for (const file of files.filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(folder, file)), { recursive: true, mode: 0o700 });
    cpSync(join(root, file), join(folder, file));
    chmodSync(join(folder, file), 0o600);
  }
}

/**
 * Puts a secret in each of the places where one might lie.
 * @param {string} folder
 * @param {string} secret
 */
export function plant(folder, secret) {
  for (const place of places) {
    mkdirSync(dirname(join(folder, place)), { recursive: true });
    writeFileSync(join(folder, place), `${secret}\n`);
  }
  return places.length;
}
