import type { CommandContext } from '../console/command-context.ts';
import { worstOf } from '../console/exit-code.ts';
import { loggingObserver } from '../console/log.ts';
import { forecastSync } from '../forecast/forecast-sync.ts';
import { forecastText } from '../forecast/forecast-text.ts';
import { SAMPLE_ROWS } from '../forecast/measure.ts';
import { readInput } from '../read/input.ts';
import { permissionsInWords } from '../read/missing-permissions.ts';
import { configurationAt } from '../read/open-configuration.ts';
import { withSource } from '../read/open-source.ts';
import { originSettings } from '../read/read-session.ts';

/** A person waits for the answer. */
const PATIENCE_MS = 20_000;

export interface ExplainArguments {
  readonly config: string;
  readonly catalog?: string | undefined;
  readonly state?: string | undefined;
  readonly json: boolean;
}

/** Says what a sync will ask for, and how long that takes under the limits of the API. */
export async function explain(args: ExplainArguments, context: CommandContext): Promise<number> {
  const { output, log, signal } = context;
  const configuration = await configurationAt(args.config, context);
  const { endpoint, startDate, lookbackSeconds, budgetShare, maxConcurrency } = configuration;
  const { catalog: path, state } = args;
  // Without a configured catalog, all streams are wanted; which these are is known later.
  const { wanted, states } = await readInput({ catalog: path, state }, Date.now());
  const options = {
    patienceMs: PATIENCE_MS,
    observer: loggingObserver(log),
    tolerated: [],
    wanted,
    looksAtAccess: 'read' as const,
  };
  const { result, kinds, permissions } = await withSource(configuration, options, context, async (source) => {
    const { shop, schemas, catalog, needed } = source;
    const forecast = await forecastSync({
      ...catalog,
      client: shop.client,
      schema: schemas.schema,
      serverNowMs: schemas.serverNowMs,
      signal,
      wanted,
      states,
      startDate,
      lookbackSeconds,
      origin: originSettings(configuration),
      budgetShare,
      maxConcurrency,
    });
    return { ...forecast, permissions: needed };
  });
  const shown = { host: new URL(endpoint).host, hasState: state !== undefined, sampleRows: SAMPLE_ROWS };
  const names = permissions.map(({ permission }) => permission);
  await output.writeText(
    args.json
      ? `${JSON.stringify({ ...result, permissions: names })}\n`
      : `${forecastText(result, shown)}\n${permissionsInWords(permissions)}\n`,
  );
  return worstOf(kinds);
}
