import { basename } from 'node:path';

const args = process.argv.slice(2);
const isTap = basename(process.argv[1] ?? '', '.js') === 'tap-centra';

if (isTap || args[0] === 'tap-centra') {
  const { runTapCentra } = await import('./cli/tap-centra.ts');
  process.exitCode = await runTapCentra(isTap ? args : args.slice(1));
} else {
  const { runSourceCentra } = await import('./cli/program.ts');
  process.exitCode = await runSourceCentra(args);
}
