import type { GraphQLSchema } from 'graphql';
import type { JsonObject, JsonValue } from '../../json.ts';
import type { RootDefinition } from '../../roots/definition.ts';
import { rootType } from '../../roots/derive.ts';
import type { ColumnDraft } from '../column/column-draft.ts';
import type { StreamModel } from '../language/model.ts';
import { plainValue } from '../language/source-node.ts';
import { keysOfLevels, type Level, selectFromRoot, usesOfLevels } from '../path/levels.ts';
import { guardsOf } from '../path/permissions.ts';
import { jsonSchemaOf, withNullable } from '../path/value-type.ts';
import { nestedListsOf } from '../query/nested-lists.ts';
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
  /** The one that the selection is made for. */
  readonly schema: GraphQLSchema;
  readonly reference: GraphQLSchema;
  readonly rootPermission: string | undefined;
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
  schema,
  reference,
  rootPermission,
}: Parts): CompiledStream {
  const given = cursor.added === undefined ? columns : [...columns, cursor.added];
  // A row whose key is null never comes out.
  const drafts = given.map((draft) =>
    key.includes(draft.name) ? { ...draft, type: withNullable(draft.type, false) } : draft,
  );
  const compiled = drafts.map((draft) => compiledColumn(draft, levels, schema, reference));
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
    rootPermission,
    keyedByPosition: drafts.some(({ name, isPosition }) => isPosition && key.includes(name)),
    pagedLists: pagedListsOf(selection),
    nestedLists: nestedListsOf(selection, rootType(root.root, schema), schema, reference),
    rows: rowFunction({ levels, columns: drafts, key, holdsBackNullKeys: true }),
    sources: rowFunction({
      levels,
      columns: drafts.map(({ name, at, read }) => ({ name, at, run: read, direct: undefined })),
      key,
      holdsBackNullKeys: false,
    }),
  });
}

function compiledColumn(
  draft: ColumnDraft,
  levels: readonly Level[],
  schema: GraphQLSchema,
  reference: GraphQLSchema,
): CompiledColumn {
  const guards = guardsOf([...usesOfLevels(levels), ...draft.uses], schema, reference);
  const { missing } = draft;
  return Object.freeze({
    name: draft.name,
    jsonSchema: jsonSchemaOf(draft.type, draft.description),
    source: draft.text,
    definition: definitionOf(draft.model),
    pii: draft.pii,
    selection: draft.selection,
    permissions: [...new Set(guards.map(({ permission }) => permission))],
    guards,
    missing: missing?.by === 'permission' ? undefined : missing?.what,
    unavailable: missing && {
      because: missing.because,
      permission: missing.by === 'permission' ? missing.what : undefined,
    },
  });
}

function definitionOf({ keywords }: ColumnDraft['model']): JsonValue {
  const said = [...keywords].filter(([keyword]) => keyword !== 'description' && keyword !== 'on_error');
  return Object.fromEntries(said.map(([keyword, node]) => [keyword, plainValue(node)]));
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
