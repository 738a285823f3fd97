import { closeSync, constants, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** No configuration, catalog, state or recorded object is larger. */
const MOST_TEXT_BYTES = 64_000_000;

/** What is wrong with a file that could be opened. A file that could not has the system's own error. */
export class TextFileError extends Error {
  override readonly name = 'TextFileError';
  /** Finishes a sentence about the file: `is UTF-16; save it as UTF-8`. */
  readonly fault: string;
  readonly reason: 'utf-16' | 'not utf-8' | 'kind' | 'size';

  constructor(reason: TextFileError['reason'], fault: string) {
    super(`The file ${fault}.`);
    this.reason = reason;
    this.fault = fault;
  }
}

/** Why a file was not read, to finish a sentence about it: `cannot be read`, `is UTF-16; save it as UTF-8`. */
export function whyNotRead(cause: unknown): string {
  return cause instanceof TextFileError ? cause.fault : 'cannot be read';
}

/**
 * The text of a file that somebody wrote: UTF-8, without the byte order mark that some editors put before it. A pipe such as
 * /dev/stdin may stand for a file; what does not end is refused by its size.
 */
export async function readTextFile(path: string, mostBytes = MOST_TEXT_BYTES): Promise<string> {
  const file = await open(path);
  try {
    const found = await file.stat();
    if (found.isDirectory()) throw new TextFileError('kind', 'is a folder');
    if (found.size > mostBytes) throw tooLarge(mostBytes);
    return decodeText(await bytesOf(file, mostBytes));
  } finally {
    await file.close();
  }
}

/** The bytes of a regular file, for `decodeText`: neither of a pipe nor of a device, which may never end. */
export function readRegularFile(path: string, mostBytes: number): Uint8Array {
  // Without O_NONBLOCK, opening a named pipe waits for whoever writes to it.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = fstatSync(file);
    if (found.isDirectory()) throw new TextFileError('kind', 'is a folder');
    if (!found.isFile()) throw new TextFileError('kind', 'is not a regular file');
    if (found.size > mostBytes) throw tooLarge(mostBytes);
    const buffer = Buffer.alloc(mostBytes + 1);
    let length = 0;
    for (let read = 1; read > 0 && length <= mostBytes; length += read)
      read = readSync(file, buffer, length, buffer.length - length, null);
    if (length > mostBytes) throw tooLarge(mostBytes);
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

/** UTF-8 without a byte order mark; throws a TextFileError for anything else. */
export function decodeText(bytes: Uint8Array): string {
  if (isUtf16(bytes)) throw utf16();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notUtf8();
  }
}

/** The text of a file that may be larger than memory, part by part. */
export async function* textParts(path: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isFirst = true;
  try {
    for await (const bytes of createReadStream(path) as AsyncIterable<Uint8Array>) {
      if (isFirst && isUtf16(bytes)) throw utf16();
      isFirst = false;
      yield decoder.decode(bytes, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? notUtf8() : error;
  }
}

/** By its byte order mark, or by a first character with a zero byte, which no text of ours begins with. */
function isUtf16([first, second]: Uint8Array): boolean {
  if (first === undefined || second === undefined) return false;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return (first === 0) !== (second === 0);
}

async function bytesOf(file: FileHandle, mostBytes: number): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let length = 0;
  for (;;) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(65_536), 0, 65_536, null);
    if (bytesRead === 0) return Buffer.concat(parts);
    length += bytesRead;
    if (length > mostBytes) throw tooLarge(mostBytes);
    parts.push(buffer.subarray(0, bytesRead));
  }
}

function utf16(): TextFileError {
  return new TextFileError('utf-16', 'is UTF-16; save it as UTF-8');
}

function notUtf8(): TextFileError {
  return new TextFileError('not utf-8', 'is not UTF-8 text; save it as UTF-8');
}

function tooLarge(mostBytes: number): TextFileError {
  const size = mostBytes < 1_000_000 ? `${mostBytes / 1_000} kB` : `${mostBytes / 1_000_000} MB`;
  return new TextFileError('size', `is larger than ${size}`);
}
