// The workflow: read by actionlint, checked against GitHub's schema, and its steps run as a runner would, on a repository
// with a main branch and a pull request.
import { appendFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { check } from '../part.mjs';
import { examples, isInstalled, openShop, pointTo, run } from './workshop.mjs';

/** @typedef {import('../part.mjs').Check} Check */
/** @typedef {{ name: string, run?: string, if?: string, env?: Record<string, string> }} Step */

const example = join(examples, 'github-actions');
const workflowFile = join(example, 'tenant-catalog.yml');
const ACTIONLINT = 'v1.7.12';

/**
 * @typedef {object} PullRequest
 * @property {string} name
 * @property {(catalog: string) => string} edit What it makes of the tenant's catalog.
 * @property {boolean} [isFromFork]
 * @property {boolean} [isAgreed]
 * @property {boolean} [isFirst] Whether the main branch has no catalog yet.
 * @property {string | undefined} failsAt The step that fails; undefined when all is well.
 * @property {RegExp} says What a person reads: in the summary, or in the log of the step that fails.
 */

const DIFF = 'Say what a destination will have to do';

/** @type {readonly PullRequest[]} */
const pullRequests = Object.freeze([
  {
    name: 'a new column passes',
    edit: (catalog) => catalog.replace('    columns:\n', '    columns:\n      shop: store.name\n'),
    failsAt: undefined,
    says: /orders\.shop: a new column/,
  },
  {
    name: 'a change of type fails until somebody agrees',
    edit: (catalog) =>
      catalog
        .replace('PENDING: 1 }, else: 0', 'PENDING: "1" }, else: "0"')
        .replace('priority: 1', 'priority: "1"')
        .replace('priority: 0', 'priority: "0"'),
    failsAt: DIFF,
    says: /orders\.priority: the type changes/,
  },
  {
    name: 'a change of type that is agreed passes',
    edit: (catalog) =>
      catalog
        .replace('PENDING: 1 }, else: 0', 'PENDING: "1" }, else: "0"')
        .replace('priority: 1', 'priority: "1"')
        .replace('priority: 0', 'priority: "0"'),
    isAgreed: true,
    failsAt: undefined,
    says: /orders\.priority: the type changes/,
  },
  {
    name: 'a path that is not there fails the check',
    edit: (catalog) => catalog.replace('path: status', 'path: statos'),
    failsAt: 'Check the catalog',
    says: /statos/,
  },
  {
    name: 'a test that fails fails the job',
    edit: (catalog) => catalog.replace('priority: 1 }', 'priority: 2 }'),
    failsAt: "Run the catalog's tests",
    says: /a pending order comes first/,
  },
  {
    name: 'a pull request from a fork is compared without the shop',
    edit: (catalog) => catalog.replace('    columns:\n', '    columns:\n      shop: store.name\n'),
    isFromFork: true,
    failsAt: undefined,
    says: /orders\.shop: a new column/,
  },
  {
    name: 'the first catalog of a tenant is compared with the default one',
    edit: (catalog) => catalog,
    isFirst: true,
    failsAt: undefined,
    says: /orders\.priority: a new column/,
  },
]);

/**
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {{ shellcheck: string, checkJsonschema: string }} tools
 * @returns {Promise<readonly Check[]>}
 */
export async function githubActions(workshop, { shellcheck, checkJsonschema }) {
  const schema = await run(checkJsonschema, ['--builtin-schema', 'vendor.github-workflows', workflowFile], {
    environment: {},
  });
  const checks = [
    check("github-actions: the workflow keeps to GitHub's schema", schema.code === 0, schema.output),
    await actionlint(workshop, shellcheck),
  ];
  if (!(await isInstalled('git')) || !(await isInstalled('bash'))) {
    return [
      ...checks,
      { name: 'github-actions: the steps run', outcome: 'left out', detail: 'git or bash is not installed' },
    ];
  }
  const { jobs, env } = parse(await readFile(workflowFile, 'utf8'));
  const shop = await openShop(30, workshop.bin);
  try {
    for (const [at, pullRequest] of pullRequests.entries()) {
      const folder = await repository(workshop, `github-actions/${at}`, pullRequest, shop);
      checks.push(await runJob(jobs.catalog.steps, { folder, env, pullRequest, shop, workshop }));
    }
    return checks;
  } finally {
    await shop.close();
  }
}

/**
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {string} shellcheck
 * @returns {Promise<Check>}
 */
async function actionlint(workshop, shellcheck) {
  const name = 'github-actions: actionlint and shellcheck have nothing to say';
  const go = await goFolder(workshop);
  if (!(await isInstalled('go'))) {
    return { name, outcome: 'left out', detail: 'Go, which builds actionlint, is not installed' };
  }
  const environment = { GOPATH: go, GOBIN: join(go, 'bin'), GOFLAGS: '-modcacherw' };
  const built = join(go, 'bin', 'actionlint');
  const version = await run(built, ['--version'], { environment: {} });
  if (!version.output.includes(ACTIONLINT.slice(1))) {
    const made = await run('go', ['install', `github.com/rhysd/actionlint/cmd/actionlint@${ACTIONLINT}`], {
      environment,
    });
    if (made.code !== 0) return check(name, false, `Go could not build actionlint: ${made.output}`);
  }
  const seen = await run(built, ['-shellcheck', shellcheck, '-pyflakes', '', workflowFile], {
    environment: {},
  });
  return check(name, seen.code === 0, seen.output);
}

/** @param {import('./workshop.mjs').Workshop} workshop */
async function goFolder(workshop) {
  return join(await workshop.folder('.'), '..', '..', 'go');
}

/**
 * A clone with the pull request checked out, beside the repository that it came from.
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {string} name
 * @param {PullRequest} pullRequest
 * @param {import('../../../scripts/made-up-shop.mjs').Shop} shop
 */
async function repository(workshop, name, { edit, isFirst = false }, shop) {
  const folder = await workshop.folder(name);
  const origin = join(folder, 'origin');
  const clone = join(folder, 'clone');
  await mkdir(origin);
  await git(origin, 'init', '--quiet', '--initial-branch=main');
  await writeFile(join(origin, 'README.md'), 'Catalogs\n');
  if (!isFirst) await addTenant(origin, shop);
  await git(origin, 'add', '.');
  await git(origin, 'commit', '--quiet', '--message', 'Catalogs');
  await git(folder, 'clone', '--quiet', origin, clone);
  await git(clone, 'switch', '--quiet', '--create', 'change');
  if (isFirst) await addTenant(clone, shop);
  const path = join(clone, 'tenants', 'acme', 'catalog.yaml');
  const before = await readFile(path, 'utf8');
  const after = edit(before);
  if (after === before && !isFirst) throw new Error('The pull request changes nothing.');
  await writeFile(path, after);
  await git(clone, 'add', '.');
  await git(clone, 'commit', '--quiet', '--message', 'A change');
  return clone;
}

/**
 * @param {string} folder
 * @param {import('../../../scripts/made-up-shop.mjs').Shop} shop
 */
async function addTenant(folder, shop) {
  await cp(join(example, 'tenants'), join(folder, 'tenants'), { recursive: true });
  await pointTo(join(folder, 'tenants', 'acme', 'config.json'), shop);
}

/**
 * @param {string} folder
 * @param {readonly string[]} args
 */
async function git(folder, ...args) {
  const identity = [
    '-c',
    'user.name=Test',
    '-c',
    'user.email=test@example.com',
    '-c',
    'commit.gpgsign=false',
  ];
  const environment = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const done = await run('git', [...identity, ...args], { environment, folder });
  if (done.code !== 0) throw new Error(`git ${args.join(' ')} ended with ${done.code}: ${done.output}`);
}

/**
 * @param {readonly Step[]} steps
 * @param {{ folder: string, env: Record<string, string>, pullRequest: PullRequest, shop: import('../../../scripts/made-up-shop.mjs').Shop, workshop: import('./workshop.mjs').Workshop }} job
 * @returns {Promise<Check>}
 */
async function runJob(steps, { folder, env, pullRequest, shop, workshop }) {
  const { name, isFromFork = false, isAgreed = false, failsAt, says } = pullRequest;
  const temporary = join(folder, '..', 'runner');
  await mkdir(temporary);
  const files = {
    GITHUB_PATH: join(temporary, 'path'),
    GITHUB_ENV: join(temporary, 'env'),
    GITHUB_STEP_SUMMARY: join(temporary, 'summary.md'),
  };
  for (const file of Object.values(files)) await appendFile(file, '');
  const token = isFromFork ? '' : shop.token;
  let log = '';
  /** @type {string | undefined} */
  let failed;
  for (const step of steps.filter((step) => step.run !== undefined)) {
    if (step.if !== undefined && !condition(step.if, token)) continue;
    const paths = (await readFile(files.GITHUB_PATH, 'utf8')).split('\n').filter((path) => path !== '');
    const set = (await readFile(files.GITHUB_ENV, 'utf8')).split('\n').filter((line) => line !== '');
    const done = await run('bash', ['-e', '-c', step.run ?? ''], {
      folder,
      environment: {
        ...workshop.environment,
        ...files,
        ...env,
        PATH: [...paths, workshop.environment.PATH].join(':'),
        RUNNER_TEMP: temporary,
        GITHUB_BASE_REF: 'main',
        TENANT: 'acme',
        CENTRA_API_TOKEN: token,
        ...Object.fromEntries(set.map((line) => line.split(/=(.*)/s).slice(0, 2))),
        ...Object.fromEntries(
          Object.entries(step.env ?? {}).map(([key, value]) => [key, expression(value, isAgreed)]),
        ),
      },
    });
    log += `${step.name}: ${done.code}\n${done.output}\n`;
    if (done.code === 0) continue;
    failed = step.name;
    break;
  }
  const summary = await readFile(files.GITHUB_STEP_SUMMARY, 'utf8');
  // Once the comparison has run, people read it in the summary.
  const isSaid = says.test(failsAt === undefined || failsAt === DIFF ? summary : log);
  const isSecretKept = token === '' || !`${log}${summary}`.includes(token);
  const isGood = failed === failsAt && isSaid && isSecretKept;
  return check(
    `github-actions: ${name}`,
    isGood,
    `failed at: ${failed}\n${log.slice(-2500)}\nsummary:\n${summary}`,
  );
}

/**
 * The workflow's conditions, by their text: a new one must be added here before it is run.
 * @param {string} text
 * @param {string} token
 */
function condition(text, token) {
  if (text === "env.CENTRA_API_TOKEN != ''") return token !== '';
  throw new Error(`The condition ${text} is not known here.`);
}

/**
 * @param {string} text
 * @param {boolean} isAgreed
 */
function expression(text, isAgreed) {
  if (text.includes("{ contains(github.event.pull_request.labels.*.name, 'destination-agreed') }"))
    return String(isAgreed);
  throw new Error(`The expression ${text} is not known here.`);
}
