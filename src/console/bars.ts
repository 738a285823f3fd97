import type { CentraClient } from '../centra/client.ts';
import type { Message } from '../protocol/message.ts';
import { wantsBars } from './capabilities.ts';
import type { CommandContext } from './command-context.ts';
import { progressBars } from './progress-bars.ts';

/** Follows the messages of a run, until its end. */
export interface Bars {
  readonly take: (message: Message) => void;
  /** Takes the bars away. */
  readonly end: () => void;
}

const noBars: Bars = Object.freeze({ take: () => {}, end: () => {} });

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
    take: bars.follow,
    end: () => {
      output.divertErrors(undefined);
      bars.stop();
    },
  };
}
