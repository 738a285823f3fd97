import type { CentraClient } from '../centra/client.ts';
import { wantsBars } from './capabilities.ts';
import type { CommandContext } from './command-context.ts';
import { type ProgressBars, progressBars } from './progress-bars.ts';

export type Bars = Pick<ProgressBars, 'follow' | 'stop'>;

const noBars: Bars = Object.freeze({ follow: () => {}, stop: () => {} });

/** Draws progress on this process's stderr, where a person looks at it and stdout goes elsewhere. */
export function startBars(
  { output, isQuiet, writer }: Pick<CommandContext, 'output' | 'isQuiet' | 'writer'>,
  limitsUsed: CentraClient['limitsUsed'],
): Bars {
  const isShared = writer.isProtocol && process.stdout.isTTY;
  const isTty = process.stderr.isTTY && !isShared;
  if (!wantsBars({ isTty, environment: process.env, isQuiet })) return noBars;
  const bars = progressBars({ stream: process.stderr, clock: Date.now, limitsUsed });
  output.divertErrors(bars.log);
  return {
    follow: bars.follow,
    stop: () => {
      output.divertErrors(undefined);
      bars.stop();
    },
  };
}
