import type { GraphQLSchema } from 'graphql';
import type { CompiledStream, UnreadableStream } from '../catalog/compile/compiled.ts';
import type { CentraClient } from '../centra/client.ts';
import type { WantedStream } from '../protocol/message.ts';
import type { ToldIds } from './hints/hint-ids.ts';
import type { OriginSettings } from './origin/origin.ts';
import type { Slice } from './plan.ts';

/**
 * `changes`: what a read finds by what has changed; `wholes`: what each read brings as a whole, snapshots and full refreshes;
 * `told`: just what something outside tells of. What is left out is for a later run.
 */
export type Extent = 'all' | 'changes' | 'wholes' | 'told';

/** What one sync is to do: which streams, from which states, under which settings. It does not change while the sync runs. */
export interface SyncInput {
  readonly wanted: readonly WantedStream[];
  readonly streams: readonly CompiledStream[];
  /** Streams of the mapping that the live schema does not let one read. */
  readonly unreadable: readonly UnreadableStream[];
  /** As the platform handed them back, by stream. */
  readonly states: ReadonlyMap<string, unknown>;
  /** UTC, whole seconds. */
  readonly startDate: string | undefined;
  /** The earlier of the server's clock and this machine's. */
  readonly serverNowMs: number;
  /** How far a run reads back into the time that the last one covered. */
  readonly lookbackSeconds: number;
  /** What every stream of this read comes from. */
  readonly origin: OriginSettings;
  /** Streams that are read from the beginning, whatever their states say, to take the place of what was written. */
  readonly refreshed?: ReadonlySet<string> | undefined;
  /** Many deletions at once are otherwise taken for a token that sees less. */
  readonly allowsMassDeletions?: boolean | undefined;
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
  readonly clock: () => number;
  readonly maxConcurrency: number;
  /** 0: never. */
  readonly reconcileEveryHours: number;
  readonly reconcileDaysBack: number;
  /** Whether Centra has enabled the events system. */
  readonly hasEvents: boolean;
  /** What something outside tells of; it is read before anything else. */
  readonly told?: ToldIds | undefined;
  /** How much of it. Default: all. */
  readonly extent?: Extent | undefined;
  /** Whether this is one of many reads in a row: then it says only what happened. */
  readonly saysOnlyNews?: boolean | undefined;
  /**
   * Whether it is sure by now that the destination has taken in the records of an event that the states know. Default: it is,
   * for the states have come back from there.
   */
  readonly isTakenIn?: ((eventId: number) => boolean) | undefined;
  /** Only the rows of this range of time, without a look at the state and without one at the end. */
  readonly slice?: Slice | undefined;
}
