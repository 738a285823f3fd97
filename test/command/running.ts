import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const binFolder = join(import.meta.dirname, '..', '..', 'bin');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface StartOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Words before the command, such as those of a shell that limits it. */
  readonly under?: readonly string[];
  readonly program?: 'source-centra' | 'tap-centra';
}

/** The real command, to do something to it while it runs. */
export function start(args: readonly string[], options: StartOptions = {}) {
  const { environment = {}, under = [], program = 'source-centra' } = options;
  const script = join(binFolder, `${program}.js`);
  const [command = process.execPath, ...words] = [...under, process.execPath, script, ...args];
  const child = spawn(command, words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, ...environment },
  });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })));
  return { child, ended, said };
}

/** Waits until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const endMs = performance.now() + 20_000;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`It never came to this: ${what}.`);
    await setTimeout(5);
  }
}
