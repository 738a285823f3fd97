// `serve --read --format singer | target-postgres`, each end with a handle of its own, and what the target said.
import { spawn } from 'node:child_process';

const LISTENS_WITHIN_MS = 15_000;

/**
 * @typedef {object} Pipeline
 * @property {string} url Where it receives webhooks.
 * @property {(signal: NodeJS.Signals) => Promise<{ serve: number | null, target: number | null }>} end Ends `serve`, waits until the target has written what it held, and returns their exit codes; null: ended by the signal.
 * @property {() => string} said The last that both said for people.
 */

/**
 * @param {object} options
 * @param {string} options.bin The path of source-centra.
 * @param {readonly string[]} options.serve The arguments of `serve`.
 * @param {string} options.target The path of target-postgres.
 * @param {string} options.targetConfig
 * @param {(state: string) => void} options.hear Hears each state that the target confirms.
 * @returns {Promise<Pipeline>} When it listens.
 */
export async function startPipeline({ bin, serve, target, targetConfig, hear }) {
  const loader = spawn(target, ['--config', targetConfig], { stdio: ['pipe', 'pipe', 'pipe'] });
  const feed = spawn(process.execPath, [bin, 'serve', ...serve], { stdio: ['ignore', 'pipe', 'pipe'] });
  feed.stdout.pipe(loader.stdin);
  // A target that has ended is told of by its exit code.
  loader.stdin.on('error', () => {});
  const ends = Promise.all([feed, loader].map((child) => codeOf(child)));
  let said = '';
  let states = '';
  loader.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = (states + text).split('\n');
    states = lines.pop() ?? '';
    for (const line of lines) hear(line);
  });
  loader.stderr.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-8_000);
  });
  try {
    const url = await new Promise((resolve, reject) => {
      feed.stderr.setEncoding('utf8').on('data', (text) => {
        said = (said + text).slice(-8_000);
        const address = /received at (http:\S+?)\/centra\//.exec(said)?.[1];
        if (address !== undefined) resolve(address);
      });
      ends.then(() => reject(new Error(`The pipeline ended before it listened:\n${said}`)), reject);
      setTimeout(() => reject(new Error(`serve does not listen:\n${said}`)), LISTENS_WITHIN_MS).unref();
    });
    return {
      url,
      end: async (signal) => {
        feed.kill(signal);
        const [serveCode, targetCode] = await ends;
        return { serve: serveCode ?? null, target: targetCode ?? null };
      },
      said: () => said,
    };
  } catch (error) {
    feed.kill('SIGKILL');
    loader.kill('SIGKILL');
    throw error;
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number | null>}
 */
function codeOf(child) {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}
