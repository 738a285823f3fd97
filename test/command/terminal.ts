import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const bin = join(import.meta.dirname, '..', '..', 'bin', 'source-centra.js');

/** What a person does: waits until a text is there, then types. */
export interface Step {
  readonly see: string;
  readonly type: string;
}

export interface TerminalOutcome {
  readonly code: number;
  /** All that was shown, without the sequences that move the cursor and colour. */
  readonly shown: string;
  /** With them. */
  readonly raw: string;
}

export interface TerminalOptions {
  readonly cwd: string;
  readonly steps?: readonly Step[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Python has pseudo terminals; Node.js has none. */
const driver = `
import codecs, fcntl, json, os, pty, select, signal, struct, sys, termios, time
job = json.load(sys.stdin)
pid, master = pty.fork()
if pid == 0:
    os.chdir(job["cwd"])
    os.execvpe(job["args"][0], job["args"], job["environment"])
fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
text, seen, steps, decode = "", 0, list(job["steps"]), codecs.getincrementaldecoder("utf8")("replace").decode
end = time.monotonic() + job["seconds"]
while time.monotonic() < end:
    if select.select([master], [], [], 0.05)[0]:
        try:
            part = os.read(master, 65536)
        except OSError:
            break
        if not part:
            break
        text += decode(part)
    if steps and steps[0]["see"] in text[seen:]:
        seen = len(text)
        time.sleep(0.1)
        os.write(master, steps.pop(0)["type"].encode())
else:
    os.kill(pid, signal.SIGKILL)
status = os.waitpid(pid, 0)[1]
json.dump({"code": os.waitstatus_to_exitcode(status), "raw": text, "left": steps}, sys.stdout)
`;

/** Runs the real command in a pseudo terminal of 100 columns, with a person at it. */
export async function inTerminal(
  args: readonly string[],
  { cwd, steps = [], environment = {} }: TerminalOptions,
): Promise<TerminalOutcome> {
  const python = spawn('python3', ['-c', driver], { stdio: ['pipe', 'pipe', 'inherit'] });
  const job = {
    args: [process.execPath, bin, ...args],
    cwd,
    steps,
    seconds: 40,
    environment: { PATH: process.env.PATH, TERM: 'xterm-256color', ...environment },
  };
  python.stdin.end(JSON.stringify(job));
  let answer = '';
  python.stdout.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  await new Promise((resolve, reject) => {
    python.once('close', resolve);
    python.once('error', (cause) =>
      reject(new Error('This test needs python3: it has pseudo terminals.', { cause })),
    );
  });
  const { code, raw, left } = JSON.parse(answer) as { code: number; raw: string; left: readonly Step[] };
  if (left.length > 0) throw new Error(`${left[0]?.see} was never shown:\n${plain(raw)}`);
  return { code, raw, shown: plain(raw) };
}

function plain(text: string): string {
  return stripVTControlCharacters(text).replaceAll('\r', '');
}
