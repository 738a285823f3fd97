import { type GraphQLNamedType, type GraphQLSchema, isObjectType } from 'graphql';
import { askableFields } from '../../catalog/path/askable-fields.ts';
import { fieldNames } from '../../catalog/path/field-step.ts';
import { rootNames, rootType } from '../../roots/derive.ts';
import { hasAttributes } from './attribute-facts.ts';

/** Where objects with custom attributes are found: the shortest way to their type from a root list. */
export interface AttributePlace {
  /** The type of the objects: `Order`, `ProductVariant`. */
  readonly owner: GraphQLNamedType;
  readonly root: string;
  /** Names of fields below the rows of the root; lists among them. */
  readonly path: readonly string[];
}

const MOST_STEPS = 3;

/**
 * One place for each type that has attributes, as far as the root lists lead to it. The attributes of an interface are those of
 * its types: a kind of order has none of its own.
 */
export function attributePlaces(schema: GraphQLSchema): readonly AttributePlace[] {
  const places: AttributePlace[] = [];
  const seen = new Set<string>();
  let here: AttributePlace[] = rootNames(schema).flatMap((root) => {
    const owner = rootType(root, schema);
    return owner === undefined ? [] : [{ owner, root, path: [] }];
  });
  for (let steps = 0; steps <= MOST_STEPS; steps += 1) {
    const fresh = here.filter(({ owner }) => !seen.has(owner.name) && Boolean(seen.add(owner.name)));
    places.push(...fresh.filter(({ owner }) => hasAttributes(owner) && !isPlacedAbove(owner, places)));
    here = fresh.flatMap((place) => stepsFrom(place, schema));
  }
  return places;
}

function isPlacedAbove(owner: GraphQLNamedType, places: readonly AttributePlace[]): boolean {
  const above: readonly GraphQLNamedType[] = isObjectType(owner) ? owner.getInterfaces() : [];
  return places.some((place) => above.includes(place.owner));
}

function stepsFrom({ owner, root, path }: AttributePlace, schema: GraphQLSchema): AttributePlace[] {
  return askableFields(owner, schema).flatMap(({ name, type }) =>
    fieldNames(type).length === 0 ? [] : [{ owner: type, root, path: [...path, name] }],
  );
}
