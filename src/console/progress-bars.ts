import { Format, MultiBar, type SingleBar } from 'cli-progress';
import type { LimitUse } from '../centra/budget.ts';
import type { Message } from '../protocol/message.ts';
import { BAR_WIDTH, endLine, limitsLine, streamLine } from './progress-lines.ts';
import { ProgressTracker } from './stream-progress.ts';

export interface ProgressBarsOptions {
  /** A terminal that nothing else is written to meanwhile. */
  readonly stream: NodeJS.WritableStream & { readonly rows?: number };
  readonly clock: () => number;
  /** Asked whenever the bars are drawn. */
  readonly limitsUsed: () => readonly LimitUse[];
}

/** Bars at the end of a terminal, one a stream under way. What is over moves up and stays. */
export interface ProgressBars {
  readonly follow: (message: Message) => void;
  /** Writes lines above the bars. */
  readonly log: (lines: string) => void;
  /** Takes the bars away. Nothing keeps the process alive afterwards. */
  readonly stop: () => void;
}

/** How many lines a terminal has where it does not say. */
const USUAL_ROWS = 24;

interface Drawn {
  /** One line of at most so many columns. */
  readonly line: (bar: (part: number) => string, width: number) => string;
}

export function progressBars({ stream, clock, limitsUsed }: ProgressBarsOptions): ProgressBars {
  const tracker = new ProgressTracker(clock);
  const bars = new Map<string, SingleBar>();
  const multiBar = new MultiBar({
    stream,
    format: (options, { maxWidth }, { line }: Drawn) =>
      line((part) => Format.BarFormat(part, options), maxWidth),
    barsize: BAR_WIDTH,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    // Lines fit, so the terminal's own wrapping, which a killed process could not set back, is left alone.
    linewrap: true,
    // A line written above moves the bars, and then those that did not change must be drawn again too.
    forceRedraw: true,
    clearOnComplete: true,
    fps: 5,
  });
  addBar({ line: (_, width) => limitsLine(limitsUsed(), width) });

  function addBar(drawn: Drawn): SingleBar {
    return multiBar.create(1, 0, drawn);
  }

  function log(lines: string): void {
    // What a longer bar left behind them is wiped out.
    for (const line of lines.split('\n').slice(0, -1)) multiBar.log(`${line}\u001b[K\n`);
  }

  /** Gives a bar to each stream under way, as far as the terminal has lines: bars that have scrolled away cannot be drawn. */
  function fill(): void {
    const room = Math.max(1, (stream.rows ?? USUAL_ROWS) - 3);
    for (const { name } of tracker.current()) {
      if (bars.has(name) || bars.size >= room) continue;
      const line: Drawn['line'] = (bar, width) => {
        const progress = tracker.of(name);
        return progress === undefined ? '' : streamLine(progress, bar, width);
      };
      bars.set(name, addBar({ line }));
    }
  }

  function remove(name: string): void {
    const bar = bars.get(name);
    if (bar !== undefined) multiBar.remove(bar);
    bars.delete(name);
  }

  return Object.freeze({
    follow: (message: Message) => {
      const end = tracker.take(message);
      if (end !== undefined) {
        log(`${endLine(end)}\n`);
        remove(end.name);
      }
      if (message.type === 'status') fill();
    },
    log,
    stop: () => {
      // What was logged since the last drawing.
      multiBar.update();
      multiBar.stop();
    },
  });
}
