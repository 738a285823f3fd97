import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { didYouMean, inWords } from '../language/near-match.ts';
import type { Segment } from '../language/path-syntax.ts';
import { type Place, placeInside, type SourceNode } from '../language/source-node.ts';
import type { FieldSelection, Selection } from '../query/selection.ts';
import { fieldOf } from '../query/selection-walk.ts';
import { argumentsOf } from './field-arguments.ts';
import { type Argument, responseKey } from './response-key.ts';
import { isStepFault, type StepFault } from './step-fault.ts';

/** The most that a list gives at once; without a `limit` the API gives 20. */
const LIST_LIMIT = 200;

/** A schema as one stream sees it. */
export interface SchemaView {
  readonly schema: GraphQLSchema;
  /** The bundled schema: holds the permissions, and what other versions of the API have. */
  readonly reference: GraphQLSchema;
  /** The `storeType` of the stream's filter: rows of the other kind never come. */
  readonly storeType: StoreType | undefined;
}

export interface StoreType {
  readonly name: string;
  /** The catalog file that asks for it. */
  readonly file: string;
}

/** A field that a column asks for, with what the schema says of it. */
export interface FieldUse {
  readonly type: string;
  readonly field: string;
  readonly deprecations: readonly string[];
}

/** One step down a path. Where kinds of an object disagree on a field's type, each has a step of its own. */
export interface FieldStep {
  /** The kinds that have the field; empty where every object has it. */
  readonly on: readonly string[];
  readonly field: Omit<FieldSelection, 'selection'>;
  readonly type: GraphQLNamedType;
  readonly isList: boolean;
  readonly isNullable: boolean;
  readonly isItemNullable: boolean;
  readonly isFormatted: boolean;
  /** One for each kind that has it. */
  readonly uses: readonly FieldUse[];
  /** Arguments that the live API lacks, and that were left out: `Order.lines(includeFullyCancelled)`. */
  readonly goesWithout: readonly string[];
  readonly description: string | undefined;
}

export interface StepOptions {
  /** Arguments that the compiler itself gives, such as the type of an attribute, and the response key that goes with them. */
  readonly given?: { readonly args: readonly Argument[]; readonly key: string };
  /** The sync turns the pages of this list: `limit: $limit, page: $page`. */
  readonly isPagedBySync?: boolean;
  /** Leaves out what the live API lacks of the arguments that only add elements to a list. */
  readonly mayGoWithout?: boolean;
}

export function stepInto(
  parent: GraphQLNamedType,
  segment: Segment,
  view: SchemaView,
  node: SourceNode,
  options: StepOptions = {},
): readonly FieldStep[] | StepFault {
  const place = placeInside(node, segment.offset);
  const owners = ownersOf(parent, segment.name, view, place);
  if (!Array.isArray(owners)) return owners as StepFault;
  const steps: FieldStep[] = [];
  for (const owner of owners as readonly Owner[]) {
    const step = stepOn(owner, segment, view, node, options);
    if (isStepFault(step)) return step;
    steps.push(step);
  }
  return merged(steps);
}

interface Owner {
  readonly on: GraphQLObjectType | undefined;
  readonly owner: string;
  readonly field: GraphQLField<unknown, unknown>;
  /** Another kind has a field of this name with another type, so the response key must tell them apart. */
  readonly isContested: boolean;
  readonly isAlwaysThere: boolean;
}

function ownersOf(
  parent: GraphQLNamedType,
  name: string,
  view: SchemaView,
  place: Place,
): readonly Owner[] | StepFault {
  const direct = fieldOf(parent, name);
  if (direct !== undefined)
    return [{ on: undefined, owner: parent.name, field: direct, isContested: false, isAlwaysThere: true }];
  if (!isObjectType(parent) && !isAbstractType(parent)) {
    const message = `"${name}" cannot follow: what stands before it is a value (${parent.name}), not an object.`;
    return { code: 'path/not_an_object', place, message, hint: 'End the path before it.' };
  }
  const kinds = isAbstractType(parent) ? view.schema.getPossibleTypes(parent) : [];
  const having = kinds.flatMap((on) => {
    const field = fieldOf(on, name);
    return field === undefined ? [] : [{ on, owner: on.name, field }];
  });
  const coming = having.filter(({ owner }) => !isExcluded(owner, view.storeType));
  if (having.length > 0 && coming.length === 0)
    return otherKind(
      name,
      having.map(({ owner }) => owner),
      view,
      place,
    );
  if (coming.length === 0) return unknownField(parent, kinds, name, place);
  const types = new Set(having.map(({ field }) => String(field.type)));
  const comingKinds = kinds.filter((kind) => !isExcluded(kind.name, view.storeType));
  const isAlwaysThere = comingKinds.length === coming.length;
  return coming.map((owner) => ({ ...owner, isContested: types.size > 1, isAlwaysThere }));
}

/** Centra names the kinds of orders and returns after the type of the store. */
const kindPrefixes: Readonly<Record<string, RegExp>> = {
  DIRECT_TO_CONSUMER: /^DirectToConsumer/,
  WHOLESALE: /^Wholesale/,
};

function isExcluded(typeName: string, storeType: StoreType | undefined): boolean {
  if (storeType === undefined) return false;
  return Object.entries(kindPrefixes).some(
    ([kind, prefix]) => kind !== storeType.name && prefix.test(typeName),
  );
}

function otherKind(name: string, owners: readonly string[], view: SchemaView, place: Place): StepFault {
  return {
    code: 'path/other_kind',
    place,
    message: `"${name}" exists on ${inWords(owners, 'and')} only, and this stream's \`where\` asks for storeType ${view.storeType?.name}: it would always be empty.`,
    hint: 'Remove the column, or the storeType from `where`.',
    otherKind: `${owners[0] ?? ''}.${name}`,
  };
}

function unknownField(
  parent: GraphQLNamedType,
  kinds: readonly GraphQLObjectType[],
  name: string,
  place: Place,
): StepFault {
  const names = [parent, ...kinds].flatMap(fieldNames);
  return {
    code: 'path/unknown_field',
    place,
    message: `${parent.name} has no field "${name}".`,
    hint: didYouMean(name, names) ?? `Its fields are ${inWords([...new Set(names)], 'and')}.`,
    lacks: `${parent.name}.${name}`,
  };
}

export function fieldNames(type: GraphQLNamedType): readonly string[] {
  return isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [];
}

function stepOn(
  owner: Owner,
  segment: Segment,
  view: SchemaView,
  node: SourceNode,
  options: StepOptions,
): FieldStep | StepFault {
  const { field } = owner;
  const { given, isPagedBySync = false, mayGoWithout = false } = options;
  const known = fieldOf(view.reference.getType(owner.owner), field.name);
  const optional = mayGoWithout && view.schema !== view.reference ? known?.args : undefined;
  const written = argumentsOf(field, owner.owner, segment, node, optional);
  if (isStepFault(written)) return written;
  const isNullable = !isNonNullType(field.type);
  const inner = isNonNullType(field.type) ? field.type.ofType : field.type;
  const isList = isListType(inner);
  if (isList && isListType(getNullableType(inner.ofType))) {
    const message = `${owner.owner}.${field.name} is a list of lists, which a column cannot hold.`;
    return { code: 'path/list_of_lists', place: placeInside(node, segment.offset), message };
  }
  const isCut = isCutByDefault(field) || (hasLimit(field) && known !== undefined && isCutByDefault(known));
  const isLimitGiven = written.args.some(({ name }) => name === 'limit');
  const limits: readonly Argument[] = isPagedBySync
    ? [
        { name: 'limit', literal: '$limit' },
        { name: 'page', literal: '$page' },
      ]
    : isList && isCut && !isLimitGiven
      ? [{ name: 'limit', literal: String(LIST_LIMIT) }]
      : [];
  const args = [...(given?.args ?? []), ...written.args, ...limits];
  const key = given?.key ?? responseKey(field.name, isPagedBySync ? written.args : args);
  const reason = field.deprecationReason;
  const own = typeof reason === 'string' ? [`${owner.owner}.${field.name} is deprecated: ${reason}`] : [];
  return {
    on: owner.on === undefined ? [] : [owner.on.name],
    field: { responseKey: owner.isContested ? `${owner.owner}_${key}` : key, name: field.name, args },
    type: getNamedType(field.type),
    isList,
    isNullable: isNullable || !owner.isAlwaysThere,
    isItemNullable: isList && !isNonNullType(inner.ofType),
    isFormatted: args.some(({ name }) => name === 'format'),
    uses: [{ type: owner.owner, field: field.name, deprecations: [...own, ...written.deprecations] }],
    goesWithout: written.goesWithout,
    description: field.description ?? undefined,
  };
}

function hasLimit({ args }: GraphQLField<unknown, unknown>): boolean {
  return args.some(({ name }) => name === 'limit');
}

/** A limit with a default value applies where none is sent; one without may be left out, and then all elements come. */
function isCutByDefault({ args }: GraphQLField<unknown, unknown>): boolean {
  return args.some(({ name, defaultValue }) => name === 'limit' && typeof defaultValue === 'number');
}

/** Kinds that agree share one step. */
function merged(steps: readonly FieldStep[]): readonly FieldStep[] {
  const byKey = new Map<string, FieldStep>();
  for (const step of steps) {
    const same = byKey.get(step.field.responseKey);
    byKey.set(
      step.field.responseKey,
      same === undefined
        ? step
        : {
            ...same,
            on: [...same.on, ...step.on],
            uses: [...same.uses, ...step.uses],
            goesWithout: [...same.goesWithout, ...step.goesWithout],
          },
    );
  }
  return [...byKey.values()];
}

/** The selection of one step, with what is asked for below it. */
export function selectStep(step: Pick<FieldStep, 'on' | 'field'>, below: Selection | undefined): Selection {
  const selected: Selection = { fields: [{ ...step.field, selection: below }], fragments: [] };
  if (step.on.length === 0) return selected;
  return { fields: [], fragments: step.on.map((on) => ({ on, selection: selected })) };
}
