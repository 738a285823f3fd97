import { isDeepStrictEqual } from 'node:util';
import {
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  parseValue,
  valueFromAST,
} from 'graphql';
import { type FieldSelection, renderCall, type Selection } from '../../catalog/query/selection.ts';
import { fieldOf } from '../../catalog/query/selection-walk.ts';
import { isObject } from '../../json.ts';

type CentraObject = Readonly<Record<string, unknown>>;

export interface RecordedAnswer {
  /** Under the response keys of the selection. */
  readonly object: CentraObject;
  /** What was asked for and is nowhere in the answer, by its response keys with dots: how a query writes it. */
  readonly absent: ReadonlyMap<string, string>;
}

/**
 * An object that was the answer to another query, as the answer to this one. A field with arguments is found under its
 * plain name only where they are the schema's defaults, and the attributes of one type among those of all. Nothing is
 * made up: what is not there is said.
 */
export function asAnswerTo(
  recorded: CentraObject,
  selection: Selection,
  type: GraphQLNamedType,
  schema: GraphQLSchema,
): RecordedAnswer {
  const finding: Finding = { schema, absent: new Map(), present: new Set() };
  const object = answerOn(recorded, selection, type, '', finding);
  // Of a list's elements, one may have what another has not.
  for (const path of finding.present) finding.absent.delete(path);
  return { object, absent: finding.absent };
}

interface Finding {
  readonly schema: GraphQLSchema;
  readonly absent: Map<string, string>;
  readonly present: Set<string>;
}

function answerOn(
  recorded: CentraObject,
  selection: Selection,
  type: GraphQLNamedType,
  above: string,
  finding: Finding,
): CentraObject {
  const answer: Record<string, unknown> = {};
  if (typeof recorded.__typename === 'string') answer.__typename = recorded.__typename;
  for (const field of selection.fields) {
    const path = `${above}${field.responseKey}`;
    const found = recordedValue(recorded, field, type);
    if (found === undefined) {
      finding.absent.set(path, renderCall(field));
      continue;
    }
    finding.present.add(path);
    const inner = getNamedType(fieldOf(type, field.name)?.type);
    answer[field.responseKey] =
      field.selection === undefined || inner === undefined
        ? found
        : within(found, field.selection, inner, `${path}.`, finding);
  }
  for (const { on, selection: inner } of selection.fragments) {
    const kind = finding.schema.getType(on);
    if (kind === undefined || !canBe(recorded.__typename, kind, finding.schema)) continue;
    Object.assign(answer, answerOn(recorded, inner, kind, above, finding));
  }
  return answer;
}

function within(
  value: unknown,
  selection: Selection,
  type: GraphQLNamedType,
  above: string,
  finding: Finding,
): unknown {
  if (Array.isArray(value)) return value.map((element) => within(element, selection, type, above, finding));
  return isObject(value) ? answerOn(value, selection, type, above, finding) : value;
}

/** An answer that does not tell its kinds may be of any. */
function canBe(typeName: unknown, kind: GraphQLNamedType, schema: GraphQLSchema): boolean {
  if (typeof typeName !== 'string' || typeName === kind.name) return true;
  const concrete = schema.getType(typeName);
  return isAbstractType(kind) && isObjectType(concrete) && schema.isSubType(kind, concrete);
}

function recordedValue(recorded: CentraObject, field: FieldSelection, type: GraphQLNamedType): unknown {
  if (Object.hasOwn(recorded, field.responseKey)) return recorded[field.responseKey];
  if (!Object.hasOwn(recorded, field.name)) return undefined;
  const plain = recorded[field.name];
  const attributeType = attributeTypeIn(field);
  if (attributeType !== undefined) return attributesOfType(plain, attributeType);
  const args = fieldOf(type, field.name)?.args ?? [];
  const isPlain = field.args.every(({ name, literal }) =>
    isDefault(
      args.find((arg) => arg.name === name),
      literal,
    ),
  );
  return isPlain ? plain : undefined;
}

/** How many elements a list gives at most is the asker's business, and says nothing about what they are. */
const pagingArguments: ReadonlySet<string> = new Set(['limit', 'page']);

function isDefault(arg: GraphQLArgument | undefined, literal: string): boolean {
  if (arg === undefined) return false;
  if (pagingArguments.has(arg.name)) return true;
  return isDeepStrictEqual(valueFromAST(parseValue(literal), arg.type), arg.defaultValue);
}

function attributeTypeIn({ name, args }: FieldSelection): string | undefined {
  const [where] = args;
  if (name !== 'attributes' || where === undefined) return undefined;
  const quoted = /equals: ("(?:[^"\\]|\\.)*")/.exec(where.literal)?.[1];
  return quoted === undefined ? undefined : (JSON.parse(quoted) as string);
}

/** Undefined where the answer does not tell the types of its attributes. */
function attributesOfType(attributes: unknown, typeName: string): unknown {
  if (!Array.isArray(attributes)) return attributes;
  const named = attributes.filter(isObject).map((attribute) => ({ attribute, type: attribute.type }));
  if (named.some(({ type }) => !isObject(type) || typeof type.name !== 'string')) return undefined;
  return named
    .filter(({ type }) => isObject(type) && type.name === typeName)
    .map(({ attribute }) => attribute);
}
