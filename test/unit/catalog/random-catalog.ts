import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';
import type { JsonValue } from '../../../src/json.ts';
import { rootNames, rootType } from '../../../src/roots/derive.ts';

type Dice = (sides: number) => number;

/** A catalog at random that has no mistake, as JSON (which is YAML). */
export function randomCatalog(schema: GraphQLSchema, dice: Dice): string {
  const count = 1 + dice(3);
  const streams = Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`stream_${at}`, randomStream(schema, dice)]),
  );
  return JSON.stringify({ version: 1, streams });
}

function randomStream(schema: GraphQLSchema, dice: Dice): JsonValue {
  const roots = rootNames(schema);
  const from = roots[dice(roots.length)] ?? 'orders';
  const levels: GraphQLNamedType[] = [rootType(from, schema) as GraphQLNamedType];
  const each: string[] = [];
  for (let depth = dice(3); depth > 0; depth -= 1) {
    const list = randomList(levels.at(-1), schema, dice);
    if (list === undefined) break;
    each.push(list.name);
    levels.push(list.type);
  }
  const columns = Object.fromEntries(
    Array.from({ length: 1 + dice(12) }, (_, at) => [`c${at}`, randomColumn(levels, schema, dice, 0)]),
  );
  const key = { id: { const: 1 } };
  return {
    from,
    ...(each.length === 0 ? {} : { each: each.join('.') }),
    key: ['id'],
    columns: { ...key, ...columns },
  };
}

function randomList(type: GraphQLNamedType | undefined, schema: GraphQLSchema, dice: Dice) {
  const lists = fieldsOf(type, schema).filter(
    (field) => isListType(getNullableType(field.type)) && isCompositeType(getNamedType(field.type)),
  );
  const field = lists[dice(lists.length || 1)];
  return field === undefined ? undefined : { name: field.name, type: getNamedType(field.type) };
}

/** Those that kinds of it have on top, too: but a field that kinds disagree on only where a path can show either. */
function fieldsOf(
  type: GraphQLNamedType | undefined,
  schema: GraphQLSchema,
): readonly GraphQLField<unknown, unknown>[] {
  if (type === undefined) return [];
  const own = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
  const kinds = isAbstractType(type)
    ? schema.getPossibleTypes(type).flatMap((kind) => Object.values(kind.getFields()))
    : [];
  const names = new Set(own.map(({ name }) => name));
  return [...own, ...kinds.filter(({ name }) => !names.has(name))].filter(
    ({ deprecationReason, type: own }) => deprecationReason === undefined && !isListOfLists(own),
  );
}

/** No column can hold one. */
function isListOfLists(type: GraphQLOutputType): boolean {
  const list = getNullableType(type);
  return isListType(list) && isListType(getNullableType(list.ofType));
}

function randomPath(levels: readonly GraphQLNamedType[], schema: GraphQLSchema, dice: Dice): string {
  const ups = dice(levels.length);
  const at = levels.length - 1 - ups;
  let type: GraphQLNamedType | undefined = levels[at];
  if (dice(12) === 0) return `${'^'.repeat(ups)}__typename`;
  // The sync reads stock in pages, which do not show the place of an element.
  if (dice(12) === 0 && at > 0 && type?.name !== 'Stock') return `${'^'.repeat(ups)}$position`;
  const parts: string[] = [];
  for (let depth = 0; depth < 6; depth += 1) {
    const fields = fieldsOf(type, schema).filter(
      (field) => depth < 4 || isLeafType(getNamedType(field.type)),
    );
    const field = fields[dice(fields.length || 1)];
    if (field === undefined) break;
    if (field.name === 'attributes' && dice(2) === 0) {
      const index = ['', '[]', '[1]'][dice(3)] ?? '';
      parts.push(
        `attributes[type-${dice(3)}]${index}.element_${dice(2)}${['', '.key', '.width', '.value'][dice(4)]}`,
      );
      return '^'.repeat(ups) + parts.join('.');
    }
    const isList = isListType(getNullableType(field.type));
    parts.push(`${field.name}${randomArguments(field, dice)}${isList ? ['[]', '[0]', '[2]'][dice(3)] : ''}`);
    type = getNamedType(field.type);
    if (isLeafType(type)) return '^'.repeat(ups) + parts.join('.');
  }
  return `${'^'.repeat(ups)}__typename`;
}

/** An attribute of the root, or the text of a constant: what every type can be asked of. */
function textPath(levels: readonly GraphQLNamedType[], schema: GraphQLSchema, dice: Dice): string {
  const root = levels[0];
  const ups = '^'.repeat(levels.length - 1);
  if (fieldsOf(root, schema).some(({ name }) => name === 'attributes')) return `${ups}attributes[t].e`;
  const texts = fieldsOf(root, schema).filter(({ type }) => getNamedType(type).name === 'String');
  return `${ups}${texts[dice(texts.length || 1)]?.name ?? '__typename'}`;
}

function randomArguments(field: GraphQLField<unknown, unknown>, dice: Dice): string {
  const args = field.args.flatMap(({ name }) => {
    if (name === 'includingTax' || name === 'includeFullyCancelled') return [`${name}: ${dice(2) === 0}`];
    if (name === 'format') return [`format: "${['Y', 'Y-m-d', 'U'][dice(3)]}"`];
    return name === 'limit' ? [`limit: ${1 + dice(200)}`] : [];
  });
  return args.length === 0 || dice(2) === 0 ? '' : `(${args.join(', ')})`;
}

function randomColumn(
  levels: readonly GraphQLNamedType[],
  schema: GraphQLSchema,
  dice: Dice,
  depth: number,
): JsonValue {
  const path = () => randomPath(levels, schema, dice);
  const pii = ['allow', 'allow', 'hash', 'mask'][dice(4)] ?? 'allow';
  const on_error = ['null', 'quarantine'][dice(2)] ?? 'null';
  switch (dice(12)) {
    case 0:
      return { const: ['x', 1, 1.5, true][dice(4)] ?? 'x' };
    case 1:
      return { path: path().replaceAll('[]', '[0]'), pii, on_error, type: 'string', default: 'none' };
    case 2: {
      const list = depth < 2 ? randomList(levels.at(-1), schema, dice) : undefined;
      if (list === undefined) return { path: path(), pii };
      const inner = [...levels, list.type];
      const columns = Object.fromEntries(
        Array.from({ length: 1 + dice(3) }, (_, at) => [
          `n${at}`,
          randomColumn(inner, schema, dice, depth + 1),
        ]),
      );
      return { each: list.name, columns };
    }
    case 3:
      return { path: path(), pii, on_error };
    case 4: {
      const scalars = Array.from({ length: 1 + dice(3) }, () =>
        randomPath(levels, schema, dice).replaceAll('[]', '[0]'),
      );
      return {
        first: scalars,
        pii: dice(3) === 0 ? 'hash' : 'allow',
        ...(dice(2) === 0 ? { type: 'string', default: 'ZZ' } : {}),
      };
    }
    case 5:
      return { path: path(), pii: 'hash', upper: true, split: 'A', join: '|' };
    case 6: {
      const paths = Array.from({ length: 1 + dice(3) }, () => randomPath(levels.slice(-1), schema, dice));
      const plain = paths
        .map((text) => text.replaceAll(/\[\d*\]/g, ''))
        .filter((text) => !text.includes('['));
      return plain.length === 0 ? { path: path(), pii } : { all: plain, pii: 'allow' };
    }
    case 7:
      return {
        path: path(),
        pii: 'hash',
        map: { a: 1, b: 2.5 },
        ...(dice(2) === 0 ? { else: 0 } : {}),
        on_error,
      };
    case 8: {
      const types = ['integer', 'number', 'decimal(12,2)', 'boolean', 'date', 'timestamp', 'json'];
      return {
        path: `${textPath(levels, schema, dice)}`,
        pii: 'allow',
        trim: true,
        lower: dice(2) === 0,
        type: types[dice(types.length)] ?? 'date',
        on_error,
      };
    }
    default:
      return { path: path(), pii };
  }
}
