import { once } from 'node:events';
import type { Writable } from 'node:stream';
import type { Secret } from '../config/secret.ts';
import { ConnectorError } from '../errors.ts';
import type { Written } from '../protocol/writer.ts';

/** stdout, and stderr beside it. */
export interface Output {
  /** Resolves when there is room for more. Rejects with OutputClosed when nobody reads any more. */
  readonly write: (lines: string) => Promise<void>;
  /** The same for lines that people read, with every secret blotted out that may have got into them. */
  readonly writeText: (lines: string) => Promise<void>;
  /** Both, for text that people read: every secret is blotted out. */
  readonly say: (written: Written) => Promise<void>;
  /** Whoever draws on the terminal takes over what goes to stderr, and gives it back with undefined. */
  readonly divertErrors: (write: ((text: string) => void) | undefined) => void;
  /** From now on, `writeText` and `redact` blot these out. */
  readonly guard: (secrets: readonly (Secret | undefined)[]) => void;
  readonly redact: (text: string) => string;
  /** Resolves when all is handed to the operating system. */
  readonly flush: () => Promise<void>;
  /** What the system said when it took no more of the output; undefined where all is well, or nobody reads any more. */
  readonly lost: () => ConnectorError | undefined;
  /** For an end that comes by force: nothing more is begun. Resolves when no line is half written. */
  readonly halt: () => Promise<void>;
}

/** Centra's tokens are far longer, and so must the key be. */
const SHORTEST_SECRET = 6;

/**
 * So much is handed over at once: what has been handed over cannot be taken back, and a reader who has stopped reading would
 * keep all of it waiting.
 */
const PIECE = 16 * 1024;

export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
  /** What the system said when it took no more; undefined where nobody reads any more, which is no fault. */
  readonly reason: ConnectorError | undefined;

  constructor(reason?: ConnectorError) {
    super('Nobody reads the output any more.');
    this.reason = reason;
  }
}

/** Readers go away in these ways. */
const readerGone: ReadonlySet<unknown> = new Set(['EPIPE', 'ECONNRESET', 'ERR_STREAM_DESTROYED']);
const noRoom: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

function lossOf(error: NodeJS.ErrnoException): ConnectorError | undefined {
  const code = error.code ?? error.name;
  if (readerGone.has(code)) return undefined;
  return new ConnectorError({
    kind: 'transient',
    code: 'output/lost',
    message: noRoom.has(code)
      ? `The output could not be written: its disk has no room left (${code}).`
      : `The output could not be written (${code}).`,
    hint: 'Make room, and run the command again: a read goes on from the last state that was written whole.',
    cause: error,
  });
}

export function createOutput(stream: Writable, errors: Writable): Output {
  const guarded: string[] = [];
  let isClosed = false;
  let isHalted = false;
  let lost: ConnectorError | undefined;
  let diverted: ((text: string) => void) | undefined;
  const writeError = (text: string) => (diverted === undefined ? errors.write(text) : diverted(text));
  stream.on('error', (error: NodeJS.ErrnoException) => {
    isClosed = true;
    lost ??= lossOf(error);
  });
  // Nobody reads the logs any more: no reason to stop.
  errors.on('error', () => undefined);

  async function write(lines: string): Promise<void> {
    for (const piece of piecesOf(lines)) {
      if (isClosed || isHalted) throw new OutputClosed(lost);
      if (stream.write(piece)) continue;
      await untilRoom(stream);
      if (isClosed || stream.destroyed) throw new OutputClosed(lost);
    }
  }

  const flush = () => new Promise<void>((resolve) => stream.write('', () => resolve()));

  async function say({ out, err }: Written): Promise<void> {
    if (err !== '') writeError(blotOut(err, guarded));
    await write(blotOut(out, guarded));
  }

  return Object.freeze({
    write,
    say,
    divertErrors: (to: ((text: string) => void) | undefined) => {
      diverted = to;
    },
    writeText: (lines: string) => write(blotOut(lines, guarded)),
    redact: (text: string) => blotOut(text, guarded),
    guard: (secrets: readonly (Secret | undefined)[]) => {
      for (const secret of secrets) {
        const value = secret?.reveal() ?? '';
        // A shorter one would blot out pieces of ordinary words.
        if (value.length >= SHORTEST_SECRET) guarded.push(value, JSON.stringify(value).slice(1, -1));
      }
      // The longest first: one that stands inside of another would leave the rest of that.
      guarded.sort((one, other) => other.length - one.length);
    },
    flush,
    lost: () => lost,
    halt: async () => {
      isHalted = true;
      if (stream.writableLength > 0) await flush();
    },
  });
}

/** Whole lines, as many as make up a piece. */
function* piecesOf(lines: string): Generator<string> {
  let from = 0;
  while (from < lines.length) {
    const end = lines.length - from <= PIECE ? lines.length : lines.lastIndexOf('\n', from + PIECE) + 1;
    const next = end > from ? end : lines.indexOf('\n', from) + 1 || lines.length;
    yield lines.slice(from, next);
    from = next;
  }
}

/** Leaves no listener behind, however often it is called. */
async function untilRoom(stream: Writable): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })])
    .catch(() => undefined)
    .finally(() => waiting.abort());
}

function blotOut(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}
