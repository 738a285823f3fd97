import { columnTypeOf, isJsonObject } from '../../catalog/compile/column-type.ts';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import type { ColumnKeyword, ColumnModel, StreamModel } from '../../catalog/language/model.ts';
import { columnsOf } from '../../catalog/language/model.ts';
import { plainValue, type SourceNode, textOf } from '../../catalog/language/source-node.ts';
import type { JsonValue } from '../../json.ts';

/** What a reader of a table wants to know of a column. Columns of nested objects follow their own. */
export interface ColumnFact {
  /** `lines[].sku` inside of a list. */
  readonly name: string;
  readonly isNested: boolean;
  /** `integer`, `decimal(12,2)`, `list of object`. */
  readonly type: string;
  readonly isNullable: boolean;
  /** Where it comes from: paths are in backticks. */
  readonly source: string;
  /** What is done to it on the way, in words. */
  readonly steps: readonly string[];
  readonly pii: string | undefined;
  readonly description: string | undefined;
  /** What this shop's API lacks, so that it is always null. */
  readonly missing: string | undefined;
}

export function columnFacts(stream: CompiledStream, model: StreamModel | undefined): readonly ColumnFact[] {
  return stream.columns.flatMap(({ name, jsonSchema, source, missing }) => {
    const column = model?.columns.find((candidate) => candidate.name === name);
    const facts = factsOf(name, jsonSchema, column, stream.name, false);
    if (column !== undefined) return facts.map((fact) => ({ ...fact, missing }));
    // A column that the sync adds: the name of a field, or what the sync knows itself.
    const text = /^\^*\w+$/.test(source) ? code(source) : source;
    return facts.map((fact) => ({ ...fact, source: text, missing }));
  });
}

function factsOf(
  name: string,
  schema: JsonValue | undefined,
  column: ColumnModel | undefined,
  stream: string,
  isNested: boolean,
): readonly ColumnFact[] {
  const type = columnTypeOf(schema);
  const written = textOf(column?.keywords.get('type'))?.replaceAll(' ', '');
  const description = isJsonObject(schema) ? schema.description : undefined;
  const own: ColumnFact = {
    name,
    isNested,
    type: written?.startsWith('decimal') === true ? written : type.name,
    isNullable: type.isNullable,
    source: column === undefined ? '' : sourceInWords(column),
    steps: column === undefined ? [] : stepsInWords(column),
    pii: textOf(column?.keywords.get('pii')),
    description: typeof description === 'string' ? description : undefined,
    missing: undefined,
  };
  const inner = column?.keywords.get('columns');
  if (type.properties === undefined) return [own];
  const models = inner?.kind === 'map' ? columnsOf(inner, stream, `${name}.`, () => undefined) : [];
  const separator = type.items === undefined ? '.' : '[].';
  const nested = Object.entries(type.properties).flatMap(([key, value]) => {
    const innerModel = models.find((candidate) => candidate.name === key);
    return factsOf(`${name}${separator}${key}`, value, innerModel, stream, true);
  });
  return [own, ...nested];
}

function sourceInWords({ keywords }: ColumnModel): string {
  const path = textOf(keywords.get('path'));
  const list = (keyword: ColumnKeyword): string => codes(keywords.get(keyword));
  if (keywords.has('first')) return `first of ${list('first')}`;
  if (keywords.has('const')) return `always ${code(JSON.stringify(plain(keywords.get('const'))))}`;
  if (keywords.has('each')) return `each of ${code(textOf(keywords.get('each')) ?? '')}`;
  if (keywords.has('all')) return path === undefined ? list('all') : `${list('all')} of ${code(path)}`;
  return code(path ?? '');
}

function stepsInWords({ keywords }: ColumnModel): readonly string[] {
  const isOn = (keyword: ColumnKeyword): boolean => plain(keywords.get(keyword)) === true;
  const separator = (keyword: ColumnKeyword): string => code(JSON.stringify(plain(keywords.get(keyword))));
  const onError = textOf(keywords.get('on_error'));
  return [
    ...(isOn('trim') ? ['trimmed'] : []),
    ...(isOn('lower') ? ['in lower case'] : []),
    ...(isOn('upper') ? ['in upper case'] : []),
    ...(keywords.has('split') ? [`split at ${separator('split')}`] : []),
    ...(keywords.has('map') ? [mapInWords(keywords)] : []),
    ...(keywords.has('join') ? [`joined with ${separator('join')}`] : []),
    ...(keywords.has('default') ? [`${separator('default')} where it is empty`] : []),
    ...(onError === 'quarantine' ? ['a row whose value will not convert is held back'] : []),
    ...(onError === 'fail' ? ['a value that will not convert stops the read'] : []),
  ];
}

const MOST_MAPPED = 6;

function mapInWords(keywords: ColumnModel['keywords']): string {
  const map = plain(keywords.get('map'));
  const pairs = isJsonObject(map) ? Object.entries(map) : [];
  const shown = pairs
    .slice(0, MOST_MAPPED)
    .map(([from, to]) => `${code(from)} → ${code(JSON.stringify(to))}`);
  const more = pairs.length > MOST_MAPPED ? [`${pairs.length - MOST_MAPPED} more`] : [];
  const other = keywords.has('else') ? [`else ${code(JSON.stringify(plain(keywords.get('else'))))}`] : [];
  return [...shown, ...more, ...other].join(', ');
}

function plain(node: SourceNode | undefined): JsonValue {
  return node === undefined ? null : plainValue(node);
}

function codes(node: SourceNode | undefined): string {
  return node?.kind === 'list' ? node.items.map((item) => code(textOf(item) ?? '')).join(', ') : '';
}

function code(text: string): string {
  return `\`${text}\``;
}
