import type { Log } from '../../console/log.ts';
import type { Lag } from '../hint-inbox.ts';

export interface LagReport {
  readonly written: (lag: Lag) => void;
  /** Says what has not been said yet. */
  readonly close: () => void;
}

/** A line for each batch would drown all others. */
const BETWEEN_LINES_MS = 10_000;

/** Says how long the feed takes: at once after a rest, then in sums. */
export function lagReport(log: Log): LagReport {
  let objects = 0;
  let longestMs = 0;
  let resting: NodeJS.Timeout | undefined;

  function say(): void {
    if (objects === 0) return;
    const seconds = (longestMs / 1000).toFixed(1);
    const what =
      objects === 1
        ? `An object that a webhook told of was written, ${seconds} s after the first word of it.`
        : `${objects} objects that webhooks told of were written, at most ${seconds} s after the first word of each.`;
    log('info', what);
    objects = 0;
    longestMs = 0;
  }

  function rest(): void {
    resting = setTimeout(() => {
      resting = undefined;
      if (objects === 0) return;
      say();
      rest();
    }, BETWEEN_LINES_MS).unref();
  }

  return Object.freeze<LagReport>({
    written: (lag) => {
      objects += lag.objects;
      longestMs = Math.max(longestMs, lag.longestMs);
      if (resting !== undefined) return;
      say();
      rest();
    },
    close: () => {
      clearTimeout(resting);
      say();
    },
  });
}
