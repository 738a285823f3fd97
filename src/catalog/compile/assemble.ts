import type { GraphQLSchema } from 'graphql';
import type { JsonObject } from '../../json.ts';
import type { RootDefinition } from '../../roots/definition.ts';
import type { ColumnDraft } from '../column/column-draft.ts';
import type { StreamModel } from '../language/model.ts';
import { keysOfLevels, type Level, selectFromRoot, usesOfLevels } from '../path/levels.ts';
import { permissionsOf } from '../path/permissions.ts';
import { jsonSchemaOf } from '../path/value-type.ts';
import { emptySelection, mergeSelections, pagedListsOf } from '../query/selection.ts';
import type { CompiledColumn, CompiledStream } from './compiled.ts';
import type { CursorColumn } from './cursor.ts';
import { rowFunction } from './rows.ts';

interface Parts {
  readonly model: StreamModel;
  readonly root: RootDefinition;
  readonly levels: readonly Level[];
  readonly where: JsonObject | undefined;
  readonly key: readonly string[];
  readonly cursor: CursorColumn;
  readonly columns: readonly ColumnDraft[];
  readonly reference: GraphQLSchema;
}

/** Selection, schema and rows of the same columns. */
export function assembleStream({
  model,
  root,
  levels,
  where,
  key,
  cursor,
  columns,
  reference,
}: Parts): CompiledStream {
  const drafts = cursor.added === undefined ? columns : [...columns, cursor.added];
  const compiled = drafts.map((draft) => compiledColumn(draft, levels, reference));
  const selection = mergeSelections([
    selectFromRoot(levels, emptySelection),
    ...drafts.map((draft) => draft.selection),
  ]);
  return Object.freeze({
    name: model.name,
    description: model.description,
    root,
    each: keysOfLevels(levels),
    where,
    key,
    cursor: cursor.name,
    columns: compiled,
    jsonSchema: {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: Object.fromEntries(compiled.map(({ name, jsonSchema }) => [name, jsonSchema])),
      additionalProperties: true,
    },
    selection,
    permissions: permissionsByColumn(compiled),
    rootPermission: permissionsOf(
      { type: reference.getQueryType()?.name ?? 'Query', field: root.root },
      reference,
    )[0],
    pagedLists: pagedListsOf(selection),
    rows: rowFunction({ levels, columns: drafts, key }),
    sources: rowFunction({
      levels,
      columns: drafts.map(({ name, at, read }) => ({ name, at, run: read, direct: undefined })),
      key,
    }),
  });
}

function compiledColumn(
  draft: ColumnDraft,
  levels: readonly Level[],
  reference: GraphQLSchema,
): CompiledColumn {
  const uses = [...usesOfLevels(levels), ...draft.uses];
  return Object.freeze({
    name: draft.name,
    jsonSchema: jsonSchemaOf(draft.type, draft.description),
    source: draft.text,
    pii: draft.pii,
    selection: draft.selection,
    permissions: [...new Set(uses.flatMap((use) => permissionsOf(use, reference)))],
    missing: draft.missing?.what,
  });
}

function permissionsByColumn(columns: readonly CompiledColumn[]): ReadonlyMap<string, readonly string[]> {
  const byPermission = new Map<string, string[]>();
  for (const { name, permissions } of columns) {
    for (const permission of permissions) {
      const names = byPermission.get(permission);
      if (names === undefined) byPermission.set(permission, [name]);
      else names.push(name);
    }
  }
  return byPermission;
}
