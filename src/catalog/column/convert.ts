import { losesDigits, parseExactJson } from '../../exact-json.ts';
import { isObject, type JsonPrimitive, type JsonValue } from '../../json.ts';
import { isCalendarDate, utcSecond } from '../../timestamp.ts';
import type { ScalarKind, ScalarType, ValueType } from '../path/value-type.ts';
import { decimalText } from './decimal.ts';
import type { Scope, Slot, Step } from './scope.ts';

/** Undefined where the value will not convert. Never given null. */
type Convert = (value: unknown) => JsonValue | undefined;

/** What is said of a value that will not convert. Never the value. */
const refusalInWords: Readonly<Record<ScalarKind, string>> = {
  string: 'is not a text',
  integer: 'is not a whole number',
  number: 'is not a number',
  boolean: 'is neither true nor false',
  timestamp: 'is not a time with an offset',
  date: 'is not a date',
  decimal: 'does not fit the decimal without rounding',
  json: 'is not a JSON object or array',
};

export function convertTo(type: Pick<ScalarType, 'kind' | 'digits'>): Convert {
  const { precision = 38, scale = 0 } = type.digits ?? {};
  if (type.kind === 'decimal') return (value) => toDecimal(value, precision, scale);
  return converts[type.kind];
}

const converts: Readonly<Record<Exclude<ScalarKind, 'decimal'>, Convert>> = {
  string: toText,
  integer: toInteger,
  number: toNumber,
  boolean: toBoolean,
  timestamp: (value) => (typeof value === 'string' ? utcSecond(value) : undefined),
  date: toDate,
  json: toJson,
};

export function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function toInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || !/^\s*[+-]?\d+\s*$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/.test(value))
    return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

const booleans: ReadonlyMap<JsonPrimitive, boolean> = new Map<JsonPrimitive, boolean>([
  [true, true],
  [false, false],
  [1, true],
  [0, false],
  ['1', true],
  ['0', false],
  ['true', true],
  ['false', false],
  ['yes', true],
  ['no', false],
]);

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'string') return booleans.get(value.trim().toLowerCase());
  return typeof value === 'boolean' || typeof value === 'number' ? booleans.get(value) : undefined;
}

function toDate(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const day =
    text.length === 10
      ? text
      : (utcSecond(text) ?? (/^.{10}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(text) ? text : '')).slice(0, 10);
  return day.length === 10 && isCalendarDate(day) ? day : undefined;
}

function toDecimal(value: unknown, precision: number, scale: number): string | undefined {
  return typeof value === 'number' || typeof value === 'string'
    ? decimalText(value, precision, scale)
    : undefined;
}

function toJson(value: unknown): JsonValue | undefined {
  if (typeof value !== 'string') return typeof value === 'object' ? (value as JsonValue) : undefined;
  try {
    const parsed = parseExactJson(value);
    return typeof parsed === 'object' && parsed !== null ? (parsed as JsonValue) : undefined;
  } catch {
    return undefined;
  }
}

/** Brings a value of the API, or of an earlier step, to the form of its type, part by part. */
export function converterOf(type: ValueType, slot: Slot): Step {
  if (type.kind === 'list') {
    const item = converterOf(type.items, slot);
    return (value, scope) => {
      if (value === null || value === undefined) return null;
      return Array.isArray(value)
        ? value.map((element) => item(element, scope))
        : scope.refuse(slot, 'is not a list');
    };
  }
  if (type.kind === 'object')
    return objectConverter(
      type.properties.map(({ name, type: inner }) => ({ name, convert: converterOf(inner, slot) })),
    );
  return scalarConverter(type, slot);
}

function objectConverter(properties: readonly { readonly name: string; readonly convert: Step }[]): Step {
  return (value, scope) => {
    if (!isObject(value)) return null;
    const object: Record<string, unknown> = {};
    for (const { name, convert } of properties) object[name] = convert(value[name], scope);
    return object;
  };
}

/** Values that already have their form pass with one comparison: this runs for every column of every row. */
function scalarConverter(type: ScalarType, slot: Slot): Step {
  const convert = convertTo(type);
  const reason = refusalInWords[type.kind];
  const slow = (value: unknown, scope: Scope): unknown => {
    if (value === null || value === undefined) return null;
    return (
      convert(value) ??
      (isTooLarge(value, type) ? scope.refuse(slot, tooLarge, true) : scope.refuse(slot, reason))
    );
  };
  if (type.kind === 'timestamp') return rememberingLast(slow);
  if (type.kind === 'string')
    return (value, scope) => (typeof value === 'string' ? value : slow(value, scope));
  if (type.kind === 'boolean')
    return (value, scope) => (typeof value === 'boolean' ? value : slow(value, scope));
  if (type.kind === 'integer')
    return (value, scope) =>
      typeof value === 'number' && Number.isSafeInteger(value) ? value : slow(value, scope);
  if (type.kind === 'number')
    return (value, scope) =>
      typeof value === 'number' && Number.isFinite(value) ? value : slowNumber(value, scope);
  return slow;

  function slowNumber(value: unknown, scope: Scope): unknown {
    if (typeof value !== 'string' || toNumber(value) === undefined || !losesDigits(value))
      return slow(value, scope);
    if (wholeNumber.test(value)) return scope.refuse(slot, tooLarge, true);
    scope.alter(slot, 'has more digits than a number can hold, and is rounded; `type: decimal` keeps them');
    return toNumber(value);
  }
}

/** Leaves a number as the text that it came as, where it has too many digits for a number: a later step may keep them. */
export function passingLargeNumbers(convert: Step): Step {
  return (value, scope) =>
    typeof value === 'string' && toNumber(value) !== undefined && losesDigits(value)
      ? value
      : convert(value, scope);
}

const wholeNumber = /^\s*[+-]?\d+\s*$/;

/** A number that would become another one, as an id or a sum in the smallest unit may be. */
const tooLarge =
  'is a whole number with more digits than a number can hold; `type: string` or `type: decimal` keeps them';

function isTooLarge(value: unknown, { kind }: ScalarType): boolean {
  if (kind !== 'integer') return false;
  return typeof value === 'number'
    ? Number.isInteger(value)
    : typeof value === 'string' && wholeNumber.test(value);
}

/** The rows of one object show its times again and again, and those of one page often share them. */
function rememberingLast(convert: Step): Step {
  let lastValue: unknown = null;
  let lastResult: unknown = null;
  return (value, scope) => {
    if (value === lastValue) return lastResult;
    const result = convert(value, scope);
    // A value that was refused must be noted each time.
    if (result === null) return null;
    lastValue = value;
    lastResult = result;
    return result;
  };
}
