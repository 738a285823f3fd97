import { type FileHandle, open, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GenerationMessage, RecordsMessage } from '../../protocol/message.ts';
import { type FolderState, writeFolderState } from './folder-state.ts';

/** A state is written so often at most: each one waits until the disk has everything. */
const STATE_EVERY_MS = 1_000;

export interface StreamFileOptions {
  readonly folder: string;
  readonly stream: string;
  /** What the folder held of this stream, as far as the read goes on from it. */
  readonly before: FolderState | undefined;
  readonly clock: () => number;
}

/**
 * One stream in a folder: `orders.jsonl`, which grows, and `orders.state.json`, which says up to which byte it is good and
 * where the next read goes on. What is read as a whole grows as `inventory.jsonl.part` and takes the place of the older
 * file when it is whole.
 */
export class StreamFile {
  readonly #folder: string;
  readonly #stream: string;
  readonly #clock: () => number;
  #file: string;
  #generation: number | undefined;
  #handle: FileHandle | undefined;
  #bytes: number;
  #pending: FolderState | undefined;
  #savedMs = 0;
  #records = 0;

  constructor({ folder, stream, before, clock }: StreamFileOptions) {
    this.#folder = folder;
    this.#stream = stream;
    this.#clock = clock;
    this.#file = before?.file ?? `${stream}.jsonl`;
    this.#generation = before?.generation;
    this.#bytes = before?.bytes ?? 0;
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
    const lines = records.map(({ data, deletedAt }) =>
      JSON.stringify(deletedAt === undefined ? data : { ...data, _deleted_at: deletedAt }),
    );
    const text = Buffer.from(`${lines.join('\n')}\n`);
    await (await this.#opened()).write(text, 0, text.length, this.#bytes);
    this.#bytes += text.length;
    this.#records += records.length;
  }

  async checkpoint(state: FolderState['state']): Promise<void> {
    this.#pending = {
      version: 1,
      file: this.#file,
      bytes: this.#bytes,
      ...(this.#generation !== undefined && { generation: this.#generation }),
      state,
    };
    if (this.#clock() - this.#savedMs >= STATE_EVERY_MS) await this.save();
  }

  async generation({ generation, isWhole }: GenerationMessage): Promise<void> {
    if (isWhole) return this.#replace();
    const part = `${this.#stream}.jsonl.part`;
    // An interrupted attempt of the same generation goes on in its file.
    if (this.#generation === generation && this.#file === part) return;
    await this.#close();
    this.#generation = generation;
    this.#file = part;
    this.#bytes = 0;
    await (await this.#opened()).truncate(0);
  }

  /** Writes the last state that was given, once everything before it is on the disk. */
  async save(): Promise<void> {
    const state = this.#pending;
    if (state === undefined) return;
    this.#pending = undefined;
    await this.#handle?.datasync();
    await writeFolderState(this.#folder, this.#stream, state);
    this.#savedMs = this.#clock();
  }

  async close(): Promise<void> {
    await this.save();
    await this.#close();
  }

  async #replace(): Promise<void> {
    await this.save();
    await (await this.#opened()).datasync();
    await this.#close();
    const part = this.path;
    this.#file = `${this.#stream}.jsonl`;
    await rename(part, this.path);
  }

  async #opened(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle;
    const isThere = (await stat(this.path).catch(() => undefined)) !== undefined;
    this.#handle = await open(this.path, isThere ? 'r+' : 'w');
    return this.#handle;
  }

  async #close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}
