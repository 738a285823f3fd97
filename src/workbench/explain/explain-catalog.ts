import { didYouMean, inWords } from '../../catalog/language/near-match.ts';
import { piiColumns } from '../../catalog/privacy/pii-columns.ts';
import type { Query } from '../../centra/client.ts';
import { ConnectorError } from '../../errors.ts';
import { rehearse } from '../../forecast/rehearse.ts';
import type { OpenCatalog } from '../open-catalog.ts';
import { rootGroups } from '../root-groups.ts';
import { explainRoot, type RootExplanation } from './explanation.ts';

export interface Explained {
  readonly catalog: string;
  readonly isLive: boolean;
  readonly roots: readonly (RootExplanation & { readonly queries: readonly Query[] })[];
  /** Streams that were not asked for and are read by the same query otherwise. */
  readonly companions: readonly string[];
  readonly unreadable: OpenCatalog['compiled']['unreadable'];
  /** Columns that the catalog leaves out on purpose. */
  readonly dropped: readonly string[];
}

/** Rehearses the queries that a read will send, and finds which column asks for what. */
export async function explainCatalog(
  open: OpenCatalog,
  only: string | undefined,
  signal: AbortSignal,
): Promise<Explained> {
  const { compiled, schemas, loaded, label } = open;
  const { schema } = schemas;
  const wanted = wantedStreams(open, only);
  const roots: (RootExplanation & { readonly queries: readonly Query[] })[] = [];
  for (const group of rootGroups(wanted)) {
    const queries = await rehearse({ streams: group.streams, schema, signal });
    roots.push({ ...explainRoot(group, queries, schema), queries });
  }
  const all = rootGroups(compiled.streams).find(({ streams }) => streams.some(({ name }) => name === only));
  return {
    catalog: label,
    isLive: schemas.isLive,
    roots,
    companions: (all?.streams ?? []).map(({ name }) => name).filter((name) => name !== only),
    unreadable: compiled.unreadable.filter(({ stream }) => only === undefined || stream === only),
    dropped: piiColumns(loaded)
      .filter(({ stream, pii }) => pii === 'drop' && (only === undefined || stream === only))
      .map(({ stream, columnName }) => `${stream}.${columnName}`),
  };
}

function wantedStreams({ compiled, label }: OpenCatalog, only: string | undefined) {
  const { streams, unreadable } = compiled;
  const isKnown =
    streams.some(({ name }) => name === only) || unreadable.some(({ stream }) => stream === only);
  if (only === undefined || isKnown) return streams.filter(({ name }) => only === undefined || name === only);
  const names = streams.map(({ name }) => name);
  throw new ConnectorError({
    kind: 'config',
    code: 'cli/unknown_stream',
    message: `${label} has no stream "${only}".`,
    hint: didYouMean(only, names) ?? `Its streams are ${inWords(names, 'and')}.`,
  });
}
