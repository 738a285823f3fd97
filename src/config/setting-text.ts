import { isObject, type JsonObject, type JsonValue } from '../json.ts';

type Schema = Readonly<Record<string, unknown>>;

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['true', '1', 'yes', 'on'].map((word) => [word, true] as const),
  ...['false', '0', 'no', 'off'].map((word) => [word, false] as const),
]);

/** What the schema's type makes of a text; undefined where it makes nothing of it. Limits and patterns are checked later. */
export function valueOfText(text: string, { type }: Schema): JsonValue | undefined {
  switch (type) {
    case 'integer':
    case 'number': {
      const number = /^[+-]?(\d+\.?\d*|\.\d+)$/.test(text.trim()) ? Number(text) : Number.NaN;
      const isFit = type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number);
      return isFit ? number : undefined;
    }
    case 'boolean':
      return truths.get(text.trim().toLowerCase());
    case 'object': {
      const value = parsed(text);
      return isObject(value) ? (value as JsonObject) : undefined;
    }
    case 'array': {
      const value = parsed(text);
      return Array.isArray(value) ? (value as readonly JsonValue[]) : undefined;
    }
    default:
      return text;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The settings that are set: not null, not a blank text, not an object without any. Platforms fill what was left empty with
 * these, and some write numbers as texts.
 */
export function settingsGiven(value: Schema, properties: Schema): Schema {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, given]): [string, unknown][] => {
      const property = properties[name];
      const setting = given === null ? undefined : settingGiven(given, isObject(property) ? property : {});
      return setting === undefined ? [] : [[name, setting]];
    }),
  );
}

function settingGiven(given: unknown, property: Schema): unknown {
  if (typeof given === 'string')
    return given.trim() === '' ? undefined : (valueOfText(given, property) ?? given);
  if (!isObject(given) || property.type !== 'object') return given;
  const inside = settingsGiven(given, {});
  return Object.keys(inside).length === 0 ? undefined : inside;
}
