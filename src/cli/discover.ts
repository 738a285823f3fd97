import { loadConfiguration } from '../config/load.ts';
import { catalogLine } from '../protocol/airbyte/messages.ts';
import { SUCCESS } from './exit-code.ts';
import { loggingObserver, protocolLog, warnOfUnknownNames } from './log.ts';
import { compileMapping, offered, refuseBeforeAsking } from './mapping.ts';
import { findSchemas, openShop } from './shop.ts';
import type { Surroundings } from './surroundings.ts';

/** Waits this long for an API before the schema that comes with the connector is used instead. */
const DISCOVER_PATIENCE_MS = 20_000;

export async function discover(
  args: { readonly config: string },
  surroundings: Surroundings,
): Promise<number> {
  const { output, signal, version } = surroundings;
  const configuration = await loadConfiguration(args.config);
  output.guard([configuration.apiToken, configuration.piiKey]);
  const log = protocolLog(output);
  warnOfUnknownNames(configuration, log);
  await refuseBeforeAsking(configuration);
  const shop = openShop(configuration, {
    version,
    patienceMs: DISCOVER_PATIENCE_MS,
    observer: loggingObserver(log),
  });
  try {
    const schemas = await findSchemas(shop.client, signal, ['transient', 'throttled', 'schema']);
    if (schemas.offlineReason !== undefined) {
      log(
        'warn',
        `${schemas.offlineReason.message} The schema that comes with the connector is used instead of the shop's own.`,
      );
    }
    const { streams, unreadable, warnings } = await compileMapping(configuration, schemas);
    for (const warning of warnings) log('warn', warning);
    for (const { stream, reason } of unreadable)
      log('warn', `The stream "${stream}" is left out: ${reason}.`);
    await output.write(catalogLine(streams.map((stream) => offered(stream, configuration))));
    return SUCCESS;
  } finally {
    await shop.close();
  }
}
