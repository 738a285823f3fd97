import { type Configuration, loadConfiguration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { loggingObserver } from '../console/log.ts';
import { catalogLine } from '../protocol/airbyte/messages.ts';
import type { OfferedStream } from '../protocol/message.ts';
import { compileMapping, offered, refuseBeforeAsking } from './catalog.ts';
import { openConfiguration } from './open-configuration.ts';
import { findSchemas, openShop } from './shop.ts';

/** Waits this long for an API before the schema that comes with the connector is used instead. */
const PATIENCE_MS = 20_000;

export async function discover(args: { readonly config: string }, context: CommandContext): Promise<number> {
  const configuration = await openConfiguration(() => loadConfiguration(args.config), context);
  await context.output.write(catalogLine(await discoverStreams(configuration, context)));
  return SUCCESS;
}

/** The streams of the tenant catalog that the live schema lets one read. */
export async function discoverStreams(
  configuration: Configuration,
  context: CommandContext,
): Promise<readonly OfferedStream[]> {
  const { log, signal } = context;
  await refuseBeforeAsking(configuration);
  const shop = openShop(configuration, context, {
    patienceMs: PATIENCE_MS,
    observer: loggingObserver(log),
  });
  try {
    const tolerated = ['transient', 'throttled', 'schema'] as const;
    const schemas = await findSchemas(shop.client, { tolerated, log, signal });
    const { streams, unreadable, warnings } = await compileMapping(configuration, schemas);
    for (const warning of warnings) log('warn', warning);
    for (const { stream, reason } of unreadable)
      log('warn', `The stream "${stream}" is left out: ${reason}.`);
    return streams.map((stream) => offered(stream, configuration));
  } finally {
    await shop.close();
  }
}
