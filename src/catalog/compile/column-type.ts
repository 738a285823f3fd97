import { isObject, type JsonObject, type JsonValue } from '../../json.ts';

/** What a destination sees of a column: read from the JSON Schema, so that it also holds for what another version printed. */
export interface ColumnType {
  /** In the words of the catalog's own `type`: `timestamp`, `list of string`. */
  readonly name: string;
  readonly isNullable: boolean;
  /** Of the elements of a list. */
  readonly items: JsonObject | undefined;
  /** Of an object, or of the objects in a list. */
  readonly properties: JsonObject | undefined;
}

export function columnTypeOf(schema: JsonValue | undefined): ColumnType {
  const given: JsonObject = isJsonObject(schema) ? schema : {};
  const names = typeNames(given.type);
  const others = names.filter((name) => name !== 'null');
  const items = isJsonObject(given.items) ? given.items : undefined;
  const own = isJsonObject(given.properties) ? given.properties : undefined;
  return {
    name: others.length > 1 ? 'json' : nameOf(others[0], given, items),
    isNullable: names.includes('null') || names.length === 0,
    items,
    properties: own ?? (items === undefined ? undefined : columnTypeOf(items).properties),
  };
}

function nameOf(type: string | undefined, schema: JsonObject, items: JsonObject | undefined): string {
  if (type === 'array') return `list of ${items === undefined ? 'json' : columnTypeOf(items).name}`;
  if (type === 'string' && schema.format === 'date-time') return 'timestamp';
  if (type === 'string' && schema.format === 'date') return 'date';
  return type ?? 'json';
}

function typeNames(type: JsonValue | undefined): readonly string[] {
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((name): name is string => typeof name === 'string') : [];
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return isObject(value);
}
