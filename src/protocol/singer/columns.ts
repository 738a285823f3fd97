import { isObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { OfferedStream } from '../message.ts';

/** Targets delete or flag the rows in which this column is set. */
export const DELETED_AT = '_sdc_deleted_at';

const deletedAtSchema: JsonObject = Object.freeze({
  type: ['null', 'string'],
  format: 'date-time',
  description: 'When the row was found to be gone from the shop.',
});

/**
 * A stream's schema in the words of JSON Schema alone, with its column for deletions where it tells them.
 * `isWanted` leaves columns out.
 */
export function singerSchema(
  { jsonSchema, tellsDeletions }: OfferedStream,
  isWanted: (column: string) => boolean = () => true,
): JsonObject {
  const { properties, ...rest } = withoutForeignWords(jsonSchema) as JsonObject;
  const columns = Object.entries(isObject(properties) ? (properties as JsonObject) : {});
  const all = tellsDeletions ? [...columns, [DELETED_AT, deletedAtSchema] as const] : columns;
  return { ...rest, properties: Object.fromEntries(all.filter(([name]) => isWanted(name))) };
}

/** Columns are named by tenants, so a column may be called `airbyte_type`: only keywords of a schema are dropped. */
function withoutForeignWords(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(withoutForeignWords);
  if (!isObject(schema)) return schema;
  const words = Object.entries(schema as JsonObject).filter(([word]) => !word.startsWith('airbyte_'));
  return Object.fromEntries(
    words.map(([word, value]) => [
      word,
      word === 'properties' && isObject(value) ? eachColumn(value as JsonObject) : withoutForeignWords(value),
    ]),
  );
}

function eachColumn(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, withoutForeignWords(schema)]),
  );
}
