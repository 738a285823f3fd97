// Stands on PATH as `docker` while an example runs: `docker run [options] IMAGE COMMAND…`, by container.mjs.
// What it does not understand it refuses: a test must not pass on an option that was ignored.
import { startContainer } from './container.mjs';

const flags = Object.freeze(['--rm', '--read-only']);
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
  if (flags.includes(option)) {
    if (option !== '--rm') options.push(option);
    continue;
  }
  at += 1;
  const value = args[at] ?? refuse(`${option} has no value`);
  if (option === '-v') mounts.push(mountOf(value));
  else if (option === '-e')
    environment[value] = process.env[value] ?? refuse(`the variable ${value} is not set`);
  else if (option === '-w') workingFolder = value;
  else if (settings.includes(option)) options.push(option, value);
  else refuse(`the option ${option} is not known here`);
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
  if (!host?.startsWith('/') || !container?.startsWith('/') || !['ro', undefined].includes(mode)) {
    return refuse(`the mount ${value} is not known here`);
  }
  return { host, container, isReadOnly: mode === 'ro' };
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
