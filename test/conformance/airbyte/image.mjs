// What runs the connector: the image that CONFORMANCE_IMAGE names, or the built files.
import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

/**
 * @typedef {object} Runner
 * @property {string | undefined} image The real image, if there is one.
 * @property {string} name What tools call the image.
 * @property {string} told For people.
 * @property {Record<string, string>} environment With `docker` on PATH: the stand-in, which hands on to the real one where there is an image.
 */

/**
 * @param {string} folder Where the `docker` that tools find is put.
 * @param {string} bin The built connector.
 * @returns {Promise<Runner>}
 */
export async function runner(folder, bin) {
  const image = process.env.CONFORMANCE_IMAGE || undefined;
  const docker = image === undefined ? undefined : await realDocker(image);
  await mkdir(folder, { recursive: true });
  const command = join(folder, 'docker');
  const standIn = join(import.meta.dirname, 'docker-stand-in.mjs');
  await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${standIn}' "$@"\n`);
  await chmod(command, 0o755);
  return {
    image,
    name: image ?? 'source-centra:built',
    told:
      image === undefined
        ? 'the built files, through a stand-in for docker (name an image in CONFORMANCE_IMAGE to run that)'
        : `the image ${image}, read-only, as user 65123, on the host's network`,
    environment: {
      PATH: `${folder}${delimiter}${process.env.PATH ?? ''}`,
      CONFORMANCE_BIN: bin,
      ...(image !== undefined &&
        docker !== undefined && { CONFORMANCE_IMAGE: image, CONFORMANCE_DOCKER: docker }),
    },
  };
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
  } catch (error) {
    throw new Error(
      `CONFORMANCE_IMAGE names ${image}, and docker does not have it. Build it first: docker build -t ${image} .`,
      {
        cause: error,
      },
    );
  }
}
