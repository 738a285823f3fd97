import type { CommandContext } from '../console/command-context.ts';
import { BAD_INPUT, INTERRUPTED, SUCCESS } from '../console/exit-code.ts';
import { type ConfigInit, initConfiguration } from '../setup/config-init.ts';

/** Writes a configuration that works. */
export async function configInit(args: ConfigInit, context: CommandContext): Promise<number> {
  const outcome = await initConfiguration(args, context);
  if (outcome === 'written') return SUCCESS;
  process.stderr.write('source-centra: stopped. Nothing was written.\n');
  return outcome === 'interrupted' ? INTERRUPTED : BAD_INPUT;
}
