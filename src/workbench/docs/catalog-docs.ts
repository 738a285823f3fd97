import type { GraphQLSchema } from 'graphql';
import type { CompiledCatalog } from '../../catalog/compile/compile.ts';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import type { LoadedCatalog } from '../../catalog/language/load.ts';
import type { StreamModel } from '../../catalog/language/model.ts';
import { plainValue } from '../../catalog/language/source-node.ts';
import { piiColumns } from '../../catalog/privacy/pii-columns.ts';
import { type ColumnFact, columnFacts } from './column-facts.ts';
import { type DbtTable, dbtSources } from './dbt-sources.ts';
import { deletionColumns } from './deletion-columns.ts';
import { entityDiagram } from './entity-diagram.ts';
import { type Relation, relationsOf } from './relations.ts';

export interface DocsInput {
  /** `catalog/default.yaml`. */
  readonly label: string;
  /** The command that makes them again. */
  readonly command: string;
  readonly loaded: LoadedCatalog;
  readonly compiled: CompiledCatalog;
  readonly schema: GraphQLSchema;
}

export interface CatalogDocs {
  /** A Markdown page. */
  readonly page: string;
  /** For dbt. */
  readonly sources: string;
}

/** What a tenant's analysts and privacy officers want to know of the tables, from the same compile that a read uses. */
export function catalogDocs(input: DocsInput): CatalogDocs {
  const { loaded, compiled, schema } = input;
  const models = loaded.catalog.streams;
  const tables = compiled.streams.map((stream): Table => {
    const model = models.find(({ name }) => name === stream.name);
    return { stream, model, columns: columnFacts(stream, model) };
  });
  const relations = relationsOf(compiled.streams, models, schema);
  const tenant = loaded.catalog.tenant;
  const owner = tenant === undefined ? 'a Centra shop' : tenant;
  return {
    page: pageOf(input, tables, relations),
    sources: dbtSources(
      'centra',
      `Orders, stock, deliveries and returns of ${owner}, read from Centra.`,
      tables,
    ),
  };
}

interface Table extends DbtTable {
  readonly model: StreamModel | undefined;
}

function pageOf(input: DocsInput, tables: readonly Table[], relations: readonly Relation[]): string {
  const { label, command, loaded, compiled } = input;
  const { tenant } = loaded.catalog;
  const parts = [
    `# ${tenant === undefined ? 'Streams and columns' : `${tenant}: streams and columns`}`,
    `Made from \`${label}\` by \`${command}\`; correct the catalog and make it again.`,
    overview(tables),
    `A path under “From” leads through Centra's GraphQL types from the object that a row is made of; \`^\` starts at the object around it, \`^^\` at the one around that. A column can be null unless its type says “not null”. Times are in UTC.`,
    ...(relations.length === 0 ? [] : [diagramSection(compiled.streams, relations)]),
    privacySection(loaded),
    ...tables.map((table) => streamSection(table, relations)),
    ...(compiled.unreadable.length === 0 ? [] : [unreadableSection(compiled)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function overview(tables: readonly Table[]): string {
  const rows = tables.map(({ stream, model }) => [
    link(stream.name),
    stream.description ?? `One row for each ${rowInWords(stream, model)}.`,
    codes(stream.key),
    `\`${stream.cursor}\``,
    readInShort(stream),
  ]);
  return table(['Stream', 'Rows', 'Key', 'Cursor', 'Each sync reads'], rows);
}

function readInShort({ root }: CompiledStream): string {
  if (root.change.kind === 'updated') return 'what changed';
  return root.change.kind === 'created' ? 'what is new, and what is not final' : 'everything';
}

function diagramSection(streams: readonly CompiledStream[], relations: readonly Relation[]): string {
  return `## How the streams join\n\n\`\`\`mermaid\n${entityDiagram(streams, relations)}\`\`\``;
}

const maskInWords: Readonly<Record<string, string>> = {
  allow: 'passes as it is, on purpose',
  hash: 'a code stands in its place, the same for the same value in all streams',
  mask: 'only the first and the last character',
  year: 'only the year',
  month: 'only the month',
  drop: 'left out on purpose, and not read',
};

function privacySection(loaded: LoadedCatalog): string {
  const found = piiColumns(loaded);
  const title = '## Personal data';
  if (found.length === 0) {
    return `${title}\n\nNo column holds a field that Centra's schema shows to be personal: a catalog that maps one must say what happens to it, and this one maps none.`;
  }
  const rows = found.map(({ stream, columnName, pii }) => [
    link(stream),
    `\`${columnName}\``,
    `\`${pii}\`: ${maskInWords[pii] ?? pii}`,
  ]);
  const hashes = found.some(({ pii }) => pii === 'hash')
    ? `\n\nCodes are HMAC-SHA-256 with the key of the configuration over the trimmed, lower-cased text, in hex. They join streams, and nobody without the key can tell whose they are.`
    : '';
  return `${title}\n\n${table(['Stream', 'Column', 'What happens to it'], rows)}${hashes}`;
}

function streamSection({ stream, model, columns }: Table, relations: readonly Relation[]): string {
  const joins = relations.filter(({ from }) => from === stream.name);
  const facts = [
    `- Made from each ${rowInWords(stream, model)}.`,
    ...(stream.where === undefined ? [] : [`- Only where \`${JSON.stringify(stream.where)}\`.`]),
    `- ${changesInWords(stream)}`,
    `- Key: ${codes(stream.key)}. Cursor: \`${stream.cursor}\`.`,
    ...joins.map(
      ({ columns: own, to, key }) =>
        `- ${codes(own)} ${own.length === 1 ? 'leads' : 'lead'} to ${link(to)} (${codes(key)}).`,
    ),
  ];
  const hasPii = columns.some(({ pii }) => pii !== undefined);
  const header = ['Column', 'Type', 'From', ...(hasPii ? ['Personal data'] : []), 'What it holds'];
  const rows = columns.map((column) => [
    `\`${column.name}\``,
    column.isNullable ? column.type : `${column.type}, not null`,
    [column.source, ...column.steps].filter((part) => part !== '').join('; '),
    ...(hasPii ? [column.pii === undefined ? '' : `\`${column.pii}\``] : []),
    heldInWords(column),
  ]);
  const description = stream.description === undefined ? [] : [stream.description];
  const marks = deletionColumns(stream);
  const deletions =
    marks.length === 0
      ? []
      : [
          'A row that is deleted in the shop comes as one with its key, its cursor and one of these columns:',
          table(
            ['Column', 'What it holds'],
            marks.map((mark) => [`\`${mark.name}\``, mark.description]),
          ),
        ];
  const title = `## ${stream.name}`;
  return [title, ...description, facts.join('\n'), table(header, rows), ...deletions].join('\n\n');
}

function rowInWords({ root }: CompiledStream, model: StreamModel | undefined): string {
  const each = model?.each === undefined ? undefined : String(plainValue(model.each));
  return each === undefined
    ? `object of Centra's \`${root.root}\``
    : `element of \`${each}\` in the objects of Centra's \`${root.root}\``;
}

function changesInWords({ root, each, cursor }: CompiledStream): string {
  const { change } = root;
  if (change.kind === 'snapshot')
    return `Nothing in Centra says when these rows change, so each sync reads them all; \`${cursor}\` says when it began, and rows of an older one are gone.`;
  const object = each.length === 0 ? 'a row' : 'the object around a row';
  if (change.kind === 'updated')
    return `Each sync reads what has changed since the last one: any change of ${object} moves its \`${change.field}\`.`;
  return `Each sync reads what was created since the last one (\`${change.field}\`), and again what was not final then (any status but ${change.finalStatuses.join(', ')}), because a change of ${object} moves no date.`;
}

function heldInWords({ description, missing }: ColumnFact): string {
  const empty = missing === undefined ? [] : [`Always empty: this shop's API has no ${missing}.`];
  return [...(description === undefined ? [] : [description]), ...empty].join(' ');
}

function unreadableSection({ unreadable }: CompiledCatalog): string {
  const lines = unreadable.map(({ stream, reason }) => `- \`${stream}\`: ${reason}`);
  return `## Not read\n\n${lines.join('\n')}`;
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), `|${header.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

/** A bar ends a cell, even inside of backticks. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

function link(stream: string): string {
  return `[${stream}](#${stream.toLowerCase()})`;
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
