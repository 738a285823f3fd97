// The DAG in a real Airflow: imported, and run by its own DockerOperator against an engine.
import { access, copyFile, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from '../part.mjs';
import { pythonEnvironment } from '../python-environment.mjs';
import { startEngine } from './engine.mjs';
import { startPython } from './python-process.mjs';
import { examples, openShop, pointTo, readFourTimes, run } from './workshop.mjs';

/** @typedef {import('../part.mjs').Check} Check */

const example = join(examples, 'airflow');
const TOKEN_VARIABLE = 'AIRFLOW_CONN_CENTRA_ACME';

/**
 * @param {import('./workshop.mjs').Workshop} workshop
 * @returns {Promise<readonly Check[]>}
 */
export async function airflow(workshop) {
  const python = await pythonEnvironment({
    name: 'airflow',
    requirements: join(import.meta.dirname, 'airflow.txt'),
  });
  const home = await workshop.folder('airflow');
  const centra = join(home, 'srv');
  await mkdir(join(centra, 'acme', 'data'), { recursive: true });
  await cp(join(example, 'acme', 'config'), join(centra, 'acme', 'config'), { recursive: true });
  await mkdir(join(home, 'dags'));
  await copyFile(join(example, 'centra.py'), join(home, 'dags', 'centra.py'));
  const shop = await openShop(60, workshop.bin);
  // A socket's path may have a hundred characters.
  const sockets = await mkdtemp(join(tmpdir(), 'source-centra-engine-'));
  const engine = await startEngine(join(sockets, 'docker.sock'), workshop.environment);
  try {
    await pointTo(join(centra, 'acme', 'config', 'config.json'), shop);
    const environment = {
      AIRFLOW_HOME: home,
      AIRFLOW__CORE__DAGS_FOLDER: join(home, 'dags'),
      AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
      AIRFLOW__CORE__UNIT_TEST_MODE: 'False',
      AIRFLOW__LOGGING__LOGGING_LEVEL: 'INFO',
      CENTRA_ROOT: centra,
      DOCKER_HOST: `unix://${join(sockets, 'docker.sock')}`,
      [TOKEN_VARIABLE]: JSON.stringify({ conn_type: 'generic', password: shop.token }),
      ...(workshop.image !== undefined && { CONFORMANCE_IMAGE: workshop.image }),
    };
    await database(home, python, environment);
    const runner = startPython(
      python.bin('python'),
      [join(import.meta.dirname, 'run_airflow.py')],
      environment,
    );
    try {
      return await runs(runner, { centra, shop, engine });
    } finally {
      await runner.close();
    }
  } finally {
    await engine.close();
    await rm(sockets, { recursive: true, force: true });
    await shop.close();
  }
}

/**
 * @param {import('./python-process.mjs').PythonProcess} runner
 * @param {{ centra: string, shop: import('../../../scripts/made-up-shop.mjs').Shop, engine: Awaited<ReturnType<typeof startEngine>> }} surroundings
 */
async function runs(runner, { centra, shop, engine }) {
  const { errors, dags } = await runner.next();
  const isImported = Object.keys(errors).length === 0 && dags.join() === 'centra_acme';
  /** @type {Check[]} */
  const checks = [check('airflow: the DAG is imported without errors', isImported, JSON.stringify(errors))];
  if (!isImported) return checks;
  const { catchup, max_active_runs: mostRuns } = await runner.next();
  checks.push(
    check(
      'airflow: one run at a time, and none for the past',
      mostRuns === 1 && !catchup,
      `${mostRuns}, ${catchup}`,
    ),
  );
  /** @type {any} */
  let last;
  const read = async () => {
    last = await runner.ask('run');
    return {
      code: last.state === 'success' ? 0 : 1,
      output: `${JSON.stringify(last.tasks)}\n${runner.output()}`,
    };
  };
  const data = join(centra, 'acme', 'data');
  checks.push(...(await readFourTimes({ name: 'airflow', data, read }, shop)));
  const [event] = last.events;
  const counts = await shop.control('counts');
  const isTold = event?.rows.orders === counts.orders && event.folder.startsWith(join(data, 'ready'));
  checks.push(
    check('airflow: the asset is told the folder and the rows', isTold, JSON.stringify(last.events)),
  );
  const isHidden = !runner.output().includes(shop.token);
  checks.push(check("airflow: the token is not in Airflow's log", isHidden, 'it is'));
  const [container] = engine.containers();
  const isLocked = container?.HostConfig.Mounts.some(
    (/** @type {any} */ mount) => mount.Target === '/config' && mount.ReadOnly,
  );
  checks.push(
    check('airflow: the configuration is mounted read-only', isLocked === true, JSON.stringify(container)),
  );
  return checks;
}

/**
 * Airflow's own database, made once for the environment and copied.
 * @param {string} home
 * @param {import('../python-environment.mjs').PythonEnvironment} python
 * @param {Record<string, string>} environment
 */
async function database(home, python, environment) {
  const ready = join(python.folder, 'airflow.db');
  const isReady = await access(ready).then(
    () => true,
    () => false,
  );
  if (!isReady) {
    const made = await run(python.bin('airflow'), ['db', 'migrate'], { environment });
    if (made.code !== 0)
      throw new Error(`airflow db migrate ended with ${made.code}: ${made.output.slice(-2000)}`);
    return copyFile(join(home, 'airflow.db'), ready);
  }
  await copyFile(ready, join(home, 'airflow.db'));
}
