import {
  type ExecutionResult,
  executeSync,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNullableType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  parse,
} from 'graphql';
import { isObject } from '../../../src/json.ts';

/** A small generator of numbers that a seed repeats. */
export function diceOf(seed: number): (sides: number) => number {
  let state = seed >>> 0 || 1;
  return (sides) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % sides;
  };
}

const times = [
  '2023-01-16T10:31:34+01:00',
  '2023-12-31T23:59:59-0500',
  '2024-02-29T00:00:00+0100',
  '2021-10-23 00:00:00',
  'yesterday',
  '',
];
const texts = [
  '',
  ' ',
  'Åsa "quoted"',
  '😀 emoji',
  '__proto__',
  '12',
  '3.5',
  'true',
  '2024-02-30',
  '{"a":1}',
  'a, b,,c',
  'PENDING',
];

/** What an API could answer to this query: every value at random, as far as the types of the schema allow it. */
export function randomAnswer(
  schema: GraphQLSchema,
  query: string,
  seed: number,
): readonly Readonly<Record<string, unknown>>[] {
  const dice = diceOf(seed);
  const result: ExecutionResult = executeSync({
    schema,
    document: parse(query),
    variableValues: { limit: 200, page: 1 },
    rootValue: {},
    fieldResolver: (_source, _args, _context, info) =>
      // Lists within lists within lists would grow without end.
      randomValue(info.returnType, schema, dice, depthOf(info.path) > 4 ? 3 : 4),
    typeResolver: (value) => (isObject(value) ? String(value.kind) : undefined),
  });
  if (result.errors !== undefined) throw new Error(result.errors.join('\n'));
  const [objects] = Object.values(result.data ?? {});
  return Array.isArray(objects) ? JSON.parse(JSON.stringify(objects)) : [];
}

type ResponsePath = GraphQLResolveInfo['path'];

function depthOf(path: ResponsePath | undefined): number {
  return path === undefined ? 0 : 1 + depthOf(path.prev);
}

function randomValue(
  type: GraphQLOutputType,
  schema: GraphQLSchema,
  dice: (sides: number) => number,
  lengths: number,
): unknown {
  if (!isNonNullType(type) && dice(4) === 0) return null;
  const inner = getNullableType(type);
  if (isListType(inner))
    return Array.from({ length: dice(lengths) }, () => randomValue(inner.ofType, schema, dice, lengths));
  if (isEnumType(inner)) return inner.getValues()[dice(inner.getValues().length)]?.value;
  if (isAbstractType(inner)) {
    const kinds: readonly GraphQLObjectType[] = schema.getPossibleTypes(inner);
    return { kind: kinds[dice(kinds.length)]?.name };
  }
  switch (inner.name) {
    case 'Int':
      return dice(2_000_000_000) - 1_000_000_000;
    case 'Int64': {
      const number = dice(9_007_199_254_740_991);
      return dice(2) === 0 ? number : String(number);
    }
    case 'Float':
      return [0, -0, 0.1 + 0.2, 1e21, 1e-9, 12.5, -3][dice(7)];
    case 'Boolean':
      return dice(2) === 0;
    case 'DateTimeTz':
      return times[dice(times.length)];
    case 'Date':
      return ['2024-02-29', '2024-02-30', 'x'][dice(3)];
    case 'String':
      return texts[dice(texts.length)];
    default:
      return {};
  }
}
