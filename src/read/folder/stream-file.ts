import { type FileHandle, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Losses } from '../../protocol/lossless.ts';
import type { GenerationMessage, RecordsMessage } from '../../protocol/message.ts';
import {
  emptyState,
  type FolderState,
  fileOf,
  isEmptyState,
  partOf,
  sizeOf,
  syncFolder,
  writeFolderState,
} from './folder-state.ts';

/** A state is written so often at most: each one waits until the disk has everything. */
const STATE_EVERY_MS = 1_000;

/** The column that marks a row as gone. */
export const DELETED_AT = '_deleted_at';
/** When a line was written, and its number: of two lines with one key, the one with the greater number counts. */
export const SYNCED_AT = '_synced_at';
export const SEQUENCE = '_sequence';

export interface StreamFileOptions {
  readonly folder: string;
  readonly stream: string;
  /** What the folder held of this stream, as far as the read goes on from it. */
  readonly before: FolderState | undefined;
  /** The `_sequence` of the last line that was ever written, whether the read goes on from there or not. */
  readonly lastSequence: number;
  /** Milliseconds that only ever grow. */
  readonly clock: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Counts what a file cannot hold as it is. */
  readonly losses: Losses;
}

/**
 * One stream in a folder: `orders.jsonl`, which grows, and `orders.state.json`, which says up to which byte it is good and
 * where the next read goes on. What is read as a whole grows as `inventory.jsonl.part` and takes the place of the older
 * file when it is whole.
 *
 * At any instruction the process may end, so the state on the disk never says more of a file than it holds: a file gets
 * longer before its state says so, and its state says less before it gets shorter.
 */
export class StreamFile {
  readonly #folder: string;
  readonly #stream: string;
  readonly #clock: () => number;
  readonly #now: () => number;
  readonly #losses: Losses;
  readonly #before: FolderState | undefined;
  /** What the state on the disk says, as far as this read goes on from it. */
  #saved: FolderState | undefined;
  #pending: FolderState | undefined;
  #savedMs = Number.NEGATIVE_INFINITY;
  #file: string;
  #generation: number | undefined;
  #isWhole = false;
  #handle: FileHandle | undefined;
  #bytes: number;
  #sequence: number;
  #records = 0;
  #coveredRecords = 0;

  constructor({ folder, stream, before, lastSequence, clock, now, losses }: StreamFileOptions) {
    this.#folder = folder;
    this.#stream = stream;
    this.#clock = clock;
    this.#now = now;
    this.#losses = losses;
    this.#before = before === undefined || isEmptyState(before) ? undefined : before;
    this.#saved = this.#before;
    this.#file = this.#before?.file ?? fileOf(stream);
    this.#generation = this.#before?.generation;
    this.#bytes = this.#before?.bytes ?? 0;
    this.#sequence = lastSequence;
  }

  get stream(): string {
    return this.#stream;
  }

  /** Those that this read has written. */
  get records(): number {
    return this.#records;
  }

  get path(): string {
    return join(this.#folder, this.#file);
  }

  async append({ records }: RecordsMessage): Promise<void> {
    const syncedAt = new Date(this.#now()).toISOString();
    const lines = records.map(({ data, changes, deletedAt }, at) => {
      const row = deletedAt === undefined ? data : { ...data, [DELETED_AT]: deletedAt };
      const { json } = this.#losses.row(this.#stream, row, changes);
      return `${json.slice(0, -1)},"${SYNCED_AT}":"${syncedAt}","${SEQUENCE}":${this.#sequence + at + 1}}`;
    });
    const text = Buffer.from(`${lines.join('\n')}\n`);
    const handle = await this.#opened();
    // A disk that gets full takes a part of it.
    for (let done = 0; done < text.length; ) {
      const { bytesWritten } = await handle.write(text, done, text.length - done, this.#bytes + done);
      done += bytesWritten;
    }
    this.#bytes += text.length;
    this.#sequence += records.length;
    this.#records += records.length;
  }

  async checkpoint(state: FolderState['state']): Promise<void> {
    // A stream without a row has a file too.
    await this.#opened();
    this.#pending = {
      version: 1,
      file: this.#file,
      bytes: this.#bytes,
      sequence: this.#sequence,
      ...(this.#generation !== undefined && { generation: this.#generation }),
      state,
    };
    this.#coveredRecords = this.#records;
    if (this.#clock() - this.#savedMs >= STATE_EVERY_MS) await this.save();
  }

  async generation({ generation, isWhole }: GenerationMessage): Promise<void> {
    if (isWhole) {
      this.#isWhole = true;
      return;
    }
    const part = partOf(this.#stream);
    const before = this.#before;
    // An interrupted attempt of the same generation goes on in its file, from where this read began.
    const goesOn = before?.generation === generation && before.file === part;
    const start = goesOn ? before : emptyState(part, this.#sequence, generation);
    this.#pending = undefined;
    this.#isWhole = false;
    await this.#close();
    await this.#write(start);
    this.#file = start.file;
    this.#generation = generation;
    this.#bytes = start.bytes;
    this.#sequence = start.sequence;
    this.#records = 0;
    await (await this.#opened()).truncate(start.bytes);
  }

  /** Writes the last state that was given, once everything before it is on the disk. */
  async save(): Promise<void> {
    const state = this.#pending;
    if (state === undefined) return;
    this.#pending = undefined;
    await this.#handle?.datasync();
    await this.#write(state);
  }

  /** After the last word on the stream. What is whole takes its place now: a state that goes on in it would lose what it holds. */
  async complete(): Promise<void> {
    await this.close();
    if (!this.#isWhole || this.#saved === undefined) return;
    this.#isWhole = false;
    const part = this.path;
    this.#file = fileOf(this.#stream);
    await rename(part, this.path);
    // Before a state says so.
    await syncFolder(this.#folder);
    await this.#write({ ...this.#saved, file: this.#file });
  }

  /** Leaves in the file what its state covers: the rest comes again. */
  async close(): Promise<void> {
    try {
      await this.save();
    } finally {
      const covered = this.#saved?.bytes ?? 0;
      if (this.#handle !== undefined) {
        await this.#handle.truncate(covered);
        this.#bytes = covered;
        this.#sequence = this.#saved?.sequence ?? this.#sequence;
        this.#records = this.#coveredRecords;
      }
      await this.#close();
    }
  }

  /** Touches nothing more. */
  async abandon(): Promise<void> {
    this.#pending = undefined;
    await this.#close();
  }

  async #opened(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle;
    // A file without a state would be somebody else's.
    this.#saved ??= await this.#write(emptyState(this.#file, this.#sequence));
    const isThere = (await sizeOf(this.path)) !== undefined;
    if (this.#bytes > 0 && !isThere) await this.#beginAnew(this.#saved);
    this.#handle = await open(this.path, this.#bytes > 0 ? 'r+' : 'w');
    return this.#handle;
  }

  /** The file was taken away while this read ran. */
  async #beginAnew(saved: FolderState): Promise<void> {
    this.#bytes = 0;
    await this.#write({ ...saved, bytes: 0 });
  }

  async #write(state: FolderState): Promise<FolderState> {
    await writeFolderState(this.#folder, this.#stream, state);
    this.#saved = state;
    this.#savedMs = this.#clock();
    return state;
  }

  async #close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }
}
