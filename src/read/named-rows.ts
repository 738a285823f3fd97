import type { GraphQLSchema } from 'graphql';
import type { CompiledStream } from '../catalog/compile/compiled.ts';
import { inWords } from '../catalog/language/near-match.ts';
import type { CentraClient } from '../centra/client.ts';
import type { Log } from '../console/log.ts';
import { isObject } from '../json.ts';
import type { WantedStream } from '../protocol/message.ts';
import type { RootDefinition } from '../roots/definition.ts';
import { openRoot } from '../shop/open-root.ts';

export interface NamedRowsOptions {
  readonly streams: readonly CompiledStream[];
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export type NamedRows = (
  wanted: readonly WantedStream[],
  states: ReadonlyMap<string, unknown>,
) => Promise<readonly CompiledStream[]>;

/**
 * The streams with what their filters must name so that a list leaves no row out. A first read finds it out by counting; its
 * state remembers it for the next ones.
 */
export function namedRows({ streams, client, schema, log, signal }: NamedRowsOptions): NamedRows {
  const found = new Map<string, Promise<readonly string[]>>();

  async function find(root: RootDefinition): Promise<readonly string[]> {
    const hidden = await openRoot(client, schema, root).hiddenBy(signal);
    if (hidden === undefined) return [];
    const { fields, listed, all } = hidden;
    log(
      'info',
      `This shop lists ${listed} ${root.label} and has ${all}: the filter names every ${inWords(fields, 'and')}, so that none is left out.`,
    );
    return fields;
  }

  return async (wanted, states) => {
    const named = new Map<string, readonly string[]>();
    for (const { name } of wanted) {
      const root = streams.find((stream) => stream.name === name)?.root;
      if (root?.mayHideBy === undefined) continue;
      const state = states.get(name);
      const isFirst = !isObject(state) || Object.keys(state).length === 0;
      if (isFirst && !found.has(root.root)) found.set(root.root, find(root));
      const fields = isFirst ? ((await found.get(root.root)) ?? []) : namedIn(state);
      named.set(root.root, [...new Set([...(named.get(root.root) ?? []), ...fields])]);
    }
    return streams.map((stream) => {
      const fields = named.get(stream.root.root) ?? [];
      return fields.length === 0 ? stream : { ...stream, root: { ...stream.root, named: fields } };
    });
  };
}

function namedIn(state: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(state.named) ? state.named.filter((field) => typeof field === 'string') : [];
}
