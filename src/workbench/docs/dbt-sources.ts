import { Document } from 'yaml';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import type { ColumnFact } from './column-facts.ts';
import { deletionColumns } from './deletion-columns.ts';

export interface DbtTable {
  readonly stream: CompiledStream;
  readonly columns: readonly ColumnFact[];
}

const heading = ` Sources for dbt, made by \`source-centra catalog docs\`. Not made for editing: what is yours (database, schema,
 freshness) goes into a copy or is overridden.
 - The source is called as the schema that the destination writes into; add \`database\` and \`schema\` where yours differ.
 - The tests hold where the destination keeps one row for each key (in Airbyte: incremental, append and deduped).
 - Keys of several columns are tested by dbt_utils: \`packages: [{ package: dbt-labs/dbt_utils, version: [">=1.0.0", "<2.0.0"] }]\`.`;

/** A dbt `sources.yml`: descriptions, tests of the keys, and the column that shows how new the data is where there is one. */
export function dbtSources(name: string, description: string, tables: readonly DbtTable[]): string {
  const document = new Document({
    version: 2,
    sources: [{ name, description, tables: tables.map(tableOf) }],
  });
  document.commentBefore = heading;
  return document.toString({ lineWidth: 110 });
}

function tableOf({ stream, columns }: DbtTable) {
  const { name, description, key, cursor, root } = stream;
  const isOneColumn = key.length === 1;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    // A date of creation stands still while rows change, and would call a fresh table stale.
    ...(root.change.kind === 'created' ? {} : { loaded_at_field: cursor }),
    ...(isOneColumn
      ? {}
      : {
          data_tests: [{ 'dbt_utils.unique_combination_of_columns': { combination_of_columns: [...key] } }],
        }),
    columns: [
      ...columns
        .filter(({ isNested }) => !isNested)
        .map((column) => columnOf(column, key.includes(column.name), isOneColumn)),
      // A table has those of the way by which it was loaded; plain files are no way to one.
      ...deletionColumns(stream).filter(({ name: column }) => column !== '_deleted_at'),
    ],
  };
}

function columnOf({ name, description, pii }: ColumnFact, isKey: boolean, isWholeKey: boolean) {
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(pii === undefined ? {} : { meta: { pii } }),
    ...(isKey ? { data_tests: isWholeKey ? ['not_null', 'unique'] : ['not_null'] } : {}),
  };
}
