import { ConnectorError } from '../errors.ts';
import { isObject, type JsonObject, type JsonValue } from '../json.ts';
import { valueOfText } from './setting-text.ts';

/**
 * The settings that stand in variables: `TAP_CENTRA_API_TOKEN` is `api_token`. One inside of another has the names of
 * both, with one `_` between as Meltano writes it, or with two: `TAP_CENTRA_TENANT_CATALOG_SOURCE`,
 * `TAP_CENTRA_TENANT_CATALOG__SOURCE`. A variable that is empty is not set. Values get the types that the schema names;
 * names that it lacks are kept, since whoever reads the configuration warns of them.
 */
export function configurationFromEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  schema: Readonly<Record<string, unknown>>,
  prefix = 'TAP_CENTRA_',
): JsonObject {
  const variables = Object.fromEntries(
    Object.entries(environment).flatMap(([name, text]) =>
      text === undefined || text.trim() === '' ? [] : [[name, text]],
    ),
  );
  const used = new Set<string>();
  const settings = settingsIn({ variables, used }, propertiesOf(schema), [prefix]);
  // What begins with one more _ is how Meltano runs the tap, such as TAP_CENTRA__SELECT.
  const unknown = Object.entries(variables).filter(
    ([name]) => name.startsWith(prefix) && !name.startsWith(`${prefix}_`) && !used.has(name),
  );
  return {
    ...Object.fromEntries(unknown.map(([name, text]) => [name.slice(prefix.length).toLowerCase(), text])),
    ...settings,
  };
}

type Schema = Readonly<Record<string, unknown>>;

function settingsIn(
  source: { readonly variables: Readonly<Record<string, string>>; readonly used: Set<string> },
  properties: ReadonlyMap<string, Schema>,
  prefixes: readonly string[],
): JsonObject {
  const settings = [...properties].flatMap(([property, schema]): [string, JsonValue][] => {
    const names = prefixes.map((prefix) => `${prefix}${property.toUpperCase().replaceAll('-', '_')}`);
    const name = names.find((one) => source.variables[one] !== undefined);
    const text = name === undefined ? undefined : source.variables[name];
    const value = name === undefined || text === undefined ? undefined : converted(text, schema, name);
    for (const one of names) source.used.add(one);
    const inside = settingsIn(
      source,
      propertiesOf(schema),
      names.flatMap((one) => [`${one}__`, `${one}_`]),
    );
    if (Object.keys(inside).length === 0) return value === undefined ? [] : [[property, value]];
    return [[property, isObject(value) ? { ...(value as JsonObject), ...inside } : inside]];
  });
  return Object.fromEntries(settings);
}

/** Those of an object, and of all its alternatives. */
function propertiesOf({ properties, oneOf }: Schema): ReadonlyMap<string, Schema> {
  const own = isObject(properties) ? Object.entries(properties) : [];
  const others = Array.isArray(oneOf) ? oneOf.filter(isObject).flatMap((one) => [...propertiesOf(one)]) : [];
  return new Map([...others, ...own].flatMap(([name, schema]) => (isObject(schema) ? [[name, schema]] : [])));
}

/** What a value of each type is called, and how it is written. */
const inWords: Readonly<Record<string, readonly [what: string, hint: string]>> = Object.freeze({
  integer: ['a whole number', 'Write it in digits.'],
  number: ['a number', 'Write it in digits, with a point: 0.5.'],
  boolean: ['true or false', 'Write true or false.'],
  object: ['a JSON object', 'Write it as JSON, with double quotes around names and texts.'],
  array: ['a JSON array', 'Write it as JSON, with double quotes around texts.'],
});

function converted(text: string, schema: Schema, variable: string): JsonValue {
  const value = valueOfText(text, schema);
  if (value !== undefined) return value;
  const [what = 'a value of its type', hint = ''] = inWords[String(schema.type)] ?? [];
  throw unfit(variable, what, hint);
}

/** Without the value: it may be a secret that landed in the wrong variable. */
function unfit(variable: string, what: string, hint: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'config/environment',
    message: `The variable ${variable} does not hold ${what}.`,
    hint,
  });
}
