import { readdir } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { packageRoot } from '../../package-root.ts';
import { readRegularFile, TextFileError } from '../../text-file.ts';
import { mergeCatalogs } from './merge.ts';
import { type CatalogModel, checkFile, modelOf } from './model.ts';
import { didYouMean, inWords } from './near-match.ts';
import type { Problem, Report } from './problem.ts';
import { type MapNode, type Place, type SourceNode, textOf } from './source-node.ts';
import { MOST_BYTES, readYaml } from './yaml-source.ts';

export type CatalogSource =
  | { readonly source: 'bundled'; readonly name: string }
  | { readonly source: 'file'; readonly path: string }
  | { readonly source: 'inline'; readonly yaml: string };

export interface LoadedCatalog {
  readonly catalog: CatalogModel;
  /** What is wrong with the files by themselves; the compiler passes them on with its own. */
  readonly problems: readonly Problem[];
}

/** One file of a chain of `extends`, as it is named to people and as it is found. */
interface CatalogFile {
  readonly label: string;
  readonly path: string;
}

export interface LoadOptions {
  /** Where the catalogs that come with the connector are. */
  readonly bundledFolder?: string;
  /** Without it, a file is measured before it is read. */
  readonly readFile?: (path: string) => Promise<Uint8Array>;
}

interface Loading {
  readonly bundledFolder: string;
  readonly readFile: (path: string) => Promise<Uint8Array>;
  readonly report: Report;
}

const INLINE = 'tenant_catalog (inline)';

/** Reads a catalog and all that it extends, and lays them over each other. Never throws for what a catalog holds. */
export async function loadCatalog(source: CatalogSource, options: LoadOptions = {}): Promise<LoadedCatalog> {
  const { bundledFolder = join(packageRoot, 'catalog'), readFile: read = readMeasured } = options;
  const problems: Problem[] = [];
  const loading: Loading = { bundledFolder, readFile: read, report: (problem) => problems.push(problem) };
  const merged = await loadSource(source, loading);
  const catalog = merged === undefined ? { tenant: undefined, streams: [] } : modelOf(merged, loading.report);
  return { catalog, problems };
}

async function loadSource(source: CatalogSource, loading: Loading): Promise<MapNode | undefined> {
  if (source.source === 'inline') {
    const bytes = new TextEncoder().encode(source.yaml);
    const root = checkFile(readYaml(bytes, INLINE, loading.report), loading.report);
    return root && withInherited(root, undefined, [], loading);
  }
  const place = {
    file: source.source === 'file' ? source.path : `catalog/${source.name}.yaml`,
    line: 1,
    column: 1,
  };
  if (source.source === 'file')
    return loadFile({ label: source.path, path: resolve(source.path) }, place, [], loading);
  return loadBundled(source.name, place, [], loading);
}

async function loadBundled(
  name: string,
  asked: Place,
  above: readonly string[],
  loading: Loading,
): Promise<MapNode | undefined> {
  const names = await bundledNames(loading.bundledFolder);
  if (!names.includes(name)) {
    loading.report({
      severity: 'error',
      code: 'catalog/not_found',
      ...asked,
      message: `There is no bundled catalog "${name}".`,
      hint:
        didYouMean(name, names) ??
        `The bundled catalogs are ${inWords(names, 'and')}; a path begins with "./".`,
    });
    return undefined;
  }
  const file = { label: `catalog/${name}.yaml`, path: join(loading.bundledFolder, `${name}.yaml`) };
  return loadFile(file, asked, above, loading);
}

/** The catalogs that come with the connector, by name. */
export async function bundledNames(
  bundledFolder: string = join(packageRoot, 'catalog'),
): Promise<readonly string[]> {
  const files = await readdir(bundledFolder).catch(() => []);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

async function loadFile(
  file: CatalogFile,
  asked: Place,
  above: readonly string[],
  loading: Loading,
): Promise<MapNode | undefined> {
  const { report } = loading;
  if (above.includes(file.path)) {
    report({
      severity: 'error',
      code: 'catalog/extends_circle',
      ...asked,
      message: `The catalogs extend each other in a circle: ${file.label} is already below itself.`,
      hint: 'Remove one `extends` of the circle.',
    });
    return undefined;
  }
  const bytes = await readBytes(file, asked, loading);
  const root = bytes && checkFile(readYaml(bytes, file.label, report), report);
  return root && withInherited(root, file, [...above, file.path], loading);
}

async function readBytes(
  file: CatalogFile,
  asked: Place,
  { readFile: read, report }: Loading,
): Promise<Uint8Array | undefined> {
  const refuse = (code: string, message: string, hint: string): undefined => {
    report({ severity: 'error', code, ...asked, message, hint });
  };
  try {
    return await read(file.path);
  } catch (error) {
    if (error instanceof TextFileError && error.reason === 'size')
      return refuse(
        'catalog/too_large',
        `${file.label} is larger than 1 MB.`,
        'Split it: a catalog can extend another one.',
      );
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'not a file';
    if (code === 'ENOENT')
      return refuse('catalog/not_found', `${file.label} does not exist.`, 'Check the path.');
    return refuse(
      'catalog/not_found',
      `${file.label} cannot be read (${code}).`,
      'Check the path and who may read the file.',
    );
  }
}

async function readMeasured(path: string): Promise<Uint8Array> {
  return readRegularFile(path, MOST_BYTES);
}

async function withInherited(
  root: MapNode,
  file: CatalogFile | undefined,
  above: readonly string[],
  loading: Loading,
): Promise<MapNode | undefined> {
  const node = root.entries.get('extends')?.value;
  const name = textOf(node);
  const empty: MapNode = { kind: 'map', place: root.place, entries: new Map() };
  if (node === undefined || name === undefined) return mergeCatalogs(empty, root, loading.report);
  const base = await loadExtended(name, node, file, above, loading);
  // Without its base, a catalog would only give errors that go away with this one.
  return base && mergeCatalogs(base, root, loading.report);
}

async function loadExtended(
  name: string,
  node: SourceNode,
  file: CatalogFile | undefined,
  above: readonly string[],
  loading: Loading,
): Promise<MapNode | undefined> {
  if (/^[\w-]+$/.test(name)) return loadBundled(name, node.place, above, loading);
  const refuse = (message: string, hint: string): undefined => {
    loading.report({ severity: 'error', code: 'catalog/extends', ...node.place, message, hint });
  };
  if (file === undefined) {
    return refuse(
      'An inline catalog has no folder from which a path could start.',
      'Extend a bundled catalog by its name, such as `extends: default`.',
    );
  }
  if (isAbsolute(name)) {
    return refuse(
      '`extends` takes a bundled name or a relative path.',
      'Write the path from this file, such as `./base.yaml`.',
    );
  }
  const path = join(dirname(file.path), name);
  return loadFile({ label: join(dirname(file.label), name), path }, node.place, above, loading);
}
