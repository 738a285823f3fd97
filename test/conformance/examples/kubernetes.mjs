// The manifests, against Kubernetes' own schema, and the pod's containers one after the other, as the kubelet would.

import { once } from 'node:events';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { startContainer } from '../docker/container.mjs';
import { check } from '../part.mjs';
import { examples, isInstalled, openShop, pointTo, readFourTimes, run } from './workshop.mjs';

const example = join(examples, 'kubernetes');

/**
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {{ shellcheck: string, kubernetesValidate: string }} tools
 * @returns {Promise<readonly import('../part.mjs').Check[]>}
 */
export async function kubernetes(workshop, { shellcheck, kubernetesValidate }) {
  const kustomization = parse(await readFile(join(example, 'kustomization.yaml'), 'utf8'));
  const checks = [];
  for (const name of kustomization.resources) {
    const seen = await run(kubernetesValidate, ['--strict', join(example, name)], { environment: {} });
    checks.push(check(`kubernetes: ${name} keeps to the schema`, seen.code === 0, seen.output));
  }
  checks.push(...(await rendered(workshop, kubernetesValidate)));
  const manifest = parse(await readFile(join(example, 'cronjob.yaml'), 'utf8'), { merge: true });
  const pod = manifest.spec.jobTemplate.spec.template.spec;
  const [script] = pod.containers[0].command.slice(2);
  const linted = await run(shellcheck, ['--shell=sh', '-'], { environment: {}, input: script });
  checks.push(check('kubernetes: shellcheck has nothing to say', linted.code === 0, linted.output));
  const shop = await openShop(60, workshop.bin);
  try {
    const folders = await volumes(workshop, kustomization, shop);
    let pods = 0;
    const read = async () => {
      pods += 1;
      let output = '';
      for (const container of [...pod.initContainers, ...pod.containers]) {
        const done = await runContainer(container, pod, folders, `centra-acme-${pods}`, workshop);
        output += done.output;
        if (done.code !== 0) return { code: done.code, output };
      }
      return { code: 0, output };
    };
    checks.push(...(await readFourTimes({ name: 'kubernetes', data: folders.data ?? '', read }, shop)));
    return checks;
  } finally {
    await shop.close();
  }
}

/**
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {string} kubernetesValidate
 * @returns {Promise<readonly import('../part.mjs').Check[]>}
 */
async function rendered(workshop, kubernetesValidate) {
  const name = 'kubernetes: what kustomize makes keeps to the schema, its names fitting each other';
  if (!(await isInstalled('kubectl'))) {
    return [{ name, outcome: 'left out', detail: 'kubectl, which makes it, is not installed' }];
  }
  const made = await run('kubectl', ['kustomize', example], { environment: {} });
  if (made.code !== 0) return [check(name, false, made.output)];
  const file = join(await workshop.folder('kubernetes'), 'rendered.yaml');
  await writeFile(file, made.output);
  const seen = await run(kubernetesValidate, ['--strict', file], { environment: {} });
  const objects = parseAllDocuments(made.output).map((document) => document.toJS());
  const configMap = objects.find(({ kind }) => kind === 'ConfigMap');
  const job = objects.find(({ kind }) => kind === 'CronJob');
  const used = job.spec.jobTemplate.spec.template.spec.volumes.find(
    (/** @type {any} */ { configMap: map }) => map !== undefined,
  );
  const fits = used.configMap.name === configMap.metadata.name && 'catalog.yaml' in configMap.data;
  return [
    check(
      name,
      seen.code === 0 && fits,
      `${seen.output}\n${used.configMap.name}, ${configMap.metadata.name}`,
    ),
  ];
}

/**
 * A folder for each volume, filled as Kubernetes would fill it.
 * @param {import('./workshop.mjs').Workshop} workshop
 * @param {any} kustomization
 * @param {import('../../../scripts/made-up-shop.mjs').Shop} shop
 * @returns {Promise<Readonly<Record<string, string>>>}
 */
async function volumes(workshop, kustomization, shop) {
  const folder = await workshop.folder('kubernetes');
  const folders = {
    config: join(folder, 'config'),
    secret: join(folder, 'secret'),
    data: join(folder, 'data'),
  };
  for (const path of Object.values(folders)) await mkdir(path);
  for (const path of kustomization.configMapGenerator[0].files) {
    await copyFile(join(example, path), join(folders.config, basename(path)));
  }
  await pointTo(join(folders.config, 'config.json'), shop);
  await writeFile(join(folders.secret, 'api_token'), shop.token);
  await writeFile(join(folders.secret, 'pii_key'), '0f1e2d3c4b5a69788796a5b4c3d2e1f0-conformance');
  return folders;
}

/**
 * @param {any} container
 * @param {any} pod
 * @param {Readonly<Record<string, string>>} folders
 * @param {string} podName
 * @param {import('./workshop.mjs').Workshop} workshop
 * @returns {Promise<import('./workshop.mjs').Outcome>}
 */
async function runContainer(container, pod, folders, podName, { environment }) {
  const [entrypoint, ...first] = container.command ?? [];
  const { runAsUser, runAsGroup } = pod.securityContext;
  const child = startContainer(
    {
      image: container.image,
      entrypoint,
      args: [...first, ...(container.args ?? [])],
      environment: variables(container, podName),
      mounts: container.volumeMounts.map((/** @type {any} */ { name, mountPath, readOnly }) => ({
        host: folders[name],
        container: mountPath,
        isReadOnly: readOnly === true,
      })),
      // As the security context says; the made-up volumes belong to whoever runs this.
      options: [
        '--read-only',
        '--cap-drop',
        'ALL',
        '--user',
        `${process.getuid?.() ?? runAsUser}:${process.getgid?.() ?? runAsGroup}`,
      ],
    },
    ['ignore', 'pipe', 'pipe'],
    environment,
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { code: code ?? 128, output };
}

/**
 * @param {any} container
 * @param {string} podName
 * @returns {Record<string, string>}
 */
function variables({ env = [] }, podName) {
  return Object.fromEntries(
    env.map((/** @type {any} */ { name, valueFrom }) => {
      if (valueFrom?.fieldRef?.fieldPath === 'metadata.name') return [name, podName];
      throw new Error(`Where the variable ${name} comes from is not known here.`);
    }),
  );
}
