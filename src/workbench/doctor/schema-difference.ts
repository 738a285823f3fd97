import {
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { nearMatches } from '../../catalog/language/near-match.ts';

/** One way in which a live schema is not as the bundled one. */
export interface SchemaDifference {
  readonly kind: DifferenceKind;
  /** `Order.market`, `Query.returns(sort)`, `OrderStatus.HELD`, `OrderLine`: named as `ElementUse` names it. */
  readonly element: string;
  /** What it is in the bundled schema, where that says something. */
  readonly bundled?: string;
  /** What it is here. */
  readonly live?: string;
}

export type DifferenceKind =
  | 'missing'
  /** Missing, and something new of the same type has a name like it. */
  | 'renamed'
  /** Never null in the bundled schema. */
  | 'nullable'
  /** Nullable in the bundled schema. */
  | 'not null'
  | 'other type'
  | 'new required argument'
  | 'new value'
  | 'new implementation'
  /** Anything else that the bundled schema does not have. */
  | 'new';

/** All differences, in the order of the bundled schema; then what is new. */
export function schemaDifferences(bundled: GraphQLSchema, live: GraphQLSchema): readonly SchemaDifference[] {
  const own = Object.values(bundled.getTypeMap()).filter(isOfTheShop);
  const known = new Set(own.map(({ name }) => name));
  const fresh = Object.values(live.getTypeMap()).filter((type) => isOfTheShop(type) && !known.has(type.name));
  return [
    ...own.flatMap((type) => typeDifferences(type, bundled, live)),
    ...fresh.map(({ name }) => ({ kind: 'new' as const, element: name })),
  ];
}

/** Without GraphQL's own types, and without the mark for what is inferred, which is ours. */
function isOfTheShop({ name }: GraphQLNamedType): boolean {
  return !name.startsWith('__') && name !== 'InferredPart';
}

function typeDifferences(
  type: GraphQLNamedType,
  bundled: GraphQLSchema,
  live: GraphQLSchema,
): readonly SchemaDifference[] {
  const other = live.getType(type.name);
  if (other === undefined) return [{ kind: 'missing', element: type.name }];
  if (kindOf(type) !== kindOf(other))
    return [{ kind: 'other type', element: type.name, bundled: kindOf(type), live: kindOf(other) }];
  return [
    ...memberDifferences(type.name, membersOf(type), membersOf(other)),
    ...(isEnumType(type) ? newNames(type.name, valuesOf(type), valuesOf(other), 'new value') : []),
    ...(isAbstractType(type) && isAbstractType(other)
      ? live
          .getPossibleTypes(other)
          .filter(({ name }) => bundled.getPossibleTypes(type).every((kind) => kind.name !== name))
          .map(({ name }) => ({ kind: 'new implementation' as const, element: type.name, live: name }))
      : []),
  ];
}

function kindOf(type: GraphQLNamedType): string {
  if (isInterfaceType(type)) return 'an interface';
  if (isObjectType(type)) return 'an object';
  if (isInputObjectType(type)) return 'an input';
  if (isEnumType(type)) return 'an enum';
  return isAbstractType(type) ? 'a union' : 'a scalar';
}

interface Member {
  readonly name: string;
  /** As GraphQL writes it: `[Order!]!`. Of an enum's value, the enum. */
  readonly type: string;
  readonly args: readonly GraphQLArgument[];
}

function membersOf(type: GraphQLNamedType): readonly Member[] {
  if (isObjectType(type) || isInterfaceType(type))
    return Object.values(type.getFields()).map(({ name, type: own, args }) => ({
      name,
      type: String(own),
      args,
    }));
  if (isInputObjectType(type))
    return Object.values(type.getFields()).map(({ name, type: own }) => ({
      name,
      type: String(own),
      args: [],
    }));
  return valuesOf(type).map((name) => ({ name, type: type.name, args: [] }));
}

function valuesOf(type: GraphQLNamedType): readonly string[] {
  return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
}

function memberDifferences(
  owner: string,
  own: readonly Member[],
  others: readonly Member[],
): readonly SchemaDifference[] {
  const known = new Set(own.map(({ name }) => name));
  const fresh = others.filter(({ name }) => !known.has(name));
  const isEnum = own.every(({ type }) => type === owner);
  return [
    ...own.flatMap((member) => {
      const element = `${owner}.${member.name}`;
      const other = others.find(({ name }) => name === member.name);
      if (other === undefined) return [missing(element, member, fresh)];
      return [
        ...typeDifference(element, member.type, other.type),
        ...argumentDifferences(element, member.args, other.args),
      ];
    }),
    ...(isEnum
      ? []
      : fresh.map(({ name, type }) => ({ kind: 'new' as const, element: `${owner}.${name}`, live: type }))),
  ];
}

function missing(element: string, { name, type }: Member, fresh: readonly Member[]): SchemaDifference {
  const alike = fresh.filter((other) => withoutMarks(other.type) === withoutMarks(type));
  const [meant] = nearMatches(
    name,
    alike.map((other) => other.name),
  );
  return meant === undefined ? { kind: 'missing', element } : { kind: 'renamed', element, live: meant };
}

function typeDifference(element: string, bundled: string, live: string): readonly SchemaDifference[] {
  if (bundled === live) return [];
  if (withoutMarks(bundled) !== withoutMarks(live)) return [{ kind: 'other type', element, bundled, live }];
  // What is never null here is at least so in the outermost place that differs.
  const isLooser = bundled.split('!').length > live.split('!').length;
  return [{ kind: isLooser ? 'nullable' : 'not null', element, bundled, live }];
}

/** `[Order!]!` → `[Order]`. */
function withoutMarks(type: string): string {
  return type.replaceAll('!', '');
}

function argumentDifferences(
  element: string,
  own: readonly GraphQLArgument[],
  others: readonly GraphQLArgument[],
): readonly SchemaDifference[] {
  const known = new Set(own.map(({ name }) => name));
  return [
    ...own.flatMap(({ name, type }) => {
      const other = others.find((candidate) => candidate.name === name);
      const place = `${element}(${name})`;
      return other === undefined
        ? [{ kind: 'missing' as const, element: place }]
        : typeDifference(place, String(type), String(other.type));
    }),
    ...others
      .filter(({ name }) => !known.has(name))
      .map((argument) => ({
        kind: isRequiredArgument(argument) ? ('new required argument' as const) : ('new' as const),
        element: `${element}(${argument.name})`,
        live: String(argument.type),
      })),
  ];
}

function newNames(
  owner: string,
  own: readonly string[],
  others: readonly string[],
  kind: DifferenceKind,
): readonly SchemaDifference[] {
  return others.filter((name) => !own.includes(name)).map((name) => ({ kind, element: `${owner}.${name}` }));
}

/** Whether a difference is about what is asked for: the element, its type, or a new value or kind of it. */
export function touchesUses(
  { element, kind }: SchemaDifference,
  uses: ReadonlySet<string>,
  bundled: GraphQLSchema,
): boolean {
  if (uses.has(element)) return true;
  const [field = ''] = element.split('(');
  if (kind === 'new required argument') return uses.has(field);
  const [type = ''] = element.split('.');
  if (kind === 'new value' || !element.includes('.')) return typesOfUses(uses, bundled).has(type);
  return false;
}

/** The types that the fields and arguments of these elements are on, or of. */
function typesOfUses(uses: ReadonlySet<string>, bundled: GraphQLSchema): ReadonlySet<string> {
  const known = typesByUses.get(uses);
  if (known !== undefined) return known;
  const types = new Set<string>();
  for (const use of uses) {
    const [owner = '', member = ''] = use.replace(/\(.*/, '').split('.');
    types.add(owner);
    const type = bundled.getType(owner);
    const field =
      isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
        ? type.getFields()[member]
        : undefined;
    if (field !== undefined) types.add(getNamedType(field.type).name);
  }
  typesByUses.set(uses, types);
  return types;
}

const typesByUses = new WeakMap<ReadonlySet<string>, ReadonlySet<string>>();
