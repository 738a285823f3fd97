// Stands on PATH as `docker` for tools that run a connector's image: `docker run [options] IMAGE COMMAND…`.
// Where CONFORMANCE_IMAGE names an image, the real docker runs it, locked down as a platform would and on the
// host's network, where the made-up shop is. Elsewhere the connector itself runs, with the mounted files' own paths.
// What it does not understand it refuses: a test must not pass on an option that was ignored.
import { spawn } from 'node:child_process';
import { posix } from 'node:path';

/** @typedef {{ host: string, container: string }} Mount */

const { CONFORMANCE_BIN: bin, CONFORMANCE_IMAGE: image, CONFORMANCE_DOCKER: docker } = process.env;

const args = process.argv.slice(2);
if (args[0] !== 'run') refuse(`only "docker run" is known here, not "docker ${args[0] ?? ''}"`);

/** @type {Mount[]} */
const mounts = [];
/** @type {Record<string, string>} */
const environment = {};
let at = 1;
for (; (args[at] ?? '').startsWith('-'); at += 1) {
  const option = args[at];
  if (option === '--rm' || option === '-i') continue;
  at += 1;
  const value = args[at] ?? refuse(`${option} has no value`);
  if (option === '-v' || option === '--volume') mounts.push(mountOf(value));
  else if (option === '-e' || option === '--env') Object.assign(environment, variableOf(value));
  else if (option === '--network' && value === 'host') continue;
  else refuse(`the option ${option} is not known here`);
}
const [asked, ...command] = args.slice(at);
if (asked === undefined) refuse('no image is named');

const child =
  image === undefined
    ? spawn(process.execPath, [bin ?? refuse('CONFORMANCE_BIN is not set'), ...command.map(onHost)], {
        // Nothing of the caller's environment reaches a container, and nothing of it is passed here.
        env: { PATH: process.env.PATH, ...environment },
        stdio: 'inherit',
      })
    : spawn(
        docker ?? refuse('CONFORMANCE_DOCKER is not set'),
        [
          ...['run', '--rm', '-i', '--network', 'host', '--read-only', '--cap-drop', 'ALL'],
          ...['--user', '65123:65123', '--security-opt', 'no-new-privileges'],
          ...mounts.flatMap(({ host, container }) => ['-v', `${host}:${container}`]),
          ...Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
          ...[image, ...command],
        ],
        { stdio: 'inherit' },
      );
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT']))
  process.on(signal, () => child.kill(signal));
child.once('close', (code) => {
  process.exitCode = code ?? 1;
});

/**
 * @param {string} value
 * @returns {Mount}
 */
function mountOf(value) {
  const [host, container, mode] = value.split(':');
  if (!host || !container || !['rw', 'ro', undefined].includes(mode)) {
    return refuse(`the mount ${value} is not known here`);
  }
  return { host, container };
}

/** @param {string} value */
function variableOf(value) {
  const [, name, text] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  return name === undefined ? refuse(`the variable ${value} has no value`) : { [name]: text ?? '' };
}

/**
 * A path in the container is one on this machine; anything else stays.
 * @param {string} text
 */
function onHost(text) {
  for (const { host, container } of mounts) {
    if (text === container) return host;
    if (text.startsWith(`${container}/`)) return posix.join(host, text.slice(container.length));
  }
  return text;
}

/**
 * @param {string} reason
 * @returns {never}
 */
function refuse(reason) {
  process.stderr.write(`The stand-in for docker cannot do this: ${reason}.\n`);
  process.exit(125);
}
