// A Python script that is asked a line at a time and answers with lines `RESULT {…}`: a tool that is slow to start, started once.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * @typedef {object} PythonProcess
 * @property {() => Promise<any>} next The next answer.
 * @property {(line: string) => Promise<any>} ask
 * @property {() => string} output All that it printed besides.
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} python
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} environment
 * @returns {PythonProcess}
 */
export function startPython(python, args, environment) {
  const child = spawn(python, [...args], {
    stdio: 'pipe',
    env: { ...process.env, ...environment },
  });
  let output = '';
  /** @type {any[]} */
  const results = [];
  /** @type {((value: any) => void) | undefined} */
  let waiting;
  /** @type {Error | undefined} */
  let over;
  child.stdin.on('error', () => {});
  const closed = new Promise((resolve) => child.once('close', resolve));
  /** @param {string} line */
  const take = (line) => {
    if (!line.startsWith('RESULT ')) {
      output += `${line}\n`;
      return;
    }
    results.push(JSON.parse(line.slice('RESULT '.length)));
    waiting?.(undefined);
  };
  createInterface({ input: child.stdout }).on('line', take);
  createInterface({ input: child.stderr }).on('line', take);
  void closed.then((code) => {
    over = new Error(`Python ended with ${code}: ${output.slice(-3000)}`);
    waiting?.(undefined);
  });
  const next = async () => {
    while (results.length === 0) {
      if (over !== undefined) throw over;
      await new Promise((resolve) => {
        waiting = resolve;
      });
    }
    return results.shift();
  };
  return {
    next,
    ask: (line) => {
      child.stdin.write(`${line}\n`);
      return next();
    },
    output: () => output,
    close: async () => {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await closed;
      clearTimeout(timer);
    },
  };
}
