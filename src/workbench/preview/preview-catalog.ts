import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isListType,
  isObjectType,
} from 'graphql';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import { didYouMean, inWords } from '../../catalog/language/near-match.ts';
import type { Selection } from '../../catalog/query/selection.ts';
import { ConnectorError } from '../../errors.ts';
import { rootType } from '../../roots/derive.ts';
import { openRoot } from '../../shop/open-root.ts';
import type { OpenCatalog } from '../open-catalog.ts';
import { type PreviewRow, previewRows } from './preview.ts';
import { asAnswerTo } from './recorded-answer.ts';
import { type RecordedNames, recordedObjects } from './recorded-file.ts';

export interface PreviewOptions {
  readonly stream: string;
  /** How many rows. */
  readonly limit: number;
  /** A file of recorded answers; undefined: the live shop. */
  readonly from: string | undefined;
}

/** So many parents are asked for where their nested list is paged: some hold nothing. */
const NESTED_PARENTS = 20;

/** Shows rows of a stream as they were and as they are mapped; returns a summary, in a sentence or two. */
export async function previewCatalog(
  open: OpenCatalog,
  options: PreviewOptions,
  signal: AbortSignal,
  show: (row: PreviewRow, stream: CompiledStream, number: number) => Promise<void>,
): Promise<string> {
  const { limit, from } = options;
  const stream = streamNamed(options.stream, open);
  const context = { snapshotAt: `${new Date(open.schemas.serverNowMs).toISOString().slice(0, 19)}Z` };
  const shown: Shown = { rows: 0, changes: 0, held: 0, objects: 0, absentLists: new Set() };
  for await (const { object, absent } of objectsFor(stream, options, open, signal)) {
    shown.objects += 1;
    for (const [path, call] of absent) if (isListOf(stream, path)) shown.absentLists.add(call);
    for (const row of previewRows(stream, object, context, new Set(absent.keys()))) {
      shown.rows += 1;
      shown.changes += row.changes.length;
      if (row.row === undefined) shown.held += 1;
      await show(row, stream, shown.rows);
      if (shown.rows >= limit) break;
    }
    if (shown.rows >= limit) break;
  }
  if (shown.objects === 0 && from !== undefined)
    throw nothingRecorded(from, stream, namesOf(stream, open.schemas.schema));
  return summaryOf(shown, stream, options, open);
}

interface Shown {
  rows: number;
  changes: number;
  held: number;
  objects: number;
  readonly absentLists: Set<string>;
}

function streamNamed(name: string, { compiled, label }: OpenCatalog): CompiledStream {
  const found = compiled.streams.find((stream) => stream.name === name);
  if (found !== undefined) return found;
  const unreadable = compiled.unreadable.find(({ stream }) => stream === name);
  const names = compiled.streams.map((stream) => stream.name);
  throw new ConnectorError({
    kind: 'config',
    code: 'cli/unknown_stream',
    message: unreadable?.reason ?? `${label} has no stream "${name}".`,
    hint: didYouMean(name, names) ?? `Its streams are ${inWords(names, 'and')}.`,
  });
}

interface FoundObject {
  readonly object: Readonly<Record<string, unknown>>;
  readonly absent: ReadonlyMap<string, string>;
}

const nothingAbsent: ReadonlyMap<string, string> = new Map();

async function* objectsFor(
  stream: CompiledStream,
  { from, limit }: PreviewOptions,
  { client, schemas: { schema } }: OpenCatalog,
  signal: AbortSignal,
): AsyncGenerator<FoundObject> {
  const { root, where, selection } = stream;
  if (from === undefined && client !== undefined) {
    const isNested = root.change.kind === 'snapshot' && root.change.nestedList === stream.each[0];
    const { objects } = await openRoot(client, schema, root, where).sample(
      {
        parts: [{ selection, permissions: [], isNeeded: true }],
        rows: isNested ? NESTED_PARENTS : limit,
        nestedRows: Math.min(limit, 200),
      },
      signal,
    );
    for (const object of objects) yield { object, absent: nothingAbsent };
    return;
  }
  const type = rootType(root.root, schema);
  if (from === undefined || type === undefined) return;
  const names = namesOf(stream, schema);
  const keys = keysOf(type, selection, schema);
  let others = 0;
  let found = 0;
  for await (const recorded of recordedObjects(from, names)) {
    // Any JSON file holds objects; without one field of the root's, a row would be made of nothing.
    if (Object.keys(recorded).some((key) => keys.has(key))) {
      found += 1;
      yield asAnswerTo(recorded, selection, type, schema);
    } else others += 1;
  }
  if (found === 0 && others > 0) throw noneOfRoot(stream, names);
}

/** The keys that an object of the type can have in an answer: its fields, and what the selection calls them. */
function keysOf(type: GraphQLNamedType, selection: Selection, schema: GraphQLSchema): ReadonlySet<string> {
  const kinds = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type];
  const fields = kinds.flatMap((kind) =>
    isObjectType(kind) || isInterfaceType(kind) ? Object.keys(kind.getFields()) : [],
  );
  return new Set([...fields, ...responseKeysOf(selection)]);
}

function responseKeysOf({ fields, fragments }: Selection): readonly string[] {
  return [
    ...fields.map(({ responseKey }) => responseKey),
    ...fragments.flatMap((fragment) => responseKeysOf(fragment.selection)),
  ];
}

function noneOfRoot({ name, root }: CompiledStream, { list }: RecordedNames): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'preview/none_of_root',
    message: `This file holds no ${root.label}.`,
    hint: `The stream "${name}" takes an answer such as {"data":{"${list}":[{"${root.id}":…}]}}, or the objects by themselves, in a JSON array or one a line.`,
  });
}

function namesOf({ root }: CompiledStream, schema: GraphQLSchema): RecordedNames {
  const type = rootType(root.root, schema)?.name;
  const queries = Object.values(schema.getQueryType()?.getFields() ?? {});
  const single = queries.find(
    (field) => getNamedType(field.type).name === type && !isListType(getNullableType(field.type)),
  )?.name;
  return { list: root.root, connection: root.connection, single: single ?? root.root.replace(/s$/, '') };
}

/** Whether a path of response keys is one of the lists that hold the rows. */
function isListOf({ each }: CompiledStream, path: string): boolean {
  return each.join('.') === path || each.join('.').startsWith(`${path}.`);
}

function summaryOf(
  { rows, changes, held, objects, absentLists }: Shown,
  stream: CompiledStream,
  { from }: PreviewOptions,
  { client }: OpenCatalog,
): string {
  const asked = from ?? `the live shop (${client?.usage().requests ?? 0} requests)`;
  const parts = [`${rows} ${rows === 1 ? 'row' : 'rows'} of ${stream.name} from ${asked}.`];
  if (changes > 0) parts.push(`${changes} values would not convert and are null: see the lines with !.`);
  if (held > 0) parts.push(`${held} rows are held back.`);
  if (absentLists.size > 0)
    parts.push(
      `The rows lie in ${inWords([...absentLists], 'and')}, which this answer does not have: record it with the query that \`catalog explain\` shows.`,
    );
  else if (rows === 0) parts.push(`${objects} ${stream.root.label} were looked at, and hold no rows of it.`);
  return parts.join(' ');
}

function nothingRecorded(
  path: string,
  stream: CompiledStream,
  { list, connection, single }: RecordedNames,
): ConnectorError {
  const places = [`data.${list}`, connection && `data.${connection}.edges`, `data.${single}`].filter(
    (name) => name !== undefined,
  );
  return new ConnectorError({
    kind: 'config',
    code: 'preview/nothing_recorded',
    message: `The file ${path} holds nothing for the stream "${stream.name}".`,
    hint: `Its objects are looked for in ${inWords(places, 'or')}, in a JSON array, or one a line.`,
  });
}
