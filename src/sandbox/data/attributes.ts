import { type Dice, salted } from '../dice.ts';
import type { AttributeType, ElementType } from './attribute-types.ts';
import { comments } from './awkward-text.ts';

const salts = Object.freeze({
  assigned: salted('attribute.assigned'),
  copies: salted('attribute.copies'),
  value: salted('attribute.value'),
  gap: salted('attribute.gap'),
});

/** Of a mapped attribute many objects share one value, which has an id and a name; any other belongs to its object. */
export interface AssignedAttribute {
  readonly __typename: 'MappedAttribute' | 'DynamicAttribute';
  readonly id: number;
  readonly name: string;
  readonly type: ShownAttributeType;
  readonly description: string;
  readonly objectType: string;
  readonly elements: readonly Readonly<Record<string, unknown>>[];
}

/** An attribute type as the API shows it. */
export interface ShownAttributeType {
  readonly name: string;
  readonly description: string;
  readonly isMapped: boolean;
  readonly isMulti: boolean;
  readonly objectType: string;
  readonly elements: readonly Readonly<Record<string, unknown>>[];
}

export function shownType(type: AttributeType, objectType: string): ShownAttributeType {
  return {
    name: type.name,
    description: type.description ?? '',
    isMapped: type.isMapped,
    isMulti: type.isMapped,
    objectType,
    elements: type.elements.map(({ key, description, kind, isMulti, options }) => ({
      key,
      description: description ?? '',
      kind,
      isMulti: isMulti === true,
      paramsJSON: JSON.stringify({ options: options ?? [] }),
    })),
  };
}

/** The attributes of one object: none, some, or several of one mapped type; values may be empty or missing. */
export function assignedAttributes(
  dice: Dice,
  objectType: string,
  types: readonly AttributeType[],
  object: number,
): readonly AssignedAttribute[] {
  const attributes: AssignedAttribute[] = [];
  for (const type of types) {
    const place = salted(type.name);
    if (dice.fraction(salts.assigned ^ place, object) >= type.share) continue;
    const copies = type.isMapped ? 1 + dice.below(3, salts.copies ^ place, object) : 1;
    for (let copy = 0; copy < copies; copy++) {
      attributes.push({
        __typename: type.isMapped ? 'MappedAttribute' : 'DynamicAttribute',
        id: 1 + (salted(`${type.name}:${object}:${copy}`) % 900),
        name: `${type.name} ${copy + 1}`,
        type: shownType(type, objectType),
        description: type.description ?? '',
        objectType,
        elements: type.elements.map((element) => elementOf(dice, element, object, copy + place)),
      });
    }
  }
  return attributes;
}

function elementOf(
  dice: Dice,
  type: ElementType,
  object: number,
  turn: number,
): Readonly<Record<string, unknown>> {
  const place = salted(type.key);
  const common = { key: type.key, description: type.description ?? '', kind: type.kind };
  const isMissing = dice.fraction(salts.gap ^ place, object, turn) < 0.12;
  const options = type.options ?? [];
  const name = `${type.key}_${dice.below(4000, salts.value ^ place, object, turn)}`;
  switch (type.kind) {
    case 'SELECT': {
      const first = dice.below(options.length, salts.value ^ place, object, turn);
      const chosen = isMissing ? [] : options.slice(first, type.isMulti === true ? first + 2 : first + 1);
      return {
        __typename: 'AttributeChoiceElement',
        ...common,
        isMulti: type.isMulti === true,
        selectedValue: chosen.length === 0 ? null : chosen.map(([value]) => value).join(','),
        selectedValueName: chosen.length === 0 ? null : chosen.map(([, label]) => label).join(', '),
      };
    }
    case 'FILE':
      return {
        __typename: 'AttributeFileElement',
        ...common,
        url: isMissing ? null : `${folder}/${name}.pdf`,
      };
    case 'IMAGE':
      return {
        __typename: 'AttributeImageElement',
        ...common,
        url: isMissing ? null : `${folder}/${name}.jpg`,
        width: isMissing ? null : 50 + dice.below(2000, salts.value, object, turn),
        height: isMissing ? null : 50,
        mimeType: isMissing ? null : 'image/jpg',
      };
    case 'BOOLEAN':
      return stringElement(
        common,
        isMissing ? null : dice.pick(['1', '0'], salts.value ^ place, object, turn),
      );
    case 'TEXTAREA':
      return stringElement(common, isMissing ? null : dice.pick(comments, salts.value ^ place, object, turn));
    case 'INPUT': {
      const text = options.length > 0 ? dice.pick(options, salts.value ^ place, object, turn)[0] : name;
      return stringElement(common, isMissing ? null : text);
    }
  }
}

const folder = 'https://sandbox.centraqa.com/client/dynamic/attributes';

function stringElement(
  common: Readonly<Record<string, unknown>>,
  value: string | null,
): Readonly<Record<string, unknown>> {
  return { __typename: 'AttributeStringElement', ...common, value };
}
