import { type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql';
import type { FieldUse } from './field-step.ts';

/**
 * The permissions that a field needs. Introspection does not tell them: they stand in the doc comments of the bundled
 * schema, "Permission Order:read", on the field or on the same field of an interface.
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
  for (const owner of [type, ...type.getInterfaces()]) {
    const description = owner.getFields()[field]?.description ?? '';
    const permission = /Permission ([\w.]+:read)/.exec(description)?.[1];
    if (permission !== undefined) return permission;
  }
  return undefined;
}

/** What a doc comment says of the data itself; undefined where it only speaks of permissions or of our sources. */
export function describedData(description: string | undefined): string | undefined {
  const text = (description ?? '')
    .replace(/Permission [\w.]+:read( \([^)]*\))?\.?/g, '')
    .replace(/(^|\s)inferred(: | name; a String)?/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length < 3 ? undefined : text;
}
