import { execFileSync } from 'node:child_process';
import { docker, dockerText } from './engine.mjs';
import { addedLayers } from './layers.mjs';
import { must } from './report.mjs';

/** What may be above the base, and nothing else: no node_modules, no cache, no source map, no test. */
const home = 'airbyte/integration_code';
const allowed = [
  new RegExp(`^${home}/(package\\.json|LICENSE)$`),
  new RegExp(`^${home}/bin/[\\w-]+\\.js$`),
  new RegExp(`^${home}/catalog/[\\w-]+\\.yaml$`),
  new RegExp(`^${home}/schemas/[\\w.-]+\\.(json|graphql)$`),
  new RegExp(`^${home}/dist/[\\w-]+\\.js(\\.LEGAL\\.txt)?$`),
];
const mostBytes = 8_000_000;
const mostTransferred = 3_000_000;

const secretForms = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}/,
  /:_authToken=/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
];

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * @typedef {object} Built
 * @property {string} image
 * @property {string} base
 * @property {string} folder For files that go away afterwards.
 * @property {string} checkout
 * @property {string} version What package.json says.
 * @property {string} secret What was planted in the checkout.
 * @property {Record<string, string>} told The build arguments.
 */

/**
 * What is in the image, told by its layers, its history and its labels.
 * @param {import('./report.mjs').Claim} claim
 * @param {Built} built
 */
export async function proveContents(claim, { image, base, folder, checkout, version, secret, told }) {
  const { Config: config } = JSON.parse(await dockerText(['image', 'inspect', image]))[0];
  const added = await addedLayers(image, base, folder);
  const own = added.files.filter(({ path }) => allowed.some((form) => form.test(path)));
  const bytesOf = (/** @type {typeof own} */ files) => files.reduce((sum, { size }) => sum + size, 0);

  await claim(
    'It adds nothing to its base but the bundle: no node_modules, no cache, no source map.',
    async () => {
      const other = added.files.filter((file) => !own.includes(file));
      must(
        other.length === 0,
        `There is more: ${other
          .map(({ path }) => path)
          .slice(0, 10)
          .join(', ')}`,
      );
      const folders = added.folders.filter(
        (path) => !/^airbyte\/(integration_code\/((bin|catalog|dist|schemas)\/)?)?$/.test(path),
      );
      must(folders.length === 0, `There are other folders: ${folders.slice(0, 10).join(', ')}`);
      must(own.length > 10, `There are only ${own.length} files.`);
      return `${own.length} files`;
    },
  );
  await claim('The application is a few MB.', async () => {
    const bytes = bytesOf(own);
    const figures = `${megabytes(bytes)} of it, ${megabytes(added.compressed)} to pull`;
    must(bytes < mostBytes && added.compressed < mostTransferred, `It is ${figures}.`);
    return figures;
  });
  await claim(
    'It holds no secret: none of those planted in the checkout, in no layer and not in the history.',
    async () => {
      must(added.bytes.indexOf(secret) < 0, 'A planted secret is in the image.');
      const text = added.bytes.toString('latin1');
      const found = secretForms.filter((form) => form.test(text));
      must(found.length === 0, `Something looks like a secret: ${found.map(String).join(', ')}`);
      const seen = execFileSync('grep', ['-rlF', secret, checkout], { encoding: 'utf8' })
        .trim()
        .split('\n').length;
      must(text.includes(version) && seen > 5, 'The search itself finds nothing.');
      return `${seen} were planted`;
    },
  );
  await claim('Every file may be read by any uid, though the checkout is its owner’s alone.', async () => {
    const find = `find / -xdev -path /proc -prune -o -path '/${home}*' ! -perm -o=r -print`;
    const output = await dockerText([
      'run',
      '--rm',
      '--user',
      '0:0',
      '--entrypoint',
      'sh',
      image,
      '-c',
      find,
    ]);
    must(output === '', `Others may not read ${output}`);
    return undefined;
  });
  await claim(
    'It carries Airbyte’s labels and the OCI ones, and they tell package.json’s version.',
    async () => {
      const prefix = 'org.opencontainers.image';
      const expected = {
        'io.airbyte.name': 'source-centra',
        'io.airbyte.version': version,
        [`${prefix}.title`]: 'source-centra',
        [`${prefix}.version`]: version,
        [`${prefix}.licenses`]: 'MIT',
        [`${prefix}.revision`]: told.REVISION,
        [`${prefix}.created`]: told.CREATED,
      };
      for (const [label, value] of Object.entries(expected)) {
        must(config.Labels[label] === value, `${label} is ${config.Labels[label]}, not ${value}.`);
      }
      for (const name of ['url', 'documentation', 'source']) {
        must(URL.canParse(config.Labels[`${prefix}.${name}`]), `${prefix}.${name} is no URL.`);
      }
      must(config.Labels[`${prefix}.description`].length > 20, 'There is no description.');
      return `${Object.keys(config.Labels).length} labels`;
    },
  );
  await claim('A VERSION that is not package.json’s ends the build.', async () => {
    const args = [
      'build',
      '--force-rm',
      '--build-arg',
      `NODE_IMAGE=${base}`,
      '--build-arg',
      'VERSION=0.0.0-other',
      checkout,
    ];
    const { code, stdout, stderr } = await docker(args);
    must(code !== 0, 'It was built.');
    must(
      `${stdout}${stderr}`.includes(`VERSION is 0.0.0-other here and ${version} in package.json.`),
      stderr,
    );
    return undefined;
  });
  await claim('AIRBYTE_ENTRYPOINT is the ENTRYPOINT.', async () => {
    const entrypoint = config.Entrypoint.join(' ');
    must(config.Env.includes(`AIRBYTE_ENTRYPOINT=${entrypoint}`), `ENTRYPOINT is ${entrypoint}.`);
    return entrypoint;
  });
  await claim('It runs as an unprivileged user.', async () => {
    must(/^[1-9]\d*:[1-9]\d*$/.test(config.User), `USER is "${config.User}".`);
    const uid = await dockerText(['run', '--rm', '--entrypoint', 'id', image, '-u']);
    must(Number(uid) > 0, `The uid is ${uid}.`);
    return `uid ${uid}`;
  });
}
