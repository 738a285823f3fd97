import type { GraphQLSchema } from 'graphql';
import type { CentraClient } from '../centra/client.ts';
import type { LogMessage, Message } from '../protocol/message.ts';
import type { EventsByObject } from '../shop/events.ts';
import type { UtcSecond } from '../time.ts';
import type { StreamPlan } from './plan.ts';
import type { StreamWriter } from './stream-writer.ts';

/** What the readers of one run share. */
export interface ReadContext {
  readonly client: CentraClient;
  /** The live schema, or the bundled one where the API does not tell its own. */
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
  /** How many windows may be read side by side. */
  readonly maxConcurrency: number;
  /** The server's clock when the run began. */
  readonly serverNow: UtcSecond;
  readonly startDate: UtcSecond | undefined;
  /** What waits in the events system, where that is used. */
  readonly events: EventsByObject;
  /** Whether webhooks tell of changes, so that what windows find was missed by them. */
  readonly hasWebhooks: boolean;
  /** Whether this is one of many reads in a row, which says only what happened. */
  readonly saysOnlyNews: boolean;
  readonly reconcileEveryHours: number;
  readonly reconcileDaysBack: number;
  /** Hands messages on, and waits while the one who writes them is slower. */
  readonly push: (messages: readonly Message[]) => Promise<void>;
  readonly log: (level: LogMessage['level'], message: string) => void;
  /** How many rows of the root a group of streams is about to read. */
  readonly estimate: (plans: readonly StreamPlan[], rows: number) => void;
  /** The writers whose counts the run sums up at its end. */
  readonly follow: (writers: readonly StreamWriter[]) => void;
}
