// Stands on PATH as `docker` for whatever runs the connector's image: `docker run [options] IMAGE COMMAND…`, by container.mjs.
// What it does not understand it refuses: a test must not pass on an option that was ignored.
import { startContainer } from './container.mjs';

const flags = Object.freeze(['-i', '--read-only']);
const settings = Object.freeze(['--cap-drop', '--security-opt', '--user', '--memory']);

const args = process.argv.slice(2);
if (args[0] !== 'run') refuse(`only "docker run" is known here, not "docker ${args[0] ?? ''}"`);

/** @type {import('./container.mjs').Mount[]} */
const mounts = [];
/** @type {Record<string, string>} */
const environment = {};
/** @type {string[]} */
const options = [];
/** @type {string | undefined} */
let workingFolder;
let at = 1;
for (; (args[at] ?? '').startsWith('-'); at += 1) {
  const option = args[at] ?? '';
  if (option === '--rm') continue;
  if (flags.includes(option)) {
    options.push(option);
    continue;
  }
  at += 1;
  const value = args[at] ?? refuse(`${option} has no value`);
  if (option === '-v' || option === '--volume') mounts.push(mountOf(value));
  else if (option === '-e' || option === '--env') Object.assign(environment, variableOf(value));
  else if (option === '-w') workingFolder = value;
  else if (settings.includes(option)) options.push(option, value);
  // Where the made-up shop is, every container is.
  else if (option !== '--network' || value !== 'host') refuse(`the option ${option} is not known here`);
}
const [image, ...command] = args.slice(at);
if (image === undefined) refuse('no image is named');

try {
  const child = startContainer(
    { image, args: command, mounts, environment, workingFolder, options },
    'inherit',
  );
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT']))
    process.on(signal, () => child.kill(signal));
  child.once('close', (code) => {
    process.exitCode = code ?? 1;
  });
} catch (error) {
  refuse(error instanceof Error ? error.message : String(error));
}

/**
 * @param {string} value
 * @returns {import('./container.mjs').Mount}
 */
function mountOf(value) {
  const [host, container, mode] = value.split(':');
  if (!host?.startsWith('/') || !container?.startsWith('/') || !['ro', 'rw', undefined].includes(mode)) {
    return refuse(`the mount ${value} is not known here`);
  }
  return { host, container, isReadOnly: mode === 'ro' };
}

/**
 * `NAME=value`, or a variable of the caller's.
 * @param {string} value
 */
function variableOf(value) {
  const [, name = value, text = process.env[value]] = /^([^=]+)=(.*)$/s.exec(value) ?? [];
  return { [name]: text ?? refuse(`the variable ${name} is not set`) };
}

/**
 * As docker ends when it cannot start a container.
 * @param {string} reason
 * @returns {never}
 */
function refuse(reason) {
  process.stderr.write(`The stand-in for docker cannot do this: ${reason}.\n`);
  process.exit(125);
}
