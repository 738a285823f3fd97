import { type DocumentNode, GraphQLError, type InterfaceTypeDefinitionNode, Kind } from 'graphql';
import { withEnumValues } from './definitions.ts';

/** How the API of another shop differs from the schema that the sandbox serves. */
export interface OtherShop {
  /** Definitions that it lacks: "Type", "Type.field", "Type.field(argument)", "Input.field", "Enum.VALUE". */
  readonly remove?: readonly string[];
  /** Definitions that it has beside, in GraphQL's own language. */
  readonly add?: string;
  /**
   * What it has that nobody has heard of: "implementations" of every interface and "enum-values" of every enum, or
   * "implementations:OrderLine", "enum-values:OrderStatus" of one.
   */
  readonly unknown?: readonly string[];
  /** Relations that are null in every row: "all" that can be, or "Type.field". */
  readonly nullableNull?: readonly string[];
  /** Fields that need a permission that no token has: "non-null" for all relations that cannot be null, or "Type.field". */
  readonly refuse?: readonly string[];
}

export const unheardValue = 'UNHEARD_OF';

/** The implementation of an interface that nobody has heard of. */
export function unheardType(interfaceName: string): string {
  return `Unheard${interfaceName}`;
}

/** The document with the implementations and the enum values that nobody has heard of. */
export function withUnheard(document: DocumentNode, unknown: readonly string[]): DocumentNode {
  const enums = wanted(document, unknown, 'enum-values', Kind.ENUM_TYPE_DEFINITION);
  const interfaces = wanted(document, unknown, 'implementations', Kind.INTERFACE_TYPE_DEFINITION);
  const more = Object.fromEntries(enums.map((name) => [name, [unheardValue]]));
  const { definitions, ...rest } = withEnumValues(document, more);
  const added = definitions.flatMap((one) =>
    one.kind === Kind.INTERFACE_TYPE_DEFINITION && interfaces.includes(one.name.value)
      ? [implementationOf(document, one)]
      : [],
  );
  return { ...rest, definitions: [...definitions, ...added] };
}

function wanted(
  document: DocumentNode,
  unknown: readonly string[],
  what: 'implementations' | 'enum-values',
  kind: Kind.ENUM_TYPE_DEFINITION | Kind.INTERFACE_TYPE_DEFINITION,
): readonly string[] {
  const all = document.definitions.flatMap((one) => (one.kind === kind ? [one.name.value] : []));
  const names = unknown.flatMap((one) => {
    if (one === what) return all;
    return one.startsWith(`${what}:`) ? [one.slice(what.length + 1)] : [];
  });
  const missing = names.find((name) => !all.includes(name));
  if (missing !== undefined) throw new GraphQLError(`The schema does not define ${missing}.`);
  return names;
}

/** Implements what every known implementation does, as the schema's rules on unions of fields ask for. */
function implementationOf(document: DocumentNode, one: InterfaceTypeDefinitionNode) {
  const name = one.name.value;
  const implementers = document.definitions.flatMap((other) =>
    other.kind === Kind.OBJECT_TYPE_DEFINITION && other.interfaces?.some((each) => each.name.value === name)
      ? [other]
      : [],
  );
  const [first, ...others] = implementers;
  const shared = (first?.interfaces ?? []).filter((each) =>
    others.every((other) => other.interfaces?.some((their) => their.name.value === each.name.value)),
  );
  const interfaces = document.definitions.flatMap((other) =>
    other.kind === Kind.INTERFACE_TYPE_DEFINITION &&
    shared.some((each) => each.name.value === other.name.value)
      ? [other]
      : [],
  );
  const fields = new Map(
    [...interfaces, one].flatMap((each) => each.fields ?? []).map((field) => [field.name.value, field]),
  );
  return {
    kind: Kind.OBJECT_TYPE_DEFINITION,
    name: { kind: Kind.NAME, value: unheardType(name) },
    interfaces: first === undefined ? [{ kind: Kind.NAMED_TYPE, name: one.name } as const] : shared,
    fields: [...fields.values()],
  } as const;
}
