import { configurationFromEnvironment } from '../config/environment.ts';
import { type Configuration, configurationSchema, parseConfiguration, readSettings } from '../config/load.ts';
import { ConnectorError } from '../errors.ts';
import { parseJson } from '../json.ts';
import { parseSingerCatalog } from '../protocol/singer/catalog.ts';
import { parseSingerState } from '../protocol/singer/state.ts';
import { type ReadInput, readText } from './input.ts';
import { refuseMistaken } from './mistaken-file.ts';

/** What `--config` says instead of a path when the settings are in the environment. */
const ENVIRONMENT = 'ENV';

/** The settings of all `--config`, the later before the earlier; `ENV` stands for the variables `TAP_CENTRA_…`. */
export async function tapConfiguration(
  sources: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Configuration> {
  if (sources.length === 0) {
    throw new ConnectorError({
      kind: 'config',
      code: 'cli/arguments',
      message: 'Missing required argument: config.',
      hint: 'Give the path of a JSON file with --config, or --config=ENV for variables such as TAP_CENTRA_API_TOKEN.',
    });
  }
  const schema = await configurationSchema();
  const merged: Record<string, unknown> = {};
  for (const source of sources) {
    const settings =
      source === ENVIRONMENT ? configurationFromEnvironment(environment, schema) : await readSettings(source);
    Object.assign(merged, settings);
  }
  return parseConfiguration(merged, schema);
}

/** What a tap is asked to read. Without a catalog: every stream, as it is by default. */
export async function tapReadInput(args: {
  readonly catalog?: string | undefined;
  readonly state?: string | undefined;
  readonly fullRefresh?: readonly string[] | undefined;
}): Promise<ReadInput> {
  const { catalog, state } = args;
  return {
    wanted: catalog === undefined ? undefined : await wantedIn(catalog),
    states: state === undefined ? new Map() : await statesIn(state),
    slice: undefined,
    fullRefresh: args.fullRefresh,
  };
}

async function wantedIn(path: string): Promise<ReadInput['wanted']> {
  const text = await readText(path, 'the catalog');
  refuseMistaken(text, path, 'Singer catalog');
  return parseSingerCatalog(parseJson(text, `the catalog ${path}`));
}

async function statesIn(path: string): Promise<ReadInput['states']> {
  const text = await readText(path, 'the state');
  refuseMistaken(text, path, 'Singer state');
  return parseSingerState(text.trim() === '' ? null : parseJson(text, `the state file ${path}`));
}
