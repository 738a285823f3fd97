// Airbyte's published standard tests, every message read with Airbyte's own model, and the schema compared with it.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { openShop } from '../../scripts/made-up-shop.mjs';
import { connectorFolder } from './airbyte/connector-folder.mjs';
import { airbyteEnvironment, connectorImage, maskedCatalog, versions } from './airbyte/tools.mjs';
import { check } from './part.mjs';

/** @typedef {import('./part.mjs').Check} Check */
/** @typedef {{ outcome: string, detail: string, seconds: number, notes: readonly string[] }} TestOutcome */

const runFile = promisify(execFile);
const project = join(import.meta.dirname, '..', '..');
const tests = join(import.meta.dirname, 'airbyte');

/** The test of the suite that a configuration listed under a section must pass. */
const testOfSection = Object.freeze({
  spec: 'test_docker_image_build_and_config_matches_spec',
  connection: 'test_docker_image_build_and_check',
  discovery: 'test_docker_image_build_and_discover',
  basic_read: 'test_docker_image_build_and_read',
  full_refresh: 'test_docker_image_build_and_read',
});

/** @type {import('./part.mjs').Part} */
export const part = Object.freeze({
  title: "Airbyte: the standard tests, and every message read with Airbyte's own model",
  run: async (say) => {
    const environment = await airbyteEnvironment();
    const connector = await connectorFolder('airbyte');
    const shop = await openShop(300, connector.bin);
    const registry = await serveLastRelease();
    try {
      await writeSecrets(connector, shop);
      const runs = await connectorImage(connector);
      const reportFile = join(connector.root, '..', 'report.json');
      say(await versions(environment, ['airbyte-cdk', 'airbyte-protocol-models-dataclasses', 'pytest']));
      say(
        `The spec is compared with that of version ${registry.version}, since the connector is not in Airbyte's registry.`,
      );
      say(`Runs ${runs.told}, against a made-up shop of 300 orders.`);
      const args = [
        ...[
          '-m',
          'pytest',
          '--quiet',
          '--tb=short',
          '-p',
          'no:cacheprovider',
          '-c',
          join(tests, 'pytest.ini'),
          tests,
        ],
        ...['-p', 'airbyte_cdk.test.standard_tests.pytest_hooks', '--connector-image', runs.name],
        ...['--read-from-streams', 'all', '--read-scenarios', 'config,config_masked'],
      ];
      const { code, output } = await run(environment.bin('python'), args, {
        ...runs.environment,
        HOME: connector.root,
        PYTHONDONTWRITEBYTECODE: '1',
        CONFORMANCE_ROOT: connector.root,
        CONFORMANCE_REPORT: reportFile,
        CONFORMANCE_REGISTRY: registry.url,
        CONFORMANCE_CONTROL: shop.controlEndpoint,
        CONFORMANCE_IMAGE_NAME: runs.name,
      });
      const text = await readFile(reportFile, 'utf8').catch(() => '{"tests":{},"warnings":[]}');
      /** @type {{ tests: Record<string, TestOutcome>, warnings: readonly string[] }} */
      const report = JSON.parse(text);
      const asked = parse(await readFile(join(connector.root, 'acceptance-test-config.yml'), 'utf8'));
      return [
        ...judge(report.tests, askedTests(asked), say),
        ...judgeWarnings(report.warnings, say),
        // What failed is told above by its own words; pytest's own are for when it did not come that far.
        ...(code === 0 || code === 1
          ? []
          : [check('pytest came to an end', false, `exit code ${code}\n${output.slice(-2000)}`)]),
        await generatedTypes(),
        await sameVersion(),
      ];
    } finally {
      await shop.close();
      await registry.close();
    }
  },
});

/**
 * Warnings are errors in their tests. What pytest.ini lets through is told; anything else that came through is a failure too.
 * @param {readonly string[]} warnings
 * @param {(line: string) => void} say
 * @returns {readonly Check[]}
 */
function judgeWarnings(warnings, say) {
  const isNote = (/** @type {string} */ warning) => warning.includes('UserWarning: Spec changes of ');
  for (const warning of warnings.filter(isNote)) {
    for (const line of warning.slice(warning.indexOf('Spec changes of ')).trimEnd().split('\n')) say(line);
  }
  return [
    check('no other warning', warnings.every(isNote), warnings.filter((one) => !isNote(one)).join('\n')),
  ];
}

/**
 * Every test that passed or failed; of those that were not run, what may be so, with the reason.
 * @param {Readonly<Record<string, TestOutcome>>} outcomes
 * @param {readonly string[]} asked The tests that acceptance-test-config.yml asks for.
 * @param {(line: string) => void} say
 * @returns {readonly Check[]}
 */
function judge(outcomes, asked, say) {
  /** @type {Check[]} */
  const checks = [];
  /** @type {string[]} */
  const notAsked = [];
  for (const [id, { outcome, detail, notes }] of Object.entries(outcomes)) {
    for (const note of notes) say(`${note}.`);
    const name = id.replace(/^.*?(test_\w+\.py)/, '$1');
    // The suite tries each configuration with each test, and skips those that its section does not ask for.
    const isNotAsked = outcome === 'skipped' && / does not run for scenario /.test(detail);
    if (isNotAsked && !asked.some((test) => name.endsWith(test))) notAsked.push(name);
    else
      checks.push(check(name, outcome === 'passed', outcome === 'failed' ? detail : `${outcome}: ${detail}`));
  }
  for (const test of asked) {
    const isThere = Object.keys(outcomes).some((id) => id.endsWith(test));
    if (!isThere)
      checks.push(check(test, false, 'acceptance-test-config.yml asks for it, and it was not run'));
  }
  say(`${asked.length} tests are asked for by acceptance-test-config.yml, all of them among those below.`);
  say(
    `Not asked for: ${notAsked.length} of the suite's pairs of a configuration and a test, by its own rule that a`,
  );
  say('configuration runs the commands of the sections that list it:');
  for (const line of byScenario(notAsked)) say(`  ${line}`);
  return checks;
}

/**
 * @param {readonly string[]} names
 * @returns {readonly string[]}
 */
function byScenario(names) {
  /** @type {Map<string, string[]>} */
  const found = new Map();
  for (const name of names) {
    const [, test = name, scenario = ''] = /test_docker_image_build_and_(\w+)\['?([^'\]]*)/.exec(name) ?? [];
    found.set(scenario, [...(found.get(scenario) ?? []), test]);
  }
  return [...found].map(([scenario, list]) => `${scenario}: ${list.sort().join(', ')}`);
}

/**
 * @param {any} config
 * @returns {readonly string[]}
 */
function askedTests(config) {
  const found = new Set();
  for (const [section, test] of Object.entries(testOfSection)) {
    for (const { config_path: path } of config.acceptance_tests[section].tests) {
      const scenario = String(path).replace(/^.*\/|\.json$/g, '');
      found.add(`${test}['${scenario}' Test Scenario]`);
    }
  }
  return [...found, 'test_docker_image_build_and_spec', 'test_docker_image_spec_backward_compatibility'];
}

/**
 * The configurations that acceptance-test-config.yml names, for a shop that was just started.
 * @param {Awaited<ReturnType<typeof connectorFolder>>} connector
 * @param {import('../../scripts/made-up-shop.mjs').Shop} shop
 */
async function writeSecrets(connector, shop) {
  const good = { endpoint: shop.endpoint, api_token: shop.token };
  const inline = { source: 'inline', yaml: maskedCatalog };
  const { token: expired } = await shop.control('tokens', { expired: true });
  const { token: restricted } = await shop.control('tokens', { deny: ['Return:read'] });
  const { token: powerless } = await shop.control('tokens', { permissions: [] });
  /** @type {Record<string, object>} */
  const secrets = {
    config: good,
    config_masked: {
      ...good,
      tenant_catalog: inline,
      pii_key: '0f1e2d3c4b5a69788796a5b4c3d2e1f0-conformance',
    },
    invalid_token: { ...good, api_token: 'not-a-token-of-this-shop-0123456789' },
    expired_token: { ...good, api_token: expired },
    missing_permission: { ...good, api_token: restricted },
    no_permission: { ...good, api_token: powerless },
    // Port 9 (discard) is not listened on.
    unreachable: { ...good, endpoint: 'http://127.0.0.1:9/graphql' },
    violates_spec: { ...good, endpoint: 'ftp://acme.centra.com/graphql', max_concurrency: 'four' },
    masked_without_key: { ...good, tenant_catalog: inline },
  };
  for (const [name, content] of Object.entries(secrets))
    await connector.write(`secrets/${name}.json`, content);
}

/** Serves the spec of the last release in the form of an entry of Airbyte's registry. */
async function serveLastRelease() {
  const { version, spec } = JSON.parse(await readFile(join(tests, 'released-spec.json'), 'utf8'));
  const server = createServer((request, response) => {
    const isKnown = /^\/files\/metadata\/.+\/latest\/(oss|cloud)\.json$/.test(request.url ?? '');
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' });
    response.end(isKnown ? JSON.stringify({ dockerImageTag: version, spec }) : '{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    version,
    url: `http://127.0.0.1:${address.port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** The types in the source are those of the schema that was compared. */
async function generatedTypes() {
  const { code, output } = await run(
    process.execPath,
    [join(project, 'scripts', 'generate.mjs'), '--check'],
    {},
  );
  return check('the generated message types are those of the schema', code === 0, output);
}

/** The image's tag is the version of the package. */
async function sameVersion() {
  const metadata = parse(await readFile(join(project, 'metadata.yaml'), 'utf8'));
  const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'));
  const tag = metadata.data.dockerImageTag;
  return check("metadata.yaml's tag is package.json's version", tag === version, `${tag} and ${version}`);
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} environment
 * @returns {Promise<{ code: number, output: string }>}
 */
async function run(command, args, environment) {
  const options = {
    cwd: project,
    env: { ...process.env, ...environment },
    timeout: 600_000,
    maxBuffer: 1 << 28,
  };
  try {
    const { stdout, stderr } = await runFile(command, args, options);
    return { code: 0, output: `${stdout}${stderr}` };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = /** @type {any} */ (error);
    return { code: typeof code === 'number' ? code : 1, output: `${stdout}${stderr}` };
  }
}
