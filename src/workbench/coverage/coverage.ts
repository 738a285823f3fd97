import type { CompiledStream, MappedRow, RowContext } from '../../catalog/compile/compiled.ts';
import { ConnectorError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import { attributeFacts } from '../../shop/attributes/attribute-facts.ts';
import { objectsAt } from '../../shop/attributes/objects-at.ts';
import { isPersonalElement } from '../init/attribute-privacy.ts';
import type { MappedData } from './mapped-data.ts';
import type { DataLevel, Schemas, StreamGroup, UnmappedData } from './unmapped-data.ts';

/** Something that the shop has and no column shows. */
export interface Uncovered {
  readonly kind: 'field' | 'list' | 'attribute';
  /** The stream at whose rows it was counted, and to which a column for it can be added. */
  readonly stream: string;
  /** What a column there would say. */
  readonly path: string;
  readonly filled: number;
  readonly of: number;
  readonly isPersonal: boolean;
}

/** A part of the shop that the token may not see. */
export interface Hidden {
  readonly stream: string;
  readonly path: string;
  readonly permissions: readonly string[];
  /** Whether the catalog maps it, so that a column is empty because of it. */
  readonly isMapped: boolean;
}

interface AlwaysNull {
  readonly stream: string;
  readonly column: string;
  readonly rows: number;
  /** Why, where it is known: what this version of the API lacks. */
  readonly missing: string | undefined;
}

export interface Coverage {
  readonly uncovered: readonly Uncovered[];
  readonly hidden: readonly Hidden[];
  readonly alwaysNull: readonly AlwaysNull[];
  /** Rows that were made, by stream; those that the mapping holds back too. */
  readonly rows: ReadonlyMap<string, number>;
  /** Streams in which a value would stop a read (`on_error: fail`), with the sentence that the read would end with. */
  readonly stops: ReadonlyMap<string, string>;
}

export interface GroupSample {
  readonly group: StreamGroup;
  /** The lists that the catalog goes into, the root first. */
  readonly levels: readonly DataLevel[];
  readonly unmapped: readonly UnmappedData[];
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  /** What could not be asked for, of the data and of the columns of the streams, with the permissions that it needs. */
  readonly refused: ReadonlyMap<object, readonly string[]>;
}

export interface CoverageInput {
  readonly samples: readonly GroupSample[];
  readonly mapped: MappedData;
  readonly schemas: Schemas;
  readonly context: RowContext;
}

/** What samples of rows show of a catalog's gaps. Counts only: no value of a row is in it. */
export function coverageOf({ samples, mapped, schemas, context }: CoverageInput): Coverage {
  const rows = new Map<string, number>();
  const stops = new Map<string, string>();
  const uncovered = samples.flatMap((sample) => uncoveredIn(sample, mapped, schemas));
  return {
    uncovered: [...uncovered].sort(byFilled),
    hidden: samples.flatMap((sample) => [...hiddenData(sample), ...hiddenColumns(sample)]),
    alwaysNull: samples.flatMap((sample) => alwaysNullIn(sample, context, rows, stops)),
    rows,
    stops,
  };
}

function byFilled(a: Uncovered, b: Uncovered): number {
  return share(b) - share(a) || compare(a.stream, b.stream) || compare(a.path, b.path);
}

function share({ filled, of }: Uncovered): number {
  return of === 0 ? 0 : filled / of;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function lacking(part: object, { refused }: GroupSample): readonly string[] {
  return refused.get(part) ?? [];
}

function uncoveredIn(sample: GroupSample, mapped: MappedData, schemas: Schemas): readonly Uncovered[] {
  const elements = new Map<DataLevel, readonly Readonly<Record<string, unknown>>[]>();
  return sample.unmapped.flatMap((data): readonly Uncovered[] => {
    if (lacking(data, sample).length > 0) return [];
    const { level, kind, isPersonal } = data;
    const objects = elements.get(level) ?? sample.objects.flatMap((object) => objectsAt(object, level.keys));
    elements.set(level, objects);
    if (kind === 'attributes') return uncoveredAttributes(data, objects, sample, mapped, schemas);
    const filled = objects.filter((object) => isFilled(object, data.path)).length;
    const ending = kind === 'list' ? '[]' : '';
    return [{ kind, ...placeOf(data, sample, ending), filled, of: objects.length, isPersonal }];
  });
}

function uncoveredAttributes(
  data: UnmappedData,
  elements: readonly Readonly<Record<string, unknown>>[],
  sample: GroupSample,
  mapped: MappedData,
  { schema, reference }: Schemas,
): readonly Uncovered[] {
  const objects = elements.flatMap((element) => objectsAt(element, data.path));
  return attributeFacts(data.owner.name, objects).flatMap(({ type, elements: keys }) =>
    keys
      .filter(({ key }) => !mapped.attributes.has(`${type}.${key}`))
      .map((element) => ({
        kind: 'attribute' as const,
        ...placeOf(data, sample, `${data.path.length === 0 ? '' : '.'}attributes[${type}].${element.key}`),
        filled: element.filled,
        of: objects.length,
        isPersonal: data.isPersonal || isPersonalElement(type, element, schema, reference),
      })),
  );
}

/** Whether anything is there at a path of field names. */
function isFilled(value: unknown, path: readonly string[]): boolean {
  const [name, ...rest] = path;
  if (name === undefined)
    return Array.isArray(value) ? value.length > 0 : value !== null && value !== undefined && value !== '';
  return isObject(value) && isFilled(value[name], rest);
}

/** The stream whose rows are the objects of the level; else one whose rows lie in them, or hold them. */
function placeOf(
  { level, path }: UnmappedData,
  { group, levels }: GroupSample,
  ending: string,
): Pick<Uncovered, 'stream' | 'path'> {
  const text = `${path.join('.')}${ending}`;
  const own = group.streams.find(({ each }) => isSame(each, level.keys));
  if (own !== undefined) return { stream: own.name, path: text };
  const inside = group.streams.find(({ each }) => isSame(each.slice(0, level.keys.length), level.keys));
  if (inside !== undefined) {
    const ups = levels.filter(
      ({ keys }) => keys.length > level.keys.length && isSame(inside.each.slice(0, keys.length), keys),
    );
    return { stream: inside.name, path: `${'^'.repeat(ups.length)}${text}` };
  }
  const way = level.path.map((name) => `${name}[].`).join('');
  return { stream: group.streams[0]?.name ?? group.root, path: `${way}${text}` };
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, at) => key === b[at]);
}

function hiddenData(sample: GroupSample): readonly Hidden[] {
  return sample.unmapped.flatMap((data) => {
    const permissions = lacking(data, sample);
    if (permissions.length === 0) return [];
    const ending =
      data.kind === 'attributes'
        ? `${data.path.length === 0 ? '' : '.'}attributes`
        : data.kind === 'list'
          ? '[]'
          : '';
    return [{ ...placeOf(data, sample, ending), permissions, isMapped: false }];
  });
}

function hiddenColumns(sample: GroupSample): readonly Hidden[] {
  return sample.group.streams.flatMap(({ name, columns }) =>
    columns.flatMap((column) => {
      const permissions = lacking(column, sample);
      return permissions.length === 0
        ? []
        : [{ stream: name, path: column.name, permissions, isMapped: true }];
    }),
  );
}

function alwaysNullIn(
  sample: GroupSample,
  context: RowContext,
  rows: Map<string, number>,
  stops: Map<string, string>,
): readonly AlwaysNull[] {
  return sample.group.streams.flatMap((stream) => {
    const { made, filled } = countColumns(stream, sample, context, stops);
    rows.set(stream.name, (rows.get(stream.name) ?? 0) + made);
    if (made === 0) return [];
    return stream.columns
      .filter((column) => !filled.has(column.name) && lacking(column, sample).length === 0)
      .map(({ name, missing }) => ({ stream: stream.name, column: name, rows: made, missing }));
  });
}

function countColumns(
  stream: CompiledStream,
  { objects }: GroupSample,
  context: RowContext,
  stops: Map<string, string>,
) {
  const filled = new Set<string>();
  let made = 0;
  for (const object of objects) {
    for (const row of rowsOrStop(stream, object, context, stops)) {
      made += 1;
      if ('quarantined' in row) continue;
      for (const [name, value] of Object.entries(row.data)) if (value !== null) filled.add(name);
    }
  }
  return { made, filled };
}

function rowsOrStop(
  stream: CompiledStream,
  object: Readonly<Record<string, unknown>>,
  context: RowContext,
  stops: Map<string, string>,
): readonly MappedRow[] {
  try {
    return stream.rows(object, context);
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'mapping') throw error;
    stops.set(stream.name, error.message);
    return [];
  }
}
