import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { docker, dockerText } from './engine.mjs';

/**
 * @typedef {object} Added What the image has above its base.
 * @property {{ path: string, size: number }[]} files
 * @property {string[]} folders
 * @property {number} compressed Bytes that a pull transfers.
 * @property {Buffer} bytes All layers and the image's own configuration, its history among it.
 */

/**
 * @param {string} image
 * @param {string} base
 * @param {string} folder
 * @returns {Promise<Added>}
 */
export async function addedLayers(image, base, folder) {
  if ((await docker(['image', 'inspect', base])).code !== 0) await dockerText(['pull', base]);
  const layersOf = async (/** @type {string} */ name) =>
    /** @type {string[]} */ (
      JSON.parse(await dockerText(['image', 'inspect', '--format', '{{json .RootFS.Layers}}', name]))
    );
  const below = await layersOf(base);
  const all = await layersOf(image);
  if (below.some((layer, at) => all[at] !== layer)) throw new Error(`The image does not begin with ${base}.`);
  const archive = join(folder, 'image.tar');
  await dockerText(['save', '--output', archive, image]);
  const unpack = (/** @type {string} */ path) =>
    execFileSync('tar', ['-xOf', archive, path], { maxBuffer: 2 ** 30 });
  const [manifest] = JSON.parse(unpack('manifest.json').toString());
  const layers = /** @type {string[]} */ (manifest.Layers)
    .slice(below.length)
    .map((path) => plain(unpack(path)));
  const entries = layers.flatMap(entriesOf);
  return {
    files: entries.filter(({ isFolder }) => !isFolder).map(({ path, size }) => ({ path, size })),
    folders: entries.filter(({ isFolder }) => isFolder).map(({ path }) => path),
    compressed: layers.reduce((sum, layer) => sum + gzipSync(layer).length, 0),
    bytes: Buffer.concat([...layers, unpack(manifest.Config)]),
  };
}

/** @param {Buffer} layer */
function plain(layer) {
  return layer[0] === 0x1f && layer[1] === 0x8b ? gunzipSync(layer) : layer;
}

/** @param {Buffer} tar */
function entriesOf(tar) {
  const listing = execFileSync('tar', ['-tvf', '-'], { input: tar, maxBuffer: 2 ** 30, encoding: 'utf8' });
  return listing
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [mode = '', , size = '0', , , ...path] = line.split(/\s+/);
      return { path: path.join(' '), size: Number(size), isFolder: mode.startsWith('d') };
    });
}

/**
 * The base that a plain `docker build .` takes.
 * @param {string} root
 */
export function defaultBase(root) {
  const base = /^ARG NODE_IMAGE=(\S+)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1];
  if (base === undefined) throw new Error('The Dockerfile names no NODE_IMAGE.');
  return base;
}
