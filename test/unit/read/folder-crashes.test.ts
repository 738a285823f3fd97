import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../../src/json.ts';
import { createLosses } from '../../../src/protocol/lossless.ts';
import { folderStates } from '../../../src/read/folder/folder-state.ts';
import { StreamFile } from '../../../src/read/folder/stream-file.ts';

/** `npm run proof:folder` runs many more. */
const CRASHES = Number(process.env.CRASHES ?? 25);
const TIMEOUT_MS = CRASHES * 1_000;

/** A process that ends at its n-th change of the disk, in the middle of it where that is a write. */
const life = vi.hoisted(() => ({
  changesLeft: Number.POSITIVE_INFINITY,
  torn: 0,
  open: [] as { close: () => Promise<void> }[],
}));

vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>();
  class Killed extends Error {}
  /** Does a change of the disk, or what of it is done when the process is killed. */
  async function change<T>(whole: () => Promise<T>, part?: (share: number) => Promise<unknown>): Promise<T> {
    if (life.changesLeft <= 0) throw new Killed('already');
    life.changesLeft -= 1;
    if (life.changesLeft > 0) return whole();
    await part?.(life.torn);
    throw new Killed('now');
  }
  const open: typeof real.open = async (path, flags, mode) => {
    const opened = () => real.open(path, flags, mode);
    const handle = flags === 'w' ? await change(opened) : await opened();
    life.open.push(handle);
    const write = async (text: Buffer, from: number, length: number, position: number) =>
      change(
        () => handle.write(text, from, length, position),
        (share) => handle.write(text, from, Math.floor(length * share), position),
      );
    const writeFile = async (text: string) =>
      change(
        () => handle.writeFile(text),
        (share) => handle.writeFile(text.slice(0, Math.floor(text.length * share))),
      );
    const own = {
      write,
      writeFile,
      truncate: (length: number) => change(() => handle.truncate(length)),
      // The machine goes on, so what was written is there.
      datasync: async () => {},
      sync: async () => {},
      close: () => handle.close(),
    };
    return own as unknown as Awaited<ReturnType<typeof real.open>>;
  };
  return {
    ...real,
    open,
    rename: (...args: Parameters<typeof real.rename>) => change(() => real.rename(...args)),
    truncate: (...args: Parameters<typeof real.truncate>) => change(() => real.truncate(...args)),
  };
});

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'source-centra-crashes-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

interface Life {
  /** Killed at this change of the disk; undefined: it ends by itself. */
  readonly killedAt: number | undefined;
  readonly torn: number;
  /** How much time passes between two looks at the clock: states are written once a second. */
  readonly tickMs: number;
  readonly pageSize: number;
  /** How much longer the shop's list is by then. */
  readonly grows: number;
  /** Of a stream that grows: whether somebody takes its file away afterwards, if the read came to its end. */
  readonly isTaken: boolean;
  /** Of a stream that is read as a whole: whether its streams are read one by one after the first page. */
  readonly beginsAgain: boolean;
}

const someLife = fc.record<Life>({
  killedAt: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined, freq: 3 }),
  torn: fc.constantFrom(0, 0.3, 0.9, 1),
  tickMs: fc.constantFrom(0, 300, 1_000),
  pageSize: fc.integer({ min: 1, max: 4 }),
  grows: fc.integer({ min: 0, max: 7 }),
  isTaken: fc.boolean(),
  beginsAgain: fc.boolean(),
});
const untilAllIsRead: Life = {
  killedAt: undefined,
  torn: 0,
  tickMs: 300,
  pageSize: 3,
  grows: 0,
  isTaken: false,
  beginsAgain: false,
};

/** Runs one life; false when it was killed. */
async function live({ killedAt, torn }: Life, work: () => Promise<void>): Promise<boolean> {
  life.changesLeft = killedAt ?? Number.POSITIVE_INFINITY;
  life.torn = torn;
  try {
    await work();
    return true;
  } catch (error) {
    if (killedAt === undefined || life.changesLeft > 0) throw error;
    return false;
  } finally {
    life.changesLeft = Number.POSITIVE_INFINITY;
    for (const handle of life.open.splice(0)) await handle.close().catch(() => undefined);
  }
}

async function openFile(
  folder: string,
  stream: string,
  tickMs: number,
): Promise<{ file: StreamFile; state: JsonObject | undefined }> {
  const before = (await folderStates(folder)).get(stream);
  let nowMs = 0;
  const clock = () => {
    nowMs += tickMs;
    return nowMs;
  };
  return {
    file: new StreamFile({
      folder,
      stream,
      before,
      lastSequence: before?.sequence ?? 0,
      clock,
      now: () => 0,
      losses: createLosses(),
    }),
    state: before?.state,
  };
}

function records(stream: string, rows: readonly JsonObject[]) {
  return { type: 'records' as const, stream, records: rows.map((data) => ({ data, changes: [] })) };
}

function linesIn(path: string): readonly JsonObject[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  if (text !== '' && !text.endsWith('\n')) throw new Error(`${path} ends in the middle of a line.`);
  const lines = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as JsonObject);
  expectNumbered(lines);
  return lines.map(({ _sequence, _synced_at, ...row }) => row);
}

/** Of two lines of one row, the later one has the greater number. */
function expectNumbered(lines: readonly JsonObject[]): void {
  const numbers = lines.map(({ _sequence }) => Number(_sequence));
  expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other));
  expect(lines.every(({ _synced_at }) => _synced_at === '1970-01-01T00:00:00.000Z')).toBe(true);
}

/** The numbers of a file's first and last line. */
function endsOf(path: string): readonly [first: number, last: number] | undefined {
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  const [first, last] = [lines[0], lines.at(-1)].map((line) =>
    line === undefined ? undefined : Number((JSON.parse(line) as JsonObject)._sequence),
  );
  return first === undefined || last === undefined ? undefined : [first, last];
}

const upTo = (count: number) => Array.from({ length: count }, (_, row) => ({ row, text: `é${row}` }));

test(
  'killed at any instruction and gone on, a file that grows holds every row once, in order',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(someLife, { minLength: 1, maxLength: 6 }), async (lives) => {
        const folder = newFolder();
        const path = join(folder, 'orders.jsonl');
        const taken: JsonObject[] = [];
        let lastTaken = 0;
        let rows = 0;
        for (const one of [...lives, untilAllIsRead]) {
          rows += one.grows;
          const isAtItsEnd = await live(one, async () => {
            const { file, state } = await openFile(folder, 'orders', one.tickMs);
            const all = upTo(rows);
            for (let at = Number(state?.after ?? 0); at < rows; at += one.pageSize) {
              await file.append(records('orders', all.slice(at, at + one.pageSize)));
              await file.checkpoint({ after: Math.min(rows, at + one.pageSize) });
            }
            await file.checkpoint({ after: rows });
            await file.complete();
          });
          if (!isAtItsEnd) continue;
          expect([...taken, ...linesIn(path)]).toEqual(upTo(rows));
          expect(endsOf(path)?.[0] ?? Number.POSITIVE_INFINITY).toBeGreaterThan(lastTaken);
          if (!one.isTaken) continue;
          taken.push(...linesIn(path));
          lastTaken = endsOf(path)?.[1] ?? lastTaken;
          renameSync(path, join(folder, 'taken'));
        }
        rmSync(folder, { recursive: true });
      }),
      { numRuns: CRASHES },
    );
  },
  TIMEOUT_MS,
);

test(
  'killed at any instruction and gone on, what is read as a whole is there as a whole or not at all',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(someLife, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (lives, endsWithState) => {
          const folder = newFolder();
          const path = join(folder, 'inventory.jsonl');
          let generations = 0;
          let size = 1;
          const sizes = new Map<number, number>();
          const rowsOf = (generation: number) =>
            upTo(sizes.get(generation) ?? Number.NaN).map((row) => ({ ...row, generation }));
          for (const one of [...lives, untilAllIsRead]) {
            size += one.grows;
            let generation = 0;
            const isAtItsEnd = await live(one, async () => {
              const { file, state } = await openFile(folder, 'inventory', one.tickMs);
              const goesOn = state !== undefined && Number(state.after) >= 0 && state.complete !== true;
              if (!goesOn) generations += 1;
              generation = goesOn ? Number(state.generation) : generations;
              if (!goesOn) sizes.set(generation, size);
              const all = rowsOf(generation);
              const start = goesOn ? Number(state.after) : 0;
              const say = (isWhole: boolean) =>
                file.generation({ type: 'generation', stream: 'inventory', generation, isWhole });
              let hasBegunAgain = !one.beginsAgain;
              await say(false);
              for (let at = start; at < all.length; at += one.pageSize) {
                const after = Math.min(all.length, at + one.pageSize);
                await file.append(records('inventory', all.slice(at, after)));
                const isLast = !endsWithState && after === all.length;
                await file.checkpoint({ generation, after, ...(isLast && { complete: true }) });
                if (hasBegunAgain) continue;
                hasBegunAgain = true;
                await say(false);
                at = start - one.pageSize;
              }
              await say(true);
              if (endsWithState) await file.checkpoint({ generation, after: all.length, complete: true });
              await file.complete();
            });
            const found = linesIn(path);
            if (isAtItsEnd) expect(found).toEqual(rowsOf(generation));
            else if (found.length > 0) expect(found).toEqual(rowsOf(Number(found[0]?.generation)));
          }
          rmSync(folder, { recursive: true });
        },
      ),
      { numRuns: CRASHES },
    );
  },
  TIMEOUT_MS,
);
