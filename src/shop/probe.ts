import type { GraphQLSchema } from 'graphql';
import type { CompiledStream } from '../catalog/compile/compiled.ts';
import { mergeSelections, renderSelection } from '../catalog/query/selection.ts';
import type { Answer, Refusal } from '../centra/answer.ts';
import type { CentraClient } from '../centra/client.ts';
import { resolveRoot } from './open-root.ts';

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
  const { root } = first;
  const { filterType } = resolveRoot(schema, root);
  const selection = renderSelection(mergeSelections(streams.map((stream) => stream.selection)));
  const paging = selection.includes('$page') ? ', $limit: Int, $page: Int' : '';
  const query = `query ${root.root}($where: ${filterType}${paging}) {
  ${root.root}(where: $where, limit: 1) ${selection}
}`;
  const variables = { where: first.where ?? {}, ...(paging !== '' && { limit: 1, page: 1 }) };
  const answer: Answer = await client.ask(
    { what: root.label, operationName: root.root, query, variables },
    signal,
  );
  return answer.refusals;
}
