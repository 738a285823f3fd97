import { wantsColour } from '../console/capabilities.ts';
import type { CommandContext } from '../console/command-context.ts';
import { SUCCESS } from '../console/exit-code.ts';
import { peopleWriter } from '../console/people-writer.ts';
import { airbyteWriter } from '../protocol/airbyte/writer.ts';
import { singerWriter } from '../protocol/singer/writer.ts';
import type { Writer } from '../protocol/writer.ts';
import type { Program } from './command.ts';
import { type Asked, understand } from './command-line.ts';
import { runProcess } from './process.ts';

/** Runs what a command line asks for, and returns the exit code. `start` is what starts this program once more. */
export async function runProgram(
  program: Program,
  args: readonly string[],
  start: readonly string[],
): Promise<number> {
  const asked = understand(program, args);
  const { debug, quiet } = asked.args;
  const options = { name: asked.name, isDebug: debug === true, isQuiet: quiet === true, program: start };
  return runProcess({ ...options, writer: writerFor(asked) }, (context) => grant(program, asked, context));
}

async function grant(program: Program, { wish, args }: Asked, context: CommandContext): Promise<number> {
  if (wish.kind === 'run') return wish.command.run(args, context);
  if (wish.kind === 'refused') throw wish.error;
  await context.output.write(await textOf(program, wish, context));
  return SUCCESS;
}

async function textOf(
  program: Program,
  wish: Exclude<Asked['wish'], { readonly kind: 'run' | 'refused' }>,
  { version }: CommandContext,
): Promise<string> {
  if (wish.kind === 'version') return `${version}\n`;
  if (wish.kind === 'text') return wish.text === '' ? '' : `${wish.text}\n`;
  const { helpOf } = await import('./help.ts');
  return helpOf(program, wish.words);
}

function writerFor({ speech, args: { quiet, logFormat } }: Asked): Writer {
  if (speech === 'airbyte') return airbyteWriter;
  if (speech === 'singer') return singerWriter;
  return peopleWriter({
    format: logFormat === 'json' ? 'json' : 'text',
    isColoured: wantsColour({ isTty: process.stderr.isTTY, environment: process.env }),
    isQuiet: quiet === true,
  });
}
