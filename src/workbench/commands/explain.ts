import { parse, print } from 'graphql';
import { didYouMean, inWords } from '../../catalog/language/near-match.ts';
import { piiColumns } from '../../catalog/privacy/pii-columns.ts';
import type { Query } from '../../centra/client.ts';
import type { Surroundings } from '../../console/command-context.ts';
import { SUCCESS } from '../../console/exit-code.ts';
import { ConnectorError } from '../../errors.ts';
import { rehearse } from '../../forecast/rehearse.ts';
import { type ColumnExplanation, explainRoot, type RootExplanation } from '../explain/explanation.ts';
import { rootGroups } from '../explain/root-groups.ts';
import { type CatalogArguments, type OpenCatalog, openCatalog, refuseErrors } from './open-catalog.ts';

/** How many rows a page has at most. */
const PAGE_SIZE = 200;

interface ExplainArguments extends CatalogArguments {
  readonly stream?: string | undefined;
  readonly json: boolean;
}

/** Shows the queries that a read will send, what they need and cost, and which column asks for what. */
export async function catalogExplain(args: ExplainArguments, surroundings: Surroundings): Promise<number> {
  const { output, signal } = surroundings;
  const open = await openCatalog(args, surroundings);
  try {
    refuseErrors(open);
    const explained = await explain(open, args.stream, signal);
    await output.writeText(args.json ? asJson(explained) : asText(explained));
    return SUCCESS;
  } finally {
    await open.close();
  }
}

interface Explained {
  readonly catalog: string;
  readonly isLive: boolean;
  readonly roots: readonly (RootExplanation & { readonly queries: readonly Query[] })[];
  /** Streams that were not asked for and are read by the same query otherwise. */
  readonly companions: readonly string[];
  readonly unreadable: OpenCatalog['compiled']['unreadable'];
  /** Columns that the catalog leaves out on purpose. */
  readonly dropped: readonly string[];
}

async function explain(open: OpenCatalog, only: string | undefined, signal: AbortSignal): Promise<Explained> {
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

function asText(explained: Explained): string {
  const { catalog, isLive, roots, companions, unreadable, dropped } = explained;
  const parts = [
    `${catalog}, against ${isLive ? "the shop's own schema" : 'the schema that comes with the connector'}\n`,
    ...roots.map(rootText),
  ];
  if (companions.length > 0)
    parts.push(`In a read of all streams, the same query also serves ${inWords(companions, 'and')}.\n`);
  for (const { stream, reason } of unreadable) parts.push(`${stream} is not read: ${reason}\n`);
  if (dropped.length > 0)
    parts.push(`Left out on purpose (\`pii: drop\`), and not asked for: ${dropped.join(', ')}.\n`);
  parts.push(
    "Complexity points follow Centra's public formula; the API says with each answer what it cost, and the sync learns from that.\n",
  );
  return parts.join('\n');
}

function rootText(root: RootExplanation & { readonly queries: readonly Query[] }): string {
  const names = root.streams.map(({ name }) => name);
  const title = `${names.join(', ')}: ${root.queries.length === 1 ? 'one query' : `${root.queries.length} queries`} on ${root.root}`;
  const { perRequest, perRow } = root.complexity;
  const page = perRequest + PAGE_SIZE * perRow;
  const facts = [
    ['Filter', root.where === undefined ? 'none of the catalog' : JSON.stringify(root.where)],
    ['Permissions', root.permissions.map(({ permission }) => permission).join(', ')],
    [
      'Complexity',
      `${perRow} per row and ${perRequest} per request: ${page} for a page of ${PAGE_SIZE} rows`,
    ],
    ...root.syncFields.map(({ field, purpose }) => ['For the sync', `${field}, ${purpose}`]),
  ];
  const factLines = facts.map(([name = '', value = '']) => `  ${name.padEnd(12)}  ${value}\n`).join('');
  const queries = root.queries.map(({ query }) => `\n${indented(print(parse(query)))}\n`).join('');
  return `${title}\n${'-'.repeat(title.length)}\n${factLines}${queries}\n${root.streams.map(streamText).join('\n')}`;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

function streamText({ name, key, cursor, columns }: RootExplanation['streams'][number]): string {
  const width = Math.max(...columns.map((column) => column.name.length));
  const lines = columns.map((column) => `    ${column.name.padEnd(width)}  ${askedText(column)}\n`);
  return `  ${name} (key ${key.join(', ')}; cursor ${cursor})\n${lines.join('')}`;
}

function askedText({ asksForInShort, source, pii, permissions, missing }: ColumnExplanation): string {
  if (missing !== undefined) return `nothing: this shop's API has no ${missing}`;
  const notes = [...(pii === undefined ? [] : [`pii: ${pii}`]), ...permissions];
  const asked = asksForInShort === '' ? `nothing: ${source}` : asksForInShort;
  return notes.length === 0 ? asked : `${asked}  [${notes.join(', ')}]`;
}

function asJson({ catalog, isLive, roots, unreadable, dropped }: Explained): string {
  const result = {
    catalog,
    schema: isLive ? 'live' : 'bundled',
    roots: roots.map(({ queries, complexity, ...root }) => ({
      ...root,
      complexity: { ...complexity, isEstimate: true },
      queries: queries.map(({ operationName, query, variables }) => ({ operationName, query, variables })),
    })),
    unreadable,
    dropped,
  };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
