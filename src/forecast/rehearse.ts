import { type FieldNode, type GraphQLSchema, getNullableType, isListType, Kind, parse } from 'graphql';
import type { CompiledStream } from '../catalog/compile/compiled.ts';
import type { CentraClient, Query } from '../centra/client.ts';
import type { RootDefinition } from '../roots/definition.ts';
import { startSync } from '../sync/run.ts';

export interface RehearsalInput {
  /** Streams of one root list and one filter. */
  readonly streams: readonly CompiledStream[];
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
}

/**
 * Runs a first read against an API that has no rows, and returns what it asks: the very requests of a read, since the
 * same code makes them. Only a list of parents (warehouses) has one row, so that the question about its inside is seen.
 */
export async function rehearse({ streams, schema, signal }: RehearsalInput): Promise<readonly Query[]> {
  const queries: Query[] = [];
  const root = streams[0]?.root;
  const client: CentraClient = {
    ask: async (query) => {
      queries.push(query);
      return {
        data: root === undefined ? {} : emptyAnswer(query.query, root, schema),
        refusals: [],
        complexity: undefined,
        deprecations: [],
        appVersion: undefined,
        serverTimeMs: undefined,
      };
    },
    comfortableRows: (_, most) => most,
    usage: () => ({ requests: 0, complexity: 0, retries: 0, throttledMs: 0, pacedMs: 0 }),
    limitsUsed: () => [],
  };
  const sync = startSync({
    wanted: streams.map(({ name }) => ({
      name,
      mode: 'incremental',
      columns: undefined,
      wantsDeletions: true,
    })),
    streams,
    unreadable: [],
    states: new Map(),
    startDate: undefined,
    serverNowMs: 0,
    lookbackSeconds: 0,
    origin: { shop: 'none' },
    client,
    schema,
    signal,
    maxConcurrency: 1,
    // Comparisons with the shop come later, and ask for ids only.
    clock: () => 0,
    hasEvents: false,
    reconcileEveryHours: 0,
    reconcileDaysBack: 0,
  });
  for await (const message of sync.messages) {
    if (message.type === 'failure') throw message.error;
  }
  return queries;
}

function emptyAnswer(query: string, root: RootDefinition, schema: GraphQLSchema) {
  const fields = schema.getQueryType()?.getFields() ?? {};
  const data: Record<string, unknown> = {};
  for (const node of topFields(query)) {
    const type = fields[node.name.value]?.type;
    const isList = type !== undefined && isListType(getNullableType(type));
    const key = node.alias?.value ?? node.name.value;
    if (isList) data[key] = isListOfParents(node, root) ? [{ [root.id]: 1 }] : [];
    else data[key] = { totalCount: 0, pageInfo: { hasNextPage: false, endCursor: null }, edges: [] };
  }
  return data;
}

function topFields(query: string): readonly FieldNode[] {
  return parse(query).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? definition.selectionSet.selections.filter((node) => node.kind === Kind.FIELD)
      : [],
  );
}

/** Only the ids are asked for. */
function isListOfParents(node: FieldNode, { change, id }: RootDefinition): boolean {
  if (change.kind !== 'snapshot' || change.nestedList === undefined || node.alias !== undefined) return false;
  const selected = node.selectionSet?.selections ?? [];
  return selected.every((inner) => inner.kind === Kind.FIELD && inner.name.value === id);
}
