import { basename } from 'node:path';
import { runProgram } from './cli/run-program.ts';

const [, script = '', ...args] = process.argv;
const isTap = basename(script, '.js') === 'tap-centra';
const start = [process.execPath, ...process.execArgv, script];

// The image has one entry, and may be called as the other program.
if (isTap || args[0] === 'tap-centra') {
  const { tapCentra } = await import('./cli/tap-commands.ts');
  process.exitCode = await runProgram(tapCentra, isTap ? args : args.slice(1), start);
} else {
  const { sourceCentra } = await import('./cli/commands.ts');
  process.exitCode = await runProgram(sourceCentra, args, start);
}
