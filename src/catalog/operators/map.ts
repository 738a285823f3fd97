import type { JsonPrimitive } from '../../json.ts';
import type { ColumnContext } from '../column/column-context.ts';
import type { Step } from '../column/scope.ts';
import { inWords, nearMatches } from '../language/near-match.ts';
import type { MapNode, SourceNode } from '../language/source-node.ts';
import {
  commonType,
  isScalarType,
  type ScalarType,
  typeInWords,
  type ValueType,
} from '../path/value-type.ts';
import { constantType } from './constant.ts';
import { invalid, type StepOperator, same } from './operator.ts';

/** Other values for these values, `else` for the rest, null too. */
export const map: StepOperator = {
  keyword: 'map',
  companions: ['else'],
  stage: 'value',
  compile: (column, { type }, context) => {
    const node = column.keywords.get('map');
    if (node?.kind !== 'map') return same;
    const scalar = type.kind === 'list' ? type.items : type;
    if (!isScalarType(scalar) || scalar.kind === 'json') {
      context.say(
        'error',
        'step/wrong_input',
        node.place,
        `\`map\` works on values, and this is ${typeInWords(type)}.`,
        'Give `map` to a column that holds one value.',
      );
      return invalid;
    }
    const rest = column.keywords.get('else');
    const values = valuesOf(node, rest, context);
    if (values === undefined) return invalid;
    checkKeys(node, scalar, context);
    const isNullElse = values.rest === null;
    const hasRest = values.rest !== undefined;
    const givesNull = [...values.listed.values()].includes(null) || isNullElse;
    const nullable = givesNull || (!hasRest && (scalar.nullable || context.slot.onError === 'null'));
    const output: ScalarType = { ...values.type, nullable };
    const run = mapping(values.listed, values.rest, context);
    const mapped: ValueType = type.kind === 'list' ? { ...type, items: output } : output;
    return {
      kind: 'step',
      type: mapped,
      run:
        type.kind === 'list'
          ? (value, scope) => (Array.isArray(value) ? value.map((item) => run(item, scope)) : null)
          : run,
    };
  },
};

interface Values {
  readonly listed: ReadonlyMap<string, JsonPrimitive>;
  readonly rest: JsonPrimitive | undefined;
  readonly type: ScalarType;
}

function valuesOf(node: MapNode, rest: SourceNode | undefined, context: ColumnContext): Values | undefined {
  const listed = new Map<string, JsonPrimitive>();
  const nodes = [...node.entries].map(([key, entry]) => ({ key, value: entry.value }));
  if (nodes.length === 0) {
    context.say(
      'error',
      'step/wrong_value',
      node.place,
      '`map` lists no values.',
      'Write `map: { PENDING: 1, SHIPPED: 2 }`.',
    );
    return undefined;
  }
  const composite = [...nodes.map(({ value }) => value), ...(rest === undefined ? [] : [rest])].find(
    (value) => value.kind !== 'scalar',
  );
  if (composite !== undefined) {
    context.say(
      'error',
      'step/wrong_value',
      composite.place,
      '`map` and `else` give texts, numbers, true, false or null.',
      'Write one value after the colon.',
    );
    return undefined;
  }
  for (const { key, value } of nodes) if (value.kind === 'scalar') listed.set(key, value.value);
  const other = rest?.kind === 'scalar' ? rest.value : undefined;
  const given = [...listed.values(), ...(other === undefined ? [] : [other])].filter(
    (value) => value !== null,
  );
  const types = given.map(constantType).filter(isScalarType);
  const type = types.length === 0 ? { kind: 'string' as const, nullable: true } : commonType(types);
  if (type === undefined) {
    const kinds = [...new Set(types.map(typeInWords))];
    context.say(
      'error',
      'step/mixed_values',
      node.place,
      `\`map\` and \`else\` give values of different kinds: ${inWords(kinds, 'and')}.`,
      'A column has one type: put quotes around all of them for text, or make all of them numbers.',
    );
    return undefined;
  }
  return { listed, rest: other, type };
}

/** The API gains values, so a value that is not known (yet) is worth a warning only. */
function checkKeys(node: MapNode, { values }: ScalarType, context: ColumnContext): void {
  if (values === undefined) return;
  for (const [key, { keyPlace }] of node.entries) {
    if (values.includes(key)) continue;
    const matches = nearMatches(key, values);
    const hint =
      matches.length > 0
        ? `Did you mean ${inWords(matches, 'or')}?`
        : `The API has ${inWords(values, 'and')}.`;
    context.say(
      'warning',
      'step/unknown_value',
      keyPlace,
      `The API has no value "${key}" here, so this entry may never be used.`,
      hint,
    );
  }
}

function mapping(
  listed: ReadonlyMap<string, JsonPrimitive>,
  rest: JsonPrimitive | undefined,
  { slot }: ColumnContext,
): Step {
  return (value, scope) => {
    if (value === null || value === undefined) return rest ?? null;
    const found = listed.get(typeof value === 'string' ? value : String(value));
    if (found !== undefined) return found;
    return rest === undefined ? scope.refuse(slot, 'is not among the values of map') : rest;
  };
}
