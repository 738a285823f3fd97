import { runSourceCentra } from './cli/program.ts';

process.exitCode = await runSourceCentra(process.argv.slice(2));
