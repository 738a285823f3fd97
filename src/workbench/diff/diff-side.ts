import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import type { ColumnModel, StreamModel } from '../../catalog/language/model.ts';
import { plainValue } from '../../catalog/language/source-node.ts';
import { ConnectorError } from '../../errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json.ts';
import { offeredSchema } from '../../read/catalog.ts';

/** One side of a comparison: a compiled tenant catalog, or what `discover` printed. */
export interface DiffSide {
  readonly label: string;
  readonly streams: readonly SideStream[];
}

export interface SideStream {
  readonly name: string;
  readonly key: readonly string[];
  readonly cursor: string | undefined;
  readonly columns: readonly SideColumn[];
  /** How its rows are made; undefined where only the schema is known. */
  readonly making: { readonly from: string; readonly each: string; readonly where: string } | undefined;
}

export interface SideColumn {
  readonly name: string;
  readonly jsonSchema: JsonValue;
  /** Source and steps; undefined where only the schema is known, and for a column that the sync adds. */
  readonly making: ColumnMaking | undefined;
}

interface ColumnMaking {
  /** For people. */
  readonly source: string;
  readonly pii: string | undefined;
  /** All keywords but the description, in a form that compares. */
  readonly definition: string;
}

/** A destination compares what `discover` says. */
function propertyOf({ properties }: JsonObject, name: string): JsonValue {
  return (isObject(properties) ? properties[name] : undefined) ?? null;
}

export function sideOfCatalog(
  label: string,
  compiled: readonly CompiledStream[],
  models: readonly StreamModel[],
): DiffSide {
  return {
    label,
    streams: compiled.map((stream) => {
      const model = models.find(({ name }) => name === stream.name);
      return {
        name: stream.name,
        key: stream.key,
        cursor: stream.cursor,
        making: {
          from: stream.root.root,
          each: model?.each === undefined ? '' : withoutSpaces(plainValue(model.each)),
          where: stream.where === undefined ? '' : canonical(stream.where),
        },
        columns: stream.columns.map(({ name, source, pii }) => {
          const column = model?.columns.find((candidate) => candidate.name === name);
          const making = column === undefined ? undefined : { source, pii, definition: definitionOf(column) };
          return { name, jsonSchema: propertyOf(offeredSchema(stream), name), making };
        }),
      };
    }),
  };
}

const pathKeywords: ReadonlySet<string> = new Set(['path', 'first', 'each', 'all']);

function definitionOf({ keywords }: ColumnModel): string {
  const entries = [...keywords]
    .filter(([keyword]) => keyword !== 'description')
    .map(([keyword, node]): [string, JsonValue] => {
      const value = plainValue(node);
      return [keyword, pathKeywords.has(keyword) ? withoutSpaces(value) : value];
    });
  return canonical(Object.fromEntries(entries));
}

/** How a path is spaced changes nothing. */
function withoutSpaces(value: JsonValue): string {
  return JSON.stringify(value).replaceAll(/\s+/g, '');
}

/** The same text for the same value, whatever the order of its names. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** An Airbyte catalog, by itself, as a CATALOG message, or among the lines of a `discover`; undefined when it is none. */
export function sideOfDiscovered(label: string, text: string): DiffSide | undefined {
  const catalog = discoveredCatalog(text);
  if (catalog === undefined) return undefined;
  return { label, streams: catalog.map((stream) => sideStream(stream, label)) };
}

function discoveredCatalog(text: string): readonly unknown[] | undefined {
  const whole = parsed(text);
  const candidates = whole === undefined ? text.split('\n').map(parsed) : [whole];
  for (const candidate of candidates) {
    if (!isObject(candidate)) continue;
    const catalog = candidate.type === 'CATALOG' ? candidate.catalog : candidate;
    if (isObject(catalog) && Array.isArray(catalog.streams)) return catalog.streams;
  }
  return undefined;
}

function parsed(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without the columns that a protocol adds, such as the mark of a deleted row: no catalog has them. */
function sideStream(value: unknown, label: string): SideStream {
  const stream = isObject(value) ? value : {};
  const { name, json_schema: schema, source_defined_primary_key: key, default_cursor_field: cursor } = stream;
  const properties = isObject(schema) ? schema.properties : undefined;
  if (typeof name !== 'string' || !isObject(properties)) throw notDiscovered(label, 'stream' in stream);
  return {
    name,
    key: names(key),
    cursor: names(cursor)[0],
    making: undefined,
    columns: Object.entries(properties as JsonObject)
      .filter(([column]) => !/^_(ab|airbyte|sdc)_/.test(column))
      .map(([column, jsonSchema]) => ({ name: column, jsonSchema, making: undefined })),
  };
}

/** `["id"]` as well as `[["id"]]`; of a nested field, its path. */
function names(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.map((part: unknown) => (Array.isArray(part) ? part.join('.') : String(part)));
}

function notDiscovered(label: string, isConfigured: boolean): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'diff/not_discovered',
    message: isConfigured
      ? `${label} is a configured catalog, in which columns may be deselected.`
      : `${label} has a list "streams", but its entries are not those of a discovered catalog.`,
    hint: 'Save what source-centra discover --config … prints, and give that.',
  });
}
