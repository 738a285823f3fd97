import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isListType,
  isRequiredArgument,
} from 'graphql';
import { fieldOf } from '../query/selection-walk.ts';
import { fieldNames } from './field-step.ts';

/** A field that can be asked of every object of a type, in fragments where only some kinds have it. */
export interface AskableField {
  readonly name: string;
  /** The types that have it: the one itself, or kinds of it. */
  readonly owners: readonly string[];
  readonly type: GraphQLNamedType;
  readonly isList: boolean;
}

/** Those that need no argument, that are not about to be removed, and on which the kinds of an object agree. */
export function askableFields(type: GraphQLNamedType, schema: GraphQLSchema): readonly AskableField[] {
  const kinds = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  const names = new Set([type, ...kinds].flatMap(fieldNames));
  return [...names].flatMap((name): readonly AskableField[] => {
    const own = fieldOf(type, name);
    const owners = own === undefined ? kinds.filter((kind) => fieldOf(kind, name) !== undefined) : [type];
    const fields = owners.flatMap((owner) => fieldOf(owner, name) ?? []);
    const [first] = fields;
    if (first === undefined || fields.some((field) => String(field.type) !== String(first.type))) return [];
    if (fields.some((field) => field.args.some(isRequiredArgument) || field.deprecationReason)) return [];
    return [
      {
        name,
        owners: owners.map((owner) => owner.name),
        type: getNamedType(first.type),
        isList: isListType(getNullableType(first.type)),
      },
    ];
  });
}
