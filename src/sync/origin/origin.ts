import { createHash, createHmac } from 'node:crypto';
import type { CompiledColumn, CompiledStream } from '../../catalog/compile/compiled.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { UtcSecond } from '../../time.ts';
import type { Origin } from '../state.generated.ts';
import type { ShopIdentity } from './shop.ts';

/** What every stream of a read comes from. */
export interface OriginSettings extends ShopIdentity {
  /** Tells keys for hashed columns apart. */
  readonly piiKeyTag?: string | undefined;
}

/** A column that the shop or the token did not give. */
export const NOT_GIVEN = '!';

/** Tells one key for hashed columns from another, and nobody what it is. */
export function piiKeyTag(key: string | undefined, keyId: string | undefined): string | undefined {
  if (key === undefined) return undefined;
  const tag = createHmac('sha256', key).update('source-centra: which key').digest('base64url').slice(0, 8);
  return `${keyId ?? ''}:${tag}`;
}

/** What a stream is now, as its state will say. */
export function originOf(
  stream: CompiledStream,
  settings: OriginSettings,
  startDate: UtcSecond | undefined,
): Origin {
  const { root, each, key, where, columns } = stream;
  const isSnapshot = root.change.kind === 'snapshot';
  return {
    shop: settings.shop,
    root: root.root,
    ...(each.length > 0 && { each: each.join('.') }),
    key: key.join(','),
    ...(where !== undefined && { where: hash(inOrder(where), 10) }),
    ...(startDate !== undefined && !isSnapshot && { start: startDate }),
    columns: Object.fromEntries(columns.map((column) => [column.name, columnHash(column, settings)])),
  };
}

function columnHash(column: CompiledColumn, settings: OriginSettings): string {
  const { unavailable, definition, jsonSchema } = column;
  if (unavailable !== undefined) return NOT_GIVEN;
  const isHashed = JSON.stringify(definition).includes('"pii":"hash"');
  return hash(
    [inOrder(definition), inOrder(typeOnly(jsonSchema)), ...(isHashed ? [settings.piiKeyTag ?? ''] : [])],
    6,
  );
}

/** A description, or that a value may be null, changes no row. */
function typeOnly(schema: JsonObject): JsonObject {
  const { type, format, items, properties, airbyte_type: airbyteType } = schema;
  const types = (Array.isArray(type) ? type : [type ?? '']).filter((name) => name !== 'null');
  return {
    types,
    format: format ?? null,
    airbyteType: airbyteType ?? null,
    ...(isObject(items) && { items: typeOnly(items as JsonObject) }),
    ...(isObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, inner]) => [name, typeOnly(inner as JsonObject)]),
      ),
    }),
  };
}

/** The same text for the same things, in whatever order a file names them. */
function inOrder(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isObject(value)) return value;
  const entries = Object.entries(value as JsonObject).map(([name, inner]) => [name, inOrder(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function hash(value: JsonValue, length: number): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, length);
}
