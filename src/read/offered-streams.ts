import type { Configuration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { loggingObserver } from '../console/log.ts';
import type { OfferedStream } from '../protocol/message.ts';
import { offered } from './catalog.ts';
import { withSource } from './open-source.ts';

/** Waits this long for an API before the schema that comes with the connector is used instead. */
const PATIENCE_MS = 20_000;

/** The streams of the tenant catalog that the live schema lets one read. */
export async function offeredStreams(
  configuration: Configuration,
  context: CommandContext,
): Promise<readonly OfferedStream[]> {
  const { log } = context;
  const tolerated = ['transient', 'throttled', 'schema'] as const;
  const options = {
    patienceMs: PATIENCE_MS,
    observer: loggingObserver(log),
    tolerated,
    // What a platform stores of a stream must not change with the token's permissions.
    looksAtAccess: 'no',
  } as const;
  return withSource(configuration, options, context, async ({ catalog: { streams, unreadable } }) => {
    for (const { stream, reason } of unreadable) log('warn', `The stream "${stream}" is left out: ${reason}`);
    return streams.map((stream) => offered(stream, configuration));
  });
}
