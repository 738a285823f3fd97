import { parse, print } from 'graphql';
import { inWords } from '../../catalog/language/near-match.ts';
import type { Query } from '../../centra/client.ts';
import type { Explained } from './explain-catalog.ts';
import type { ColumnExplanation, RootExplanation } from './explanation.ts';

/** How many rows a page has at most. */
const PAGE_SIZE = 200;

/** For people. */
export function explainText(explained: Explained): string {
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
  const permissions = [
    ...new Set(roots.flatMap((root) => root.permissions.map(({ permission }) => permission))),
  ];
  if (permissions.length > 0)
    parts.push(`Permissions that the API token needs: ${permissions.sort().join(', ')}.\n`);
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

/** For machines. */
export function explainJson({ catalog, isLive, roots, unreadable, dropped }: Explained): string {
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
