import { type GraphQLSchema, getNamedType, isInterfaceType, isNonNullType, isObjectType } from 'graphql';
import { fieldOf } from '../query/selection-walk.ts';
import type { FieldUse } from './field-step.ts';

/** A permission, and a field that it guards. */
export interface Guard {
  readonly permission: string;
  /** `DirectToConsumerReturn.customer`. */
  readonly field: string;
  /** The field is never null: to ask for it without the permission takes the object around it away, in the end the row. */
  readonly isLoadBearing: boolean;
}

/** The fields among these that a permission guards, as this API has them. */
export function guardsOf(
  uses: readonly Pick<FieldUse, 'type' | 'field'>[],
  schema: GraphQLSchema,
  reference: GraphQLSchema,
): readonly Guard[] {
  const guards = new Map<string, Guard>();
  for (const { type, field } of uses) {
    const live = fieldOf(schema.getType(type), field);
    const isLoadBearing = live !== undefined && isNonNullType(live.type);
    for (const permission of permissionsOf({ type, field }, reference)) {
      const name = `${type}.${field}`;
      guards.set(`${permission} ${name}`, { permission, field: name, isLoadBearing });
    }
  }
  return [...guards.values()];
}

/**
 * The permissions that a field needs. Introspection does not tell them: they stand in the doc comments of the bundled
 * schema, "Permission Order:read", on the field or on the same field of an interface. A permission guards its type
 * wherever that is reached, so a field whose comment says nothing needs that of its type.
 */
export function permissionsOf(
  { type, field }: Pick<FieldUse, 'type' | 'field'>,
  reference: GraphQLSchema,
): readonly string[] {
  const found = documented(reference, type, field);
  if (field !== 'attributes') return found === undefined ? [] : [found];
  // Recorded answers of the API name both for assigned attributes.
  return [found ?? `${type}.attributes:read`, 'Attribute:read'];
}

function documented(reference: GraphQLSchema, typeName: string, field: string): string | undefined {
  const type = reference.getType(typeName);
  if (!isObjectType(type) && !isInterfaceType(type)) return undefined;
  const comments = [type, ...type.getInterfaces()].map(
    (owner) => owner.getFields()[field]?.description ?? '',
  );
  for (const comment of comments) {
    const permission = PERMISSION.exec(comment)?.[1];
    if (permission !== undefined) return permission;
  }
  if (comments.some((comment) => NO_PERMISSION.test(comment))) return undefined;
  const own = fieldOf(type, field);
  const permission = own === undefined ? '' : `${getNamedType(own.type).name}:read`;
  return guardedTypes(reference).has(permission) ? permission : undefined;
}

const PERMISSION = /Permission ([\w.]+:read)/;
const NO_PERMISSION = /\bNo permission\b/;
/** Of a field whose type is free wherever it is reached, as countries are. */
const FREE_TYPE = /\bNo permission needed\b/;
const known = new WeakMap<GraphQLSchema, ReadonlySet<string>>();

/** The permissions of whole types that a comment names somewhere for a field of that type. */
function guardedTypes(reference: GraphQLSchema): ReadonlySet<string> {
  const before = known.get(reference);
  if (before !== undefined) return before;
  const found = new Set<string>();
  const free = new Set<string>();
  for (const type of Object.values(reference.getTypeMap())) {
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const own = `${getNamedType(field.type).name}:read`;
      if (PERMISSION.exec(field.description ?? '')?.[1] === own) found.add(own);
      if (FREE_TYPE.test(field.description ?? '')) free.add(own);
    }
  }
  for (const permission of free) found.delete(permission);
  known.set(reference, found);
  return found;
}

/** What a doc comment says of the data itself; undefined where it only speaks of permissions, of null, or of our sources. */
export function describedData(description: string | undefined): string | undefined {
  const sentences = (description ?? '')
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?\])]) (?=[A-Z[])/)
    .filter((sentence) => !ABOUT_ACCESS.test(sentence) && !ABOUT_SOURCES.test(sentence));
  const text = sentences.join(' ').trim();
  return text.length < 3 ? undefined : text;
}

const ABOUT_ACCESS =
  /\b(permissions?|limit|cut off|paged|nullable|not null|non-null|null at|may be null)\b|^(all|\[all\]|all come)[.,]?$|^all come/i;
const ABOUT_SOURCES =
  /\b(inferred|guides?|ref|ref-old|seen|not (said|stated|documented|known)|unclear|unknown|copy|client|versions?|whether .* was not|the reference|probably|v\d+\.\d+)\b/i;
