import { isObject, type JsonObject, type JsonValue } from '../../json.ts';

export type AboutFormat = 'json' | 'markdown' | 'text';

interface AboutInput {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** The JSON Schema of the configuration. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Left out where they are not known. */
  readonly streams?: readonly string[];
  readonly capabilities: readonly string[];
}

/** What `--about` prints, in the forms that taps on Meltano's SDK print it, so that tools that read those read this too. */
export function aboutTap(about: AboutInput, format: AboutFormat): string {
  switch (format) {
    case 'json':
      return asJson(about);
    case 'markdown':
      return asMarkdown(about);
    case 'text':
      return asText(about);
  }
}

function asJson({ name, description, version, capabilities, settings, streams }: AboutInput): string {
  const about = {
    name,
    description,
    version,
    // The SDK's own fields; this tap is not built with it, nor in Python.
    sdk_version: null,
    supported_python_versions: null,
    capabilities,
    ...(streams && { streams }),
    settings: inSdkWords(settings as JsonObject),
  };
  return `${JSON.stringify(about, undefined, 2)}\n`;
}

/** Secrets are marked as the SDK marks them; the keywords that only Airbyte's forms read are left out. */
function inSdkWords(schema: JsonValue): JsonValue {
  if (Array.isArray(schema)) return schema.map(inSdkWords);
  if (!isObject(schema)) return schema;
  const { airbyte_secret: isSecret, ...words } = schema as JsonObject;
  const kept = Object.entries(words).filter(
    ([word, value]) => !(formWords.has(word) && typeof value !== 'object'),
  );
  const marks: JsonObject = isSecret === true ? { secret: true, writeOnly: true } : {};
  return { ...Object.fromEntries(kept.map(([word, value]) => [word, inSdkWords(value)])), ...marks };
}

const formWords: ReadonlySet<string> = new Set(['order', 'multiline', 'pattern_descriptor']);

interface Setting {
  /** With dots where it is inside of another. */
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly defaultValue: JsonValue | undefined;
  readonly description: string;
}

/** The settings of a schema, those inside of an object, or of its alternatives, after it. */
function settingsOf(schema: JsonObject, above = ''): readonly Setting[] {
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(objectIn(schema.properties)).flatMap(([property, value]) => {
    const inner = objectIn(value);
    const name = `${above}${property}`;
    const setting: Setting = {
      name,
      type: String(inner.type ?? 'any'),
      isRequired: above === '' && required.includes(property),
      defaultValue: inner.default,
      description: typeof inner.description === 'string' ? inner.description : '',
    };
    const nested = alternativesOf(inner).flatMap((one) => settingsOf(one, `${name}.`));
    return [
      setting,
      ...nested.filter((one, at) => nested.findIndex((other) => other.name === one.name) === at),
    ];
  });
}

function alternativesOf(schema: JsonObject): readonly JsonObject[] {
  return Array.isArray(schema.oneOf) ? schema.oneOf.map(objectIn) : [schema];
}

function objectIn(value: JsonValue | undefined): JsonObject {
  return isObject(value) ? (value as JsonObject) : {};
}

function asText({ name, description, version, capabilities, settings, streams }: AboutInput) {
  const lines = [
    `Name: ${name}`,
    `Description: ${description}`,
    `Version: ${version}`,
    'Capabilities:',
    ...capabilities.map((capability) => `  - ${capability}`),
    ...(streams ? ['Streams:', ...streams.map((stream) => `  - ${stream}`)] : []),
    'Settings:',
    ...settingsOf(settings as JsonObject).flatMap((setting) => [
      `  - Name: ${setting.name}`,
      `    Type: ${setting.type}${setting.isRequired ? ', required' : ''}`,
      `    Environment Variable: ${variableOf(name, setting.name)}`,
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

/** As Meltano and its SDK name a setting's variable. */
function variableOf(tap: string, setting: string): string {
  return `${tap}_${setting}`.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}

function asMarkdown(about: AboutInput): string {
  const { name, description, capabilities, settings, streams } = about;
  const list = (items: readonly string[]) => items.map((item) => `- \`${item}\``).join('\n');
  const rows = settingsOf(settings as JsonObject).map(
    (setting) =>
      `| ${setting.name} | ${setting.isRequired ? 'True' : 'False'} | ${shown(setting.defaultValue)} | ${cell(setting.description)} |`,
  );
  const parts = [
    `# \`${name}\``,
    description,
    '## Capabilities',
    list(capabilities),
    ...(streams ? ['## Streams', list(streams)] : []),
    '## Settings',
    [
      '| Setting | Required | Default | Description |',
      '|:--------|:--------:|:-------:|:------------|',
      ...rows,
    ].join('\n'),
    `A full list of supported settings and capabilities is available by running: \`${name} --about\``,
  ];
  return `${parts.join('\n\n')}\n`;
}

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return 'None';
  return cell(typeof value === 'string' ? value : JSON.stringify(value));
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', '<BR/>');
}
