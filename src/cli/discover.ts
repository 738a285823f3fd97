import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { textTable } from '../console/text-table.ts';
import { isObject } from '../json.ts';
import { catalogLine } from '../protocol/airbyte/messages.ts';
import type { OfferedStream } from '../protocol/message.ts';
import { offeredStreams } from '../read/offered-streams.ts';
import { configurationAt } from '../read/open-configuration.ts';

/** Prints the streams that a platform, or a person, may choose from. */
export async function discover(args: { readonly config: string }, context: CommandContext): Promise<number> {
  const { output, writer } = context;
  const configuration = await configurationAt(args.config, context);
  const streams = await offeredStreams(configuration, context);
  if (writer.isProtocol) await output.write(catalogLine(streams));
  else await output.writeText(forPeople(streams));
  return SUCCESS;
}

function forPeople(streams: readonly OfferedStream[]): string {
  const rows = streams.map(({ name, jsonSchema: { properties }, key, cursor }) => [
    name,
    Object.keys(isObject(properties) ? properties : {}).length,
    key.join(', '),
    cursor,
  ]);
  const table = textTable(['stream', 'columns', 'key', 'cursor'], rows);
  return `${[...table, '', 'With --as messages: their schemas, as a platform reads them.'].join('\n')}\n`;
}
