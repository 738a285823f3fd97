import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumValueDefinitionNode,
  type FieldDefinitionNode,
  type InputValueDefinitionNode,
  Kind,
} from 'graphql';

/*
 * A schema without some of its definitions. They are named as a person would: "Type", "Type.field",
 * "Type.field(argument)", "Input.field", "Enum.VALUE". What goes from an interface goes from the types that implement
 * it, what is of a type that is gone goes too, and so does a type that nothing is left of.
 */

export function withoutDefinitions(document: DocumentNode, names: readonly string[]): DocumentNode {
  const gone = new Set(names);
  for (const definition of document.definitions) {
    for (const one of 'interfaces' in definition ? (definition.interfaces ?? []) : []) {
      const prefix = `${one.name.value}.`;
      const own = 'name' in definition ? definition.name?.value : undefined;
      for (const name of names) if (name.startsWith(prefix)) gone.add(`${own}.${name.slice(prefix.length)}`);
    }
  }
  for (;;) {
    const definitions = document.definitions.flatMap((definition) => kept(definition, gone));
    const empty = definitions.flatMap((definition) =>
      isEmpty(definition) && 'name' in definition && definition.name !== undefined
        ? [definition.name.value]
        : [],
    );
    if (empty.length === 0) return { ...document, definitions };
    for (const name of empty) gone.add(name);
  }
}

/** The names that a document does not define, and that therefore cannot be taken out of it. */
export function undefinedNames(document: DocumentNode, names: readonly string[]): readonly string[] {
  const defined = new Set<string>();
  for (const definition of document.definitions) {
    if (!('name' in definition) || definition.name === undefined) continue;
    defined.add(definition.name.value);
    for (const member of membersOf(definition)) defined.add(`${definition.name.value}.${member}`);
  }
  return names.filter((name) => !defined.has(name));
}

/** The same document with more values of its enums; a value that is there already stays as it is. */
export function withEnumValues(
  document: DocumentNode,
  more: Readonly<Record<string, readonly string[]>>,
): DocumentNode {
  const definitions = document.definitions.map((definition) => {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION) return definition;
    const present = new Set((definition.values ?? []).map((value) => value.name.value));
    const added = (more[definition.name.value] ?? []).filter((value) => !present.has(value));
    return { ...definition, values: [...(definition.values ?? []), ...added.map(enumValue)] };
  });
  return { ...document, definitions };
}

function enumValue(value: string): EnumValueDefinitionNode {
  return { kind: Kind.ENUM_VALUE_DEFINITION, name: { kind: Kind.NAME, value } };
}

function membersOf(definition: DefinitionNode): readonly string[] {
  if ('fields' in definition) {
    const fields: readonly (FieldDefinitionNode | InputValueDefinitionNode)[] = definition.fields ?? [];
    return fields.flatMap((field) => {
      const own = field.name.value;
      const names = 'arguments' in field ? (field.arguments ?? []) : [];
      return [own, ...names.map((argument) => `${own}(${argument.name.value})`)];
    });
  }
  if ('values' in definition) return (definition.values ?? []).map((value) => value.name.value);
  return [];
}

function isEmpty(definition: DefinitionNode): boolean {
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return definition.fields?.length === 0;
    case Kind.ENUM_TYPE_DEFINITION:
      return definition.values?.length === 0;
    case Kind.UNION_TYPE_DEFINITION:
      return definition.types?.length === 0;
    default:
      return false;
  }
}

interface Member {
  readonly name: { readonly value: string };
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

function kept(definition: DefinitionNode, gone: ReadonlySet<string>): readonly DefinitionNode[] {
  if (!('name' in definition) || definition.name === undefined) return [definition];
  const typeName = definition.name.value;
  if (gone.has(typeName)) return [];
  const stays = (member: Member) => !gone.has(`${typeName}.${member.name.value}`);
  switch (definition.kind) {
    case Kind.ENUM_TYPE_DEFINITION:
      return [{ ...definition, values: (definition.values ?? []).filter(stays) }];
    case Kind.UNION_TYPE_DEFINITION:
      return [
        { ...definition, types: (definition.types ?? []).filter((type) => !gone.has(type.name.value)) },
      ];
    case Kind.INPUT_OBJECT_TYPE_DEFINITION: {
      const fields = (definition.fields ?? []).filter(
        (field) => stays(field) && !gone.has(namedType(field.type)),
      );
      return [{ ...definition, fields }];
    }
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const fields = (definition.fields ?? [])
        .filter((field) => stays(field) && !gone.has(namedType(field.type)))
        .map((field) => ({
          ...field,
          arguments: (field.arguments ?? []).filter(
            (argument) =>
              !gone.has(namedType(argument.type)) &&
              !gone.has(`${typeName}.${field.name.value}(${argument.name.value})`),
          ),
        }));
      const interfaces = (definition.interfaces ?? []).filter((one) => !gone.has(one.name.value));
      return [{ ...definition, fields, interfaces }];
    }
    default:
      return [definition];
  }
}

type TypeReference = {
  readonly kind: Kind;
  readonly name?: { readonly value: string };
  readonly type?: TypeReference;
};

function namedType(type: TypeReference): string {
  return type.type === undefined ? (type.name?.value ?? '') : namedType(type.type);
}
