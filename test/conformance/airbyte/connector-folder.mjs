// The connector's files in a folder of their own, for one part of the run.
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const project = join(import.meta.dirname, '..', '..', '..');

/** What an image holds, and what describes it to Airbyte's tools. */
const connectorFiles = Object.freeze([
  ...['bin', 'dist', 'schemas', 'catalog', 'package.json'],
  ...['metadata.yaml', 'acceptance-test-config.yml'],
  ...['configured_catalog.json', 'future_state.json'].map((name) =>
    join('test', 'conformance', 'airbyte', name),
  ),
]);

/**
 * Copies the built connector under the name that Airbyte gives its folder: a build meanwhile disturbs nothing.
 * @param {string} part
 * @returns {Promise<{ root: string, bin: string, write: (path: string, content: unknown) => Promise<string> }>}
 */
export async function connectorFolder(part) {
  const folder = join(project, '.cache', 'conformance', 'runs', part);
  const root = join(folder, 'source-centra');
  // Nothing of a run before stays: a destination that is already full would prove nothing.
  await rm(folder, { recursive: true, force: true });
  for (const name of connectorFiles) {
    await mkdir(join(root, name, '..'), { recursive: true });
    await cp(join(project, name), join(root, name), { recursive: true });
  }
  return {
    root,
    bin: join(root, 'bin', 'source-centra.js'),
    write: async (path, content) => {
      await mkdir(join(root, path, '..'), { recursive: true });
      await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
      return join(root, path);
    },
  };
}
