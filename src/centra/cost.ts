import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';

/*
 * What a query costs, by Centra's public formula: a scalar 0 (a few dear ones 2), an object 1 and its fields, a list its
 * limit times one element, a Connection `first` or `last` times one and everything below it, its `edges` free.
 * Inferred, since no public source says it: fragments cost what stands in them, all of them whatever the type of a row
 * turns out to be; fields that `@include` or `@skip` leave out cost nothing; mutations follow the same formula; questions
 * for the schema cost nothing. What an answer says that it cost goes before all of this (see pacer.ts).
 */

export type Variables = Readonly<Record<string, unknown>>;

/** What a query costs with these variables, in complexity points. */
export type CostFunction = (variables: Variables) => number;

/** How many elements a list counts for that is asked for without a limit. */
const UNLIMITED_LENGTH = 10;
/** A quantity of a stock row, except for the free one. That it is these is said of them; that they cost 2 is inferred. */
const DEAR_SCALAR = 2;

/** The cost of one operation of a document, before it is sent. */
export function costOf(
  document: DocumentNode,
  variables: Variables,
  schema: GraphQLSchema,
  operationName?: string,
): number {
  return compileCost(document, schema, operationName)(variables);
}

/** Walks the document once; what comes out only multiplies and adds. */
export function compileCost(
  document: DocumentNode,
  schema: GraphQLSchema,
  operationName?: string,
): CostFunction {
  const operation = operationOf(document, operationName);
  if (operation === undefined) return () => 0;
  const defaults = new Map(
    operation.variableDefinitions?.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  const fragments = new Map(
    document.definitions.flatMap((one) =>
      one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [],
    ),
  );
  const root = schema.getRootType(operation.operation) ?? undefined;
  const cost = selectionCost(operation.selectionSet, root, { schema, fragments, defaults, open: [] });
  return (variables) => pointsOf(cost, variables);
}

interface Walk {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly defaults: ReadonlyMap<string, ValueNode | undefined>;
  /** The fragments that are being walked through: one that holds itself is no valid query, and must not be walked for ever. */
  readonly open: readonly string[];
}

/** A number where no variable has a say in it. */
type Term = number | CostFunction;

function operationOf(document: DocumentNode, name: string | undefined): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  return operations.find((one) => one.name?.value === name) ?? operations[0];
}

function selectionCost(
  selectionSet: SelectionSetNode,
  parent: GraphQLNamedType | undefined,
  walk: Walk,
): Term {
  return sum(
    selectionSet.selections.map((node): Term => {
      const cost = (): Term => {
        if (node.kind === Kind.FIELD) return fieldCost(node, parent, walk);
        if (node.kind === Kind.INLINE_FRAGMENT) {
          const on = node.typeCondition?.name.value;
          const type = on === undefined ? parent : walk.schema.getType(on);
          return selectionCost(node.selectionSet, type, walk);
        }
        const name = node.name.value;
        const fragment = walk.fragments.get(name);
        if (fragment === undefined || walk.open.includes(name)) return 0;
        const type = walk.schema.getType(fragment.typeCondition.name.value);
        return selectionCost(fragment.selectionSet, type, { ...walk, open: [...walk.open, name] });
      };
      return (node.directives ?? []).reduce<Term>((term, { name, arguments: given }) => {
        const condition = given?.find((one) => one.name.value === 'if')?.value;
        if (condition === undefined) return term;
        if (name.value === 'include') return onlyIf(condition, true, term, walk);
        return name.value === 'skip' ? onlyIf(condition, false, term, walk) : term;
      }, cost());
    }),
  );
}

function fieldCost(node: FieldNode, parent: GraphQLNamedType | undefined, walk: Walk): Term {
  const name = node.name.value;
  if (name.startsWith('__')) return 0;
  if (node.selectionSet === undefined) return isDear(name, parent) ? DEAR_SCALAR : 0;
  const type = typeOfField(name, parent);
  const named = type === undefined ? undefined : getNamedType(type);
  const below = selectionCost(node.selectionSet, named, walk);
  if (isConnection(named)) return times(lengthOf(node, ['first', 'last'], walk), sum([1, below]));
  if (name === 'edges' && isConnection(parent)) return below;
  if (type !== undefined && isListType(getNullableType(type)))
    return times(lengthOf(node, ['limit'], walk), sum([1, below]));
  return sum([1, below]);
}

function typeOfField(name: string, parent: GraphQLNamedType | undefined): GraphQLOutputType | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name]?.type : undefined;
}

function isConnection(type: GraphQLNamedType | undefined): boolean {
  if (!isObjectType(type) && !isInterfaceType(type)) return false;
  const fields = type.getFields();
  return fields.edges !== undefined && fields.pageInfo !== undefined;
}

function isDear(name: string, parent: GraphQLNamedType | undefined): boolean {
  return parent?.name === 'Stock' && name.endsWith('Quantity') && name !== 'freeToAllocateQuantity';
}

/** How many elements are asked for. Null is the same as nothing. */
function lengthOf(node: FieldNode, names: readonly string[], walk: Walk): Term {
  const given = node.arguments?.filter(({ name }) => names.includes(name.value)) ?? [];
  const values = given.map(({ value }) => valueIn(value, walk));
  const first = (variables: Variables): number => {
    const lengths = values.map((value) => (typeof value === 'function' ? value(variables) : value));
    const length = lengths.find((one) => typeof one === 'number');
    return typeof length === 'number' ? Math.max(0, length) : UNLIMITED_LENGTH;
  };
  return values.some((value) => typeof value === 'function') ? first : first({});
}

function onlyIf(condition: ValueNode, wanted: boolean, term: Term, walk: Walk): Term {
  const value = valueIn(condition, walk);
  if (typeof value !== 'function') return value === wanted ? term : 0;
  return (variables) => (value(variables) === wanted ? pointsOf(term, variables) : 0);
}

/** What stands in the query, or how it is found in the variables. */
type Given = number | boolean | undefined | ((variables: Variables) => unknown);

function valueIn(node: ValueNode, walk: Walk): Given {
  if (node.kind === Kind.INT) return Number(node.value);
  if (node.kind === Kind.BOOLEAN) return node.value;
  if (node.kind !== Kind.VARIABLE) return undefined;
  const name = node.name.value;
  const fallback = walk.defaults.get(name);
  const byDefault = fallback === undefined ? undefined : valueIn(fallback, walk);
  return (variables: Variables) => (variables[name] === undefined ? byDefault : variables[name]);
}

function pointsOf(term: Term, variables: Variables): number {
  return typeof term === 'number' ? term : term(variables);
}

function sum(terms: readonly Term[]): Term {
  const fixed = terms.reduce<number>((total, term) => (typeof term === 'number' ? total + term : total), 0);
  const variable = terms.filter((term) => typeof term === 'function');
  if (variable.length === 0) return fixed;
  return (variables) => variable.reduce((total, term) => total + term(variables), fixed);
}

function times(length: Term, element: Term): Term {
  if (typeof length === 'number' && typeof element === 'number') return length * element;
  return (variables) => pointsOf(length, variables) * pointsOf(element, variables);
}
