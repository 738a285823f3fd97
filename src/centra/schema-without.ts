import {
  buildASTSchema,
  type DefinitionNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  type InputValueDefinitionNode,
  Kind,
  parse,
  printSchema,
  type TypeNode,
} from 'graphql';

/**
 * The schema without what an API turned out to lack, named by schema coordinates: a type, `Type.field`,
 * `Type.field(argument:)`, `Input.field` or `Enum.VALUE`. What a type that is gone was used for goes with it.
 */
export function schemaWithout(schema: GraphQLSchema, coordinates: ReadonlySet<string>): GraphQLSchema {
  if (coordinates.size === 0) return schema;
  const { definitions, ...document } = parse(printSchema(schema), { noLocation: true });
  const kept = definitions.flatMap((definition) => withoutParts(definition, coordinates) ?? []);
  return buildASTSchema({ ...document, definitions: kept }, { assumeValid: true, assumeValidSDL: true });
}

function withoutParts(
  definition: DefinitionNode,
  coordinates: ReadonlySet<string>,
): DefinitionNode | undefined {
  if (!('name' in definition) || definition.name === undefined) return definition;
  const type = definition.name.value;
  if (coordinates.has(type)) return undefined;
  const has = (name: string) => !coordinates.has(`${type}.${name}`);
  switch (definition.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION:
      return {
        ...definition,
        interfaces: (definition.interfaces ?? []).filter(({ name }) => !coordinates.has(name.value)),
        fields: (definition.fields ?? [])
          .filter((field) => has(field.name.value) && isKnown(field))
          .map(field),
      };
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return {
        ...definition,
        fields: (definition.fields ?? []).filter((input) => has(input.name.value) && isKnown(input)),
      };
    case Kind.ENUM_TYPE_DEFINITION:
      return { ...definition, values: (definition.values ?? []).filter(({ name }) => has(name.value)) };
    case Kind.UNION_TYPE_DEFINITION:
      return {
        ...definition,
        types: (definition.types ?? []).filter(({ name }) => !coordinates.has(name.value)),
      };
    default:
      return definition;
  }

  function isKnown({ type: of }: FieldDefinitionNode | InputValueDefinitionNode): boolean {
    return !coordinates.has(namedType(of));
  }

  function field(node: FieldDefinitionNode): FieldDefinitionNode {
    const name = `${type}.${node.name.value}`;
    return {
      ...node,
      arguments: (node.arguments ?? []).filter(
        (argument) => !coordinates.has(`${name}(${argument.name.value}:)`) && isKnown(argument),
      ),
    };
  }
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
