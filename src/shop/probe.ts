import type { GraphQLSchema } from 'graphql';
import type { CompiledStream } from '../catalog/compile/compiled.ts';
import { mergeSelections } from '../catalog/query/selection.ts';
import type { Refusal } from '../centra/answer.ts';
import type { CentraClient } from '../centra/client.ts';
import { openRoot } from './open-root.ts';

export interface ProbeInput {
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
  /** Streams of one root. */
  readonly streams: readonly CompiledStream[];
}

/** Asks for one row with all that the streams need: it shows which permissions the token lacks. Throws as a read would. */
export async function probe({ client, schema, signal, streams }: ProbeInput): Promise<readonly Refusal[]> {
  const [first] = streams;
  if (first === undefined) return [];
  const root = openRoot(client, schema, first.root, first.where);
  const selection = mergeSelections(streams.map((stream) => stream.selection));
  return (await root.first(selection, { rows: 1 }, signal)).refusals;
}
