import type { GraphQLSchema } from 'graphql';
import { isPersonal } from '../../catalog/privacy/personal-data.ts';
import type { ElementFacts } from '../../shop/attributes/attribute-facts.ts';
import { snakeCase } from './draft-name.ts';

/** Whether the names of an element, or the words that describe it, sound like what belongs to a person. */
export function isPersonalElement(
  type: string,
  { key, description }: Pick<ElementFacts, 'key' | 'description'>,
  schema: GraphQLSchema,
  reference: GraphQLSchema,
): boolean {
  // An attribute type is like a type of the API that nobody has looked at yet.
  const names = [key, camelCase(key), camelCase(type), camelCase(description ?? '')];
  return names.some((field) => isPersonal({ type, field }, schema, reference));
}

function camelCase(text: string): string {
  return snakeCase(text).replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}
