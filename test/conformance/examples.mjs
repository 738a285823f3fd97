// The examples of orchestrators, each by the tool that it is for, against made-up shops.
import { join } from 'node:path';
import { airflow } from './examples/airflow.mjs';
import { cron } from './examples/cron.mjs';
import { dagster } from './examples/dagster.mjs';
import { githubActions } from './examples/github-actions.mjs';
import { kubernetes } from './examples/kubernetes.mjs';
import { openWorkshop } from './examples/workshop.mjs';
import { pythonEnvironment } from './python-environment.mjs';

/** @typedef {import('./part.mjs').Check} Check */

/** @type {import('./part.mjs').Part} */
export const part = Object.freeze({
  title: 'Orchestrators: Airflow, Dagster, Kubernetes, GitHub Actions and cron, as in examples/',
  run: async (say) => {
    const requirements = join(import.meta.dirname, 'examples', 'lint.txt');
    const lint = await pythonEnvironment({ name: 'lint', requirements });
    const tools = Object.freeze({
      shellcheck: lint.bin('shellcheck'),
      kubernetesValidate: lint.bin('kubernetes-validate'),
      checkJsonschema: lint.bin('check-jsonschema'),
    });
    const workshop = await openWorkshop();
    say(
      workshop.image === undefined
        ? 'Containers are the built files, with the mounted folders in place (name an image in CONFORMANCE_IMAGE to run that).'
        : `Containers are of the image ${workshop.image}, on the host's network.`,
    );
    /** @type {Readonly<Record<string, () => Promise<readonly Check[]>>>} */
    const all = {
      airflow: () => airflow(workshop),
      dagster: () => dagster(workshop),
      kubernetes: () => kubernetes(workshop, tools),
      'github-actions': () => githubActions(workshop, tools),
      cron: () => cron(workshop, tools),
    };
    // Each waits for others' processes most of the time.
    const done = await Promise.all(
      Object.entries(all).map(async ([name, example]) => {
        const started = performance.now();
        const checks = await example().catch((/** @type {unknown} */ error) => {
          const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
          return [/** @type {Check} */ ({ name: `${name}: came to its end`, outcome: 'failed', detail })];
        });
        const passed = checks.filter(({ outcome }) => outcome === 'passed').length;
        const seconds = ((performance.now() - started) / 1000).toFixed(0);
        return { checks, line: `${name}: ${passed} of ${checks.length} in ${seconds} s` };
      }),
    );
    // In their order, not in that in which they came to their end.
    for (const { line } of done) say(line);
    return done.flatMap(({ checks }) => checks);
  },
});
