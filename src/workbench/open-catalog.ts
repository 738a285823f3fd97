import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import { loadCatalog } from '../catalog/compile/checked-catalog.ts';
import type { CompiledCatalog } from '../catalog/compile/compile.ts';
import { bundledNames, type CatalogSource, type LoadedCatalog } from '../catalog/language/load.ts';
import { inWords } from '../catalog/language/near-match.ts';
import { formatProblem, hasErrors } from '../catalog/language/problem.ts';
import type { CentraClient, ClientObserver } from '../centra/client.ts';
import type { Configuration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { loggingObserver } from '../console/log.ts';
import { ConnectorError } from '../errors.ts';
import { packageRoot } from '../package-root.ts';
import { configurationAt } from '../read/open-configuration.ts';
import { findSchemas, openShop, type Schemas } from '../read/shop.ts';
import { TEST_PII_KEY } from './test-pii-key.ts';

/** A person waits for the answer. */
const PATIENCE_MS = 20_000;

export interface CatalogArguments {
  /** A path, or the name of a bundled catalog. */
  readonly catalog?: string | undefined;
  /** The path of a configuration. */
  readonly config?: string | undefined;
}

export interface OpenOptions {
  /** Instead of a line on stderr for each. */
  readonly observer?: Partial<ClientObserver>;
  /** Whether a catalog with errors is good enough. */
  readonly mayHaveErrors?: boolean;
  /** Whether it keeps to the share of the limits that the configuration allows: for what asks for all that rows have. */
  readonly isPaced?: boolean;
}

/** A catalog that a command works on, compiled against the schema that the command means. */
export interface OpenCatalog {
  /** For people: `catalog/default.yaml`, `acme.yaml`. */
  readonly label: string;
  /** What to type after a command to name it again: `default`, `acme.yaml`; empty for an inline one, which --config names. */
  readonly argument: string;
  /** Where relative paths in it start; an inline catalog has no folder. */
  readonly folder: string | undefined;
  readonly loaded: LoadedCatalog;
  /**
   * Without a configuration, `pii: hash` has the documented test key, which no read uses: schemas and queries are the
   * same whatever the key is.
   */
  readonly compiled: CompiledCatalog;
  /** The same against another schema, or without what these permissions guard. */
  readonly bind: (schema: GraphQLSchema, lacking: ReadonlySet<string>) => CompiledCatalog;
  /** The live one with a configuration; without it the one that comes with the connector. */
  readonly schemas: Schemas;
  readonly configuration: Configuration | undefined;
  /** To the live API, where there is a configuration. */
  readonly client: CentraClient | undefined;
  readonly close: () => Promise<void>;
}

/** Opens the catalog that the arguments name for as long as `use` takes. */
export async function withCatalog<T>(
  args: CatalogArguments,
  context: CommandContext,
  use: (open: OpenCatalog) => T | Promise<T>,
  options: OpenOptions = {},
): Promise<T> {
  const open = await openCatalog(args, context, options);
  try {
    if (options.mayHaveErrors !== true) refuseErrors(open);
    return await use(open);
  } finally {
    await open.close();
  }
}

/** Loads the catalog and binds it. What is wrong in it is in `compiled.problems`; thrown is that it is not there. */
async function openCatalog(
  args: CatalogArguments,
  context: CommandContext,
  { observer = {}, isPaced = false }: OpenOptions,
): Promise<OpenCatalog> {
  const { log, signal } = context;
  const { config } = args;
  const configuration = config === undefined ? undefined : await configurationAt(config, context);
  const { source, ...names } = await sourceOf(args.catalog, configuration);
  const catalog = await loadCatalog(source, {
    piiKey: configuration === undefined ? TEST_PII_KEY : configuration.piiKey?.reveal(),
    piiKeyId: configuration?.piiKeyId,
  });
  const { loaded, reference } = catalog;
  refuseMissing(loaded);
  const bound = (schemas: Schemas) => {
    const bind: OpenCatalog['bind'] = (schema, lacking) => catalog.bind(schema, undefined, lacking);
    return { ...names, loaded, compiled: catalog.bind(schemas.schema), bind, schemas, configuration };
  };
  if (configuration === undefined) {
    const schemas = {
      schema: reference,
      reference,
      isLive: false,
      serverNowMs: Date.now(),
      clockDifferenceMs: undefined,
    };
    return { ...bound(schemas), client: undefined, close: async () => {} };
  }
  const shop = openShop(configuration, context, {
    patienceMs: PATIENCE_MS,
    isPaced,
    observer: { ...loggingObserver(log), ...observer },
  });
  try {
    const schemas = await findSchemas(shop.client, { tolerated: [], log, signal });
    return { ...bound(schemas), client: shop.client, close: shop.close };
  } catch (error) {
    await shop.close();
    throw error;
  }
}

/** Throws for a catalog with errors, for the tools that need a good one. */
function refuseErrors({
  label,
  argument,
  compiled,
}: Pick<OpenCatalog, 'label' | 'argument' | 'compiled'>): void {
  const errors = compiled.problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined || !hasErrors(compiled.problems)) return;
  throw new ConnectorError({
    kind: 'mapping',
    code: 'catalog/errors',
    message: `${label} has ${errors.length === 1 ? 'an error' : `${errors.length} errors; the first is`}: ${ended(formatProblem(first).replaceAll(/\n\s*/g, ' '))}`,
    hint: `Run source-centra catalog check ${argument} to see all of it.`,
  });
}

/** A hint may end with what to type, and a sentence follows. */
function ended(text: string): string {
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

/** A catalog that is not there is no finding about it. One that it extends is: that has a place in it. */
function refuseMissing({ problems }: LoadedCatalog): void {
  const missing = problems.find(
    ({ code, line, column }) => code === 'catalog/not_found' && line === 1 && column === 1,
  );
  if (missing === undefined) return;
  const { code, message, hint } = missing;
  throw new ConnectorError({ kind: 'config', code, message, ...(hint !== undefined && { hint }) });
}

interface NamedSource extends Pick<OpenCatalog, 'label' | 'argument' | 'folder'> {
  readonly source: CatalogSource;
}

async function sourceOf(
  named: string | undefined,
  configuration: Configuration | undefined,
): Promise<NamedSource> {
  const source = named === undefined ? configuration?.tenantCatalog : await namedSource(named);
  if (source === undefined) {
    throw new ConnectorError({
      kind: 'config',
      code: 'cli/no_catalog',
      message: 'No catalog is named.',
      hint: `Name one: a path such as ./acme.yaml, a bundled one (${inWords(await bundledNames(), 'or')}), or with --config the one that a configuration names.`,
    });
  }
  return { source, label: labelOf(source), argument: argumentOf(source), folder: folderOf(source) };
}

/** A name without dots and slashes is a bundled catalog, as in `extends`; unless only a file is called so. */
async function namedSource(name: string): Promise<CatalogSource> {
  if (!/^[\w-]+$/.test(name)) return { source: 'file', path: name };
  const isFile =
    !(await bundledNames()).includes(name) && (await stat(name).catch(() => undefined))?.isFile();
  return isFile === true ? { source: 'file', path: name } : { source: 'bundled', name };
}

function labelOf(source: CatalogSource): string {
  if (source.source === 'file') return source.path;
  return source.source === 'bundled'
    ? `catalog/${source.name}.yaml`
    : 'the inline catalog of the configuration';
}

function argumentOf(source: CatalogSource): string {
  if (source.source === 'file') return source.path;
  return source.source === 'bundled' ? source.name : '';
}

function folderOf(source: CatalogSource): string | undefined {
  if (source.source === 'file') return dirname(source.path);
  return source.source === 'bundled' ? join(packageRoot, 'catalog') : undefined;
}
