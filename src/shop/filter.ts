import {
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { ConnectorError } from '../errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../json.ts';

/** The `where` of a root, as the live schema has it. Its variables are shaped by the types that the API has today. */
export interface Filter {
  readonly has: (name: string) => boolean;
  /** Whether a field takes several values at once. */
  readonly takesSeveral: (name: string) => boolean;
  /** The words that a field takes; undefined where it is no enum. */
  readonly words: (name: string) => readonly string[] | undefined;
  /** An id as the field's type wants it: a column may show a number as a string. */
  readonly id: (name: string, id: number | string) => number | string;
  /**
   * What to send so that rows meet both the catalog's filter and a condition of our own: one variable in most cases, several
   * where a field takes one value and several are wanted (each row meets one of them), none where no row can meet both.
   */
  readonly both: (where: JsonObject | undefined, condition: JsonObject) => readonly JsonObject[];
}

/** `type` is that of the `where` argument, `label` what the rows are called. */
export function liveFilter(type: GraphQLInputType, label: string): Filter {
  const input = getNamedType(type);
  const fields = isInputObjectType(input) ? input.getFields() : {};
  const typeOf = (name: string) => (Object.hasOwn(fields, name) ? fields[name]?.type : undefined);
  const takesSeveral = (name: string) => {
    const own = typeOf(name);
    return own !== undefined && isListType(getNullableType(own));
  };

  function shaped(where: JsonObject): readonly JsonObject[] {
    let shapes: readonly JsonObject[] = [{}];
    for (const [name, value] of Object.entries(where)) {
      const values = valuesFor(name, value);
      shapes = values.flatMap((one) => shapes.map((shape) => ({ ...shape, [name]: one })));
    }
    return shapes;
  }

  function valuesFor(name: string, value: JsonValue): readonly JsonValue[] {
    if (typeOf(name) === undefined || value === null) return [value];
    if (takesSeveral(name)) return [asList(value)];
    return Array.isArray(value) ? [...new Set(value)] : [value];
  }

  return Object.freeze({
    has: (name: string) => typeOf(name) !== undefined,
    takesSeveral,
    words: (name: string) => {
      const words = getNamedType(typeOf(name));
      return isEnumType(words) ? words.getValues().map((word) => word.name) : undefined;
    },
    id: (name: string, id: number | string) => {
      const named = getNamedType(typeOf(name))?.name ?? '';
      if (/^Int/.test(named)) return Number(id);
      return named === 'String' ? String(id) : id;
    },
    both: (where: JsonObject | undefined, condition: JsonObject) => {
      const unknown = Object.keys(condition).find((name) => typeOf(name) === undefined);
      if (unknown !== undefined) throw cannotFilter(label, unknown);
      const combined = combine(where ?? {}, condition);
      return combined === undefined ? [] : shaped(combined);
    },
  });
}

/** The one variable of a request that cannot be split; undefined where no row can meet the filter. */
export function oneOf(filters: readonly JsonObject[], label: string): JsonObject | undefined {
  const [only, other] = filters;
  if (only === undefined || other === undefined) return only;
  const name = Object.keys(only).find((key) => only[key] !== other[key]) ?? '';
  throw new ConnectorError({
    kind: 'schema',
    code: 'sync/one_value_at_a_time',
    message: `The ${label} can be filtered by one ${name} at a time, and several are asked for.`,
    hint: `Name one ${name} in the stream's \`where\`, or make a stream of each.`,
  });
}

function cannotFilter(label: string, name: string): ConnectorError {
  return new ConnectorError({
    kind: 'schema',
    code: 'sync/filter_unknown',
    message: `This shop's API cannot filter the ${label} by ${name}.`,
    hint: 'Leave their streams out of the connection, or ask Centra whether a newer version of the API has it.',
  });
}

/** Undefined: no row meets both. Without this, the API would take the empty list that is left for no filter at all. */
function combine(where: JsonObject, condition: JsonObject): JsonObject | undefined {
  const combined: Record<string, JsonValue> = { ...where };
  for (const [name, value] of Object.entries(condition)) {
    const negated = Array.isArray(combined.negate) ? combined.negate : [];
    const common = negated.includes(name)
      ? without(name, value, combined[name])
      : intersect(combined[name], value);
    if (Array.isArray(common) && common.length === 0) return undefined;
    combined[name] = common;
    // What the filter excludes is taken out of the condition, which is then not to be negated itself.
    if (negated.includes(name)) combined.negate = negated.filter((other) => other !== name);
  }
  return combined;
}

function intersect(present: JsonValue | undefined, value: JsonValue): JsonValue {
  if (present === undefined || present === null) return value;
  if (isObject(present) && isObject(value)) return bothRanges(present, value);
  const allowed = asList(present);
  return asList(value).filter((item) => allowed.includes(item));
}

function without(name: string, value: JsonValue, excluded: JsonValue | undefined): JsonValue {
  if (excluded === undefined || excluded === null) return value;
  if (isObject(excluded) || isObject(value)) {
    throw new ConnectorError({
      kind: 'config',
      code: 'sync/negated_range',
      message: `A stream's \`where\` excludes a range of ${name}, and the sync itself filters by it.`,
      hint: `Remove ${name} from the stream's \`where\`.`,
    });
  }
  const kept = asList(excluded);
  return asList(value).filter((item) => !kept.includes(item));
}

function asList(value: JsonValue): readonly JsonValue[] {
  return Array.isArray(value) ? value : [value];
}

interface DateRange {
  readonly from?: string;
  readonly to?: string;
}

function bothRanges(a: DateRange, b: DateRange): JsonObject {
  const from = [a.from, b.from]
    .filter((time) => time !== undefined)
    .sort(byMoment)
    .at(-1);
  const to = [a.to, b.to].filter((time) => time !== undefined).sort(byMoment)[0];
  return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
}

function byMoment(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}

/** A range of time as filters take it, both ends included; Centra's documentation writes the offset in digits. */
export function timeRange({
  from,
  to,
}: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}) {
  return { ...(from && { from: withOffset(from) }), ...(to && { to: withOffset(to) }) };
}

function withOffset(time: string): string {
  return time.replace(/Z$/, '+00:00');
}
