import { type GraphQLNamedType, type GraphQLSchema, getNamedType, isLeafType } from 'graphql';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import { askableFields } from '../../catalog/path/askable-fields.ts';
import type { FieldUse } from '../../catalog/path/field-step.ts';
import { permissionsOf } from '../../catalog/path/permissions.ts';
import { isPersonal } from '../../catalog/privacy/personal-data.ts';
import {
  emptySelection,
  type FieldSelection,
  mergeSelections,
  type Selection,
  selectionOfPaths,
} from '../../catalog/query/selection.ts';
import { fieldOf, selectedFields } from '../../catalog/query/selection-walk.ts';
import { rootType } from '../../roots/derive.ts';
import { attributesSelection, hasAttributes } from '../../shop/attributes/attribute-facts.ts';
import { anchorBehind, type DataAnchor, dataKey, hasId, rootAnchor } from './data-anchor.ts';
import type { MappedData } from './mapped-data.ts';

/** Streams that read the same rows of a root list. */
export interface StreamGroup {
  readonly root: string;
  readonly streams: readonly CompiledStream[];
}

/** The rows of a root list, or the elements of a list below that the catalog goes into. */
export interface DataLevel {
  readonly root: string;
  readonly type: GraphQLNamedType;
  /** Names of fields. */
  readonly path: readonly string[];
  /** Response keys. */
  readonly keys: readonly string[];
  readonly chain: readonly FieldSelection[];
  readonly anchor: DataAnchor;
}

/** Something that the schema has and the catalog does not map; whether the shop uses it, only rows show. */
export interface UnmappedData {
  readonly kind: 'field' | 'list' | 'attributes';
  readonly level: DataLevel;
  /** Names of fields from the objects of the level; for attributes, to the objects that have them. */
  readonly path: readonly string[];
  readonly owner: GraphQLNamedType;
  readonly isPersonal: boolean;
  readonly permissions: readonly string[];
  /** From the type of the root's rows. */
  readonly selection: Selection;
}

export interface Schemas {
  readonly schema: GraphQLSchema;
  readonly reference: GraphQLSchema;
}

export interface GroupData {
  /** The lists that the catalog goes into, the root first. */
  readonly levels: readonly DataLevel[];
  readonly unmapped: readonly UnmappedData[];
}

const MOST_STEPS = 3;

/** For each group, what is there to be mapped. Each kind of object is looked at in one place only, the nearest. */
export function unmappedData(
  groups: readonly StreamGroup[],
  mapped: MappedData,
  schemas: Schemas,
): ReadonlyMap<StreamGroup, GroupData> {
  const levels = new Map(groups.map((group) => [group, levelsOf(group, schemas.schema)]));
  const seen = new Set<string>();
  const data = new Map<StreamGroup, GroupData>();
  const own = new Map<DataLevel, Place>();
  for (const level of rowsFirst(levels)) {
    if (seen.has(level.anchor.name)) continue;
    seen.add(level.anchor.name);
    own.set(level, { level, type: level.type, path: [], anchor: level.anchor, uses: [], isPersonal: false });
  }
  for (const [group, below] of levels) {
    const starts = below.flatMap((level) => own.get(level) ?? []);
    data.set(group, { levels: below, unmapped: walk(starts, seen, mapped, schemas) });
  }
  return data;
}

/** The rows of streams before lists inside of columns, so that a path to add is as short as it can be. */
function rowsFirst(levels: ReadonlyMap<StreamGroup, readonly DataLevel[]>): readonly DataLevel[] {
  const all = [...levels].flatMap(([{ streams }, below]) =>
    below.map((level) => ({
      level,
      isRows: streams.some(({ each }) => each.join('.') === level.keys.join('.')),
    })),
  );
  return [...all.filter(({ isRows }) => isRows), ...all.filter(({ isRows }) => !isRows)].map(
    ({ level }) => level,
  );
}

function levelsOf({ root, streams }: StreamGroup, schema: GraphQLSchema): readonly DataLevel[] {
  const type = rootType(root, schema);
  if (type === undefined) return [];
  const top: DataLevel = {
    root,
    type,
    path: [],
    keys: [],
    chain: [],
    anchor: rootAnchor(type, root, schema),
  };
  const anchors = new Map([['', top.anchor]]);
  const chains = new Map<string, readonly FieldSelection[]>([['', []]]);
  const levels = [top];
  const selection = mergeSelections(streams.map((stream) => stream.selection));
  for (const field of selectedFields(selection, type, schema)) {
    const { path, keys, selected, isList, isOnKind } = field;
    const above = anchors.get(keys.slice(0, -1).join('.'));
    const chain = chains.get(keys.slice(0, -1).join('.'));
    if (above === undefined || chain === undefined || isOnKind || selected.selection === undefined) continue;
    if (selected.name === 'attributes') continue;
    const anchor = anchorBehind(above, { name: selected.name, type: field.type, isList }, schema);
    const whole = [...chain, selected];
    anchors.set(keys.join('.'), anchor);
    chains.set(keys.join('.'), whole);
    if (isList) levels.push({ root, type: field.type, path, keys, chain: whole, anchor });
  }
  return levels;
}

/** The objects that a walk has come to. */
interface Place {
  readonly level: DataLevel;
  readonly type: GraphQLNamedType;
  readonly path: readonly string[];
  readonly anchor: DataAnchor;
  readonly uses: readonly FieldUse[];
  readonly isPersonal: boolean;
}

function walk(
  starts: readonly Place[],
  seen: Set<string>,
  mapped: MappedData,
  schemas: Schemas,
): readonly UnmappedData[] {
  const found: UnmappedData[] = [];
  let here = starts;
  for (let steps = 0; steps < MOST_STEPS && here.length > 0; steps += 1) {
    const next: Place[] = [];
    for (const place of here) {
      if (hasAttributes(place.type)) found.push(attributesAt(place, schemas));
      for (const field of askableFields(place.type, schemas.schema)) {
        if (field.name === 'attributes') continue;
        const step = stepTo(place, field, schemas);
        if (isLeafType(field.type) || field.isList || isAmount(field.type)) {
          const data = dataAt(place, step, field, schemas);
          if (!mapped.fields.has(dataKey(place.anchor, data.path.slice(place.path.length).join('.'))))
            found.push(data);
        } else if (hasId(field.type, schemas.schema)) {
          if (seen.has(field.type.name)) continue;
          seen.add(field.type.name);
          next.push(step);
        } else if (step.anchor.rest.length < MOST_STEPS) next.push(step);
      }
    }
    here = next;
  }
  return found;
}

type Field = ReturnType<typeof askableFields>[number];

function stepTo(place: Place, field: Field, { schema, reference }: Schemas): Place {
  const uses = field.owners.map((type) => ({ type, field: field.name, deprecations: [] }));
  return {
    level: place.level,
    type: field.type,
    path: [...place.path, field.name],
    anchor: anchorBehind(place.anchor, field, schema),
    uses: [...place.uses, ...uses],
    isPersonal: place.isPersonal || uses.some((use) => isPersonal(use, schema, reference)),
  };
}

/** Of an amount, its value is what one maps; that it has a currency needs no saying. */
function isAmount(type: GraphQLNamedType): boolean {
  return fieldOf(type, 'value') !== undefined && fieldOf(type, 'currency') !== undefined;
}

function dataAt(place: Place, step: Place, field: Field, { schema, reference }: Schemas): UnmappedData {
  const path = !field.isList && isAmount(field.type) ? [...step.path, 'value'] : step.path;
  return {
    kind: field.isList ? 'list' : 'field',
    level: place.level,
    path,
    owner: place.type,
    isPersonal: step.isPersonal,
    permissions: permissionsAlong(place.level, step.uses, schema, reference),
    selection: below(
      place.level,
      firstOfLists(
        selectionOfPaths(schema, place.level.type.name, [path.join('.')]),
        path,
        place.level.type,
        schema,
      ),
    ),
  };
}

/** Whether a list or a Connection has anything is all that is wanted: one element costs a tenth of what it does without a limit. */
function firstOfLists(
  selection: Selection,
  [name, ...rest]: readonly string[],
  type: GraphQLNamedType | undefined,
  schema: GraphQLSchema,
): Selection {
  const inside = (field: FieldSelection): FieldSelection => {
    if (field.name !== name) return field;
    const live = fieldOf(type, field.name);
    const inner = live === undefined ? undefined : getNamedType(live.type);
    const limit = live?.args.find((arg) => arg.name === 'limit' || arg.name === 'first')?.name;
    return {
      ...field,
      args: limit === undefined ? field.args : [{ name: limit, literal: '1' }],
      selection: field.selection && firstOfLists(field.selection, rest, inner, schema),
    };
  };
  return {
    fields: selection.fields.map(inside),
    fragments: selection.fragments.map(({ on, selection: part }) => ({
      on,
      selection: firstOfLists(part, name === undefined ? [] : [name, ...rest], schema.getType(on), schema),
    })),
  };
}

function attributesAt(place: Place, { schema, reference }: Schemas): UnmappedData {
  const { level, path, type } = place;
  const uses = [...place.uses, { type: type.name, field: 'attributes', deprecations: [] }];
  return {
    kind: 'attributes',
    level,
    path,
    owner: type,
    isPersonal: place.isPersonal || isPersonal({ type: type.name, field: 'attributes' }, schema, reference),
    permissions: permissionsAlong(level, uses, schema, reference),
    selection: below(level, attributesSelection(schema, level.type.name, path, type)),
  };
}

/** Below the lists of a level, with the arguments that the catalog gives them. */
function below(level: DataLevel, selection: Selection): Selection {
  return level.chain.reduceRight<Selection>(
    (inner, field) => ({ fields: [{ ...field, selection: inner }], fragments: [] }),
    selection,
  );
}

function permissionsAlong(
  level: DataLevel,
  uses: readonly FieldUse[],
  schema: GraphQLSchema,
  reference: GraphQLSchema,
): readonly string[] {
  const type = rootType(level.root, schema);
  const above = type === undefined ? [] : [...selectedFields(below(level, emptySelection), type, schema)];
  const all = [...above.map(({ owner, selected }) => ({ type: owner.name, field: selected.name })), ...uses];
  return [...new Set(all.flatMap((use) => permissionsOf(use, reference)))];
}
