import { Writable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createOutput, OutputClosed } from '../../../src/console/output.ts';

/** A pipe whose reader takes a piece when it is told to. */
function pipe() {
  const taken: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    decodeStrings: false,
    highWaterMark: 1,
    write: (piece, _, done) => {
      waiting.push(() => {
        taken.push(String(piece));
        done();
      });
    },
  });
  return { stream, taken, take: () => waiting.shift()?.() };
}

const line = (size: number, letter: string) => `${letter.repeat(size - 1)}\n`;

test('long texts go out in pieces of whole lines', async () => {
  const { stream, taken, take } = pipe();
  const text = [line(10_000, 'a'), line(3_000, 'b'), line(40_000, 'c'), line(9_000, 'd'), 'e'].join('');
  let isDone = false;
  const written = createOutput(stream, stream)
    .write(text)
    .then(() => {
      isDone = true;
    });
  while (!isDone) {
    take();
    await turn();
  }
  await written;
  expect(taken.join('')).toBe(text);
  expect(taken.map((piece) => piece.length)).toEqual([13_000, 40_000, 9_001]);
});

test('an end by force leaves no half line: what waits is finished, and no more is begun', async () => {
  const { stream, taken, take } = pipe();
  const output = createOutput(stream, stream);
  const written = output.write(line(12_000, 'a') + line(12_000, 'b'));
  let isHalted = false;
  const halted = output.halt().then(() => {
    isHalted = true;
  });
  await turn();
  expect(isHalted).toBe(false);
  take();
  await expect(written).rejects.toThrow(OutputClosed);
  // The empty text by which the end of the queue is noticed.
  take();
  await halted;
  expect(taken.join('')).toBe(line(12_000, 'a'));
  await expect(output.write('more\n')).rejects.toThrow(OutputClosed);
});

test('without anything that waits, it ends at once', async () => {
  const { stream } = pipe();
  await createOutput(stream, stream).halt();
});
