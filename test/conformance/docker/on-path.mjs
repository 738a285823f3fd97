// A `docker` on PATH that runs the image which CONFORMANCE_IMAGE names, or the built files.
import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

/** As a platform locks a container down. */
export const LOCK_DOWN = Object.freeze([
  ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--user', '65123:65123'],
]);

/**
 * @typedef {object} DockerOnPath
 * @property {string | undefined} image The real image, if there is one.
 * @property {Readonly<Record<string, string>>} environment With `docker` on PATH, the stand-in, and what that needs.
 */

/**
 * @param {string} folder Where the `docker` that tools find is put.
 * @param {object} options
 * @param {string} options.bin The built connector.
 * @param {string} [options.asked] The only name that the image is asked for by; any, if left out.
 * @param {readonly string[]} [options.locks] Options that a real engine gets beside those that are asked for.
 * @returns {Promise<DockerOnPath>}
 */
export async function dockerOnPath(folder, { bin, asked, locks = [] }) {
  const image = process.env.CONFORMANCE_IMAGE || undefined;
  await mkdir(folder, { recursive: true });
  const command = join(folder, 'docker');
  const standIn = join(import.meta.dirname, 'docker-stand-in.mjs');
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${standIn}' "$@"\n`);
  await chmod(command, 0o755);
  return Object.freeze({
    image,
    environment: Object.freeze({
      PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`,
      CONFORMANCE_BIN: bin,
      ...(asked !== undefined && { CONFORMANCE_ASKED: asked }),
      ...(image !== undefined && {
        CONFORMANCE_IMAGE: image,
        CONFORMANCE_DOCKER: await realDocker(image),
        CONFORMANCE_LOCKS: JSON.stringify(locks),
      }),
    }),
  });
}

/**
 * The path of the real docker, when it has the image.
 * @param {string} image
 */
async function realDocker(image) {
  try {
    await runFile('docker', ['image', 'inspect', '--format', '{{.Id}}', image], { timeout: 30_000 });
    const { stdout } = await runFile('sh', ['-c', 'command -v docker']);
    return stdout.trim();
  } catch (cause) {
    throw new Error(
      `CONFORMANCE_IMAGE names ${image}, and docker does not have it. Build it first: docker build -t ${image} .`,
      { cause },
    );
  }
}
