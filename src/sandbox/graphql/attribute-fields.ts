import { type AssignedAttribute, assignedAttributes, shownType } from '../data/attributes.ts';
import type { Shop } from '../data/shop.ts';
import { compileFilter, type FilterFields, type Where } from './filter.ts';
import type { TypeFields } from './request-context.ts';

type Element = AssignedAttribute['elements'][number];

const attributeFilter: FilterFields<AssignedAttribute> = {
  typeName: { by: 'text', read: ({ type }) => type.name },
  description: { by: 'text', read: ({ description }) => description },
};

const elementFilter: FilterFields<Element> = {
  key: { by: 'text', read: ({ key }) => String(key) },
  description: { by: 'text', read: ({ description }) => String(description) },
  kind: { by: 'list', read: ({ kind }) => String(kind) },
};

/** The `attributes` field of every type that has one. */
export function attributesOf(
  shop: Shop,
  objectType: keyof Shop['tenant']['attributes'],
  id: number,
  where: unknown,
): readonly AssignedAttribute[] {
  const attributes = assignedAttributes(shop.dice, objectType, shop.tenant.attributes[objectType], id);
  const test = compileFilter(where as Where | null | undefined, attributeFilter);
  return test === undefined ? attributes : attributes.filter(test);
}

/** Every attribute type of the client, whether or not any object has one. */
export function attributeTypes({ tenant }: Shop) {
  return Object.entries(tenant.attributes).flatMap(([objectType, types]) =>
    types.map((type) => shownType(type, objectType)),
  );
}

export const fieldsOfAttributes = Object.freeze({
  Attribute: {
    elements: ({ elements }, args) => {
      const test = compileFilter(args.where as Where | null | undefined, elementFilter);
      return test === undefined ? elements : elements.filter(test);
    },
  } satisfies TypeFields<AssignedAttribute>,
});
