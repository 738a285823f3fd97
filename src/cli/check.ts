import { loadConfiguration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import { exitCodeOf, FINDINGS, SUCCESS } from '../console/exit-code.ts';
import { ConnectorError, sentence } from '../errors.ts';
import { connectionStatusLine } from '../protocol/airbyte/messages.ts';
import { type Examination, examine, tellFindings } from '../read/examination.ts';
import { openConfiguration } from '../read/open-configuration.ts';

interface Arguments {
  readonly config: string;
  readonly strict: boolean;
}

/**
 * Proves endpoint, token, catalog and permissions. What is wrong is the answer, not a failure of the command: the exit code is
 * 0, unless `--strict` asks for another one.
 */
export async function check({ config, strict }: Arguments, context: CommandContext): Promise<number> {
  const examined = await openConfiguration(() => loadConfiguration(config), context)
    .then((configuration) => examine(configuration, context))
    .catch((error: unknown) => {
      if (error instanceof ConnectorError && error.kind !== 'bug') return error;
      throw error;
    });
  const { output, writer, log } = context;
  // People get them as the answer.
  if (writer.isProtocol && !(examined instanceof ConnectorError)) tellFindings(examined, log);
  if (writer.isProtocol) await output.writeText(asMessage(examined));
  else await output.writeText(forPeople(examined));
  if (!strict) return SUCCESS;
  if (examined instanceof ConnectorError) return exitCodeOf(examined.kind);
  return examined.findings.every(({ isGood }) => isGood) ? SUCCESS : FINDINGS;
}

function asMessage(examined: Examination | ConnectorError): string {
  if (examined instanceof ConnectorError) return connectionStatusLine(false, sentence(examined));
  return connectionStatusLine(examined.isGood, examined.message);
}

function forPeople(examined: Examination | ConnectorError): string {
  if (examined instanceof ConnectorError) return `Not connected. ${sentence(examined)}\n`;
  const { host, findings, notes } = examined;
  const lines = findings.map(({ isGood, message }) => `  ${isGood ? 'ok    ' : 'failed'}  ${message}`);
  return `${[`${host} answers.`, ...lines, ...notes.map((note) => `  note    ${note}`)].join('\n')}\n`;
}
