// Airbyte's tools in their Python environment, and what both parts ask of the made-up shop.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { dockerOnPath, LOCK_DOWN } from '../docker/on-path.mjs';
import { pythonEnvironment } from '../python-environment.mjs';

const runFile = promisify(execFile);

/** A tenant catalog with a column that is hashed. */
export const maskedCatalog = `version: 1
extends: default
streams:
  orders:
    columns:
      email_hash: { path: shippingAddress.email, pii: hash }
`;

/** The Python environment of both of Airbyte's parts. */
export function airbyteEnvironment() {
  return pythonEnvironment({ name: 'airbyte', requirements: join(import.meta.dirname, 'requirements.txt') });
}

/**
 * @param {import('../python-environment.mjs').PythonEnvironment} environment
 * @param {readonly string[]} packages
 */
export async function versions(environment, packages) {
  const script = `from importlib.metadata import version; print(", ".join(f"{p} {version(p)}" for p in ${JSON.stringify(packages)}))`;
  const { stdout } = await runFile(environment.bin('python'), ['-c', script]);
  return `${stdout.trim()}, Python ${environment.python}.`;
}

/**
 * The image that Airbyte's tools are given: with `docker` on PATH, what they call it, and words for people.
 * @param {{ root: string, bin: string }} connector
 */
export async function connectorImage({ root, bin }) {
  const docker = await dockerOnPath(join(root, '..', 'bin'), { bin, locks: LOCK_DOWN });
  return {
    ...docker,
    name: docker.image ?? 'source-centra:built',
    told:
      docker.image === undefined
        ? 'the built files, through a stand-in for docker (name an image in CONFORMANCE_IMAGE to run that)'
        : `the image ${docker.image}, read-only, as user 65123, on the host's network`,
  };
}
