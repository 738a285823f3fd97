import type { GraphQLSchema } from 'graphql';
import type { CompiledCatalog } from '../../catalog/compile/compile.ts';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import { mergeSelections } from '../../catalog/query/selection.ts';
import { permissionsIn } from '../../centra/permissions.ts';
import type { RecordedClient } from '../../centra/recorded-client.ts';
import { ConnectorError } from '../../errors.ts';
import { openRoot } from '../../shop/open-root.ts';
import { type RootGroup, rootGroups } from '../root-groups.ts';

/** A guarded field hides what is below it: so many times what was refused is left out, and the rest asked for again. */
const MOST_ROUNDS = 4;
const PAGE_ROWS = 20;

export interface RoundsInput {
  readonly client: RecordedClient;
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
  /** The configured catalog, bound to this shop, without the fields that these permissions guard. */
  readonly compile: (withoutPermissions: ReadonlySet<string>) => CompiledCatalog;
}

export interface Rounds {
  readonly missing: ReadonlySet<string>;
  /** The lists of which no page came, by the streams on them, with a sentence. */
  readonly failed: ReadonlyMap<string, string>;
  /** The streams of which a page came, as they were asked for. */
  readonly answered: readonly CompiledStream[];
  /** How long a page of each took, when nothing in it was refused. */
  readonly pages: readonly { readonly what: string; readonly rows: number; readonly ms: number }[];
}

/** Asks for a page of each list with all that its streams need, and finds out what the token may not see. */
export async function permissionRounds({ client, schema, signal, compile }: RoundsInput): Promise<Rounds> {
  const missing = new Set<string>();
  const failed = new Map<string, string>();
  const answered: CompiledStream[] = [];
  const pages: { readonly what: string; readonly rows: number; readonly ms: number }[] = [];
  for (const { streams: members } of rootGroups(compile(missing).streams)) {
    const names = new Set(members.map(({ name }) => name));
    for (let round = 1; round <= MOST_ROUNDS; round += 1) {
      const [group] = rootGroups(compile(missing).streams.filter(({ name }) => names.has(name)));
      if (group === undefined) break;
      const page = await pageOf(group, { client, schema, signal });
      const fresh = page.refused.filter((permission) => !missing.has(permission));
      for (const permission of fresh) missing.add(permission);
      if (page.failure !== undefined) for (const name of names) failed.set(name, page.failure);
      if (page.failure === undefined) answered.push(...group.streams);
      if (page.failure === undefined && page.refused.length === 0) {
        for (const name of names) failed.delete(name);
        pages.push({ what: group.root.label, rows: PAGE_ROWS, ms: page.ms });
      }
      if (fresh.length === 0) break;
    }
  }
  return { missing, failed, answered, pages };
}

interface AskedPage {
  readonly refused: readonly string[];
  readonly failure: string | undefined;
  readonly ms: number;
}

async function pageOf(
  { root, where, streams }: RootGroup,
  { client, schema, signal }: Pick<RoundsInput, 'client' | 'schema' | 'signal'>,
): Promise<AskedPage> {
  try {
    const opened = openRoot(client, schema, root, where);
    const selection = mergeSelections(streams.map((stream) => stream.selection));
    const { refusals } = await opened.first(selection, { rows: PAGE_ROWS }, signal);
    const ms = Math.round(client.asked().at(-1)?.durationMs ?? 0);
    return {
      refused: refusals.flatMap(({ permission }) => permission ?? []),
      failure: undefined,
      ms,
    };
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind === 'bug') throw error;
    const refused = error.kind === 'permission' ? permissionsIn(error.message) : [];
    return { refused, failure: error.message, ms: 0 };
  }
}
