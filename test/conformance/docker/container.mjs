// What runs in a container, run here. Where CONFORMANCE_IMAGE names an image, the real docker runs it, on the
// host's network, where the made-up shop is. Elsewhere the built files run, with the mounted folders' own paths.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';

/**
 * @typedef {object} Mount
 * @property {string} host
 * @property {string} container
 * @property {boolean} isReadOnly
 */

/**
 * @typedef {object} Container
 * @property {string} image The name that is asked for.
 * @property {string | undefined} [entrypoint] The image's own, if left out.
 * @property {readonly string[]} args
 * @property {readonly Mount[]} mounts
 * @property {Readonly<Record<string, string>>} environment
 * @property {string | undefined} [workingFolder] As the container sees it.
 * @property {readonly string[]} options Other options of `docker run`, which matter where a real engine runs the image.
 */

/** @typedef {Readonly<Record<string, string | undefined>>} Runtime As dockerOnPath makes it. */

/**
 * Starts what a container would run. It sees nothing of the caller's environment.
 * @param {Container} container
 * @param {import('node:child_process').StdioOptions} stdio
 * @param {Runtime} [runtime]
 */
export function startContainer(container, stdio, runtime = process.env) {
  const { CONFORMANCE_ASKED: known = container.image } = runtime;
  if (container.image !== known) throw new Error(`no engine has the image ${container.image}`);
  return runtime.CONFORMANCE_IMAGE === undefined
    ? startHere(container, stdio, runtime)
    : startThere(container, stdio, runtime);
}

/**
 * @param {Container} container
 * @param {import('node:child_process').StdioOptions} stdio
 * @param {Runtime} runtime
 */
function startHere(
  { entrypoint, args, mounts, environment, workingFolder },
  stdio,
  { CONFORMANCE_BIN: bin },
) {
  if (bin === undefined) throw new Error('CONFORMANCE_BIN is not set');
  const [command, ...first] = entrypoint === undefined ? [process.execPath, bin] : [entrypoint];
  return spawn(command ?? '', [...first, ...args.map((text) => onHost(text, mounts))], {
    stdio,
    env: { PATH: process.env.PATH, ...environment },
    ...(workingFolder !== undefined && { cwd: onHost(workingFolder, mounts) }),
  });
}

/**
 * @param {Container} container
 * @param {import('node:child_process').StdioOptions} stdio
 * @param {Runtime} runtime
 */
function startThere({ entrypoint, args, mounts, environment, workingFolder, options }, stdio, runtime) {
  const { CONFORMANCE_IMAGE: image = '', CONFORMANCE_DOCKER: docker = 'docker', CONFORMANCE_LOCKS } = runtime;
  const own = ['run', '--rm', '--network', 'host', ...JSON.parse(CONFORMANCE_LOCKS ?? '[]'), ...options];
  if (entrypoint !== undefined) own.push('--entrypoint', entrypoint);
  if (workingFolder !== undefined) own.push('--workdir', workingFolder);
  for (const { host, container, isReadOnly } of mounts)
    own.push('-v', `${host}:${container}${isReadOnly ? ':ro' : ''}`);
  for (const [name, value] of Object.entries(environment)) own.push('-e', `${name}=${value}`);
  return spawn(docker, [...own, image, ...args], { stdio });
}

/**
 * A path in the container is one on this machine; anything else stays.
 * @param {string} text
 * @param {readonly Mount[]} mounts
 */
function onHost(text, mounts) {
  for (const { host, container } of mounts) {
    if (text === container) return host;
    if (!text.startsWith(`${container}/`)) continue;
    const path = posix.join(host, text.slice(container.length));
    return path.endsWith('.json') ? withHostPaths(path, mounts) : path;
  }
  return text;
}

/**
 * A configuration names a catalog and secrets by their paths in the container: a copy beside it has those on this machine.
 * @param {string} path
 * @param {readonly Mount[]} mounts
 */
function withHostPaths(path, mounts) {
  const text = readFileSync(path, 'utf8');
  const translated = mounts.reduce(
    (done, { host, container }) =>
      done.replaceAll(`"${container}/`, `"${host}/`).replaceAll(`\${file:${container}/`, `\${file:${host}/`),
    text,
  );
  if (translated === text) return path;
  const copy = join(dirname(path), `.on-host.${basename(path)}`);
  writeFileSync(copy, translated);
  return copy;
}
