import { open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { pick } from 'stream-json/filters/pick.js';
import { streamValues } from 'stream-json/streamers/stream-values.js';
import { ConnectorError } from '../../errors.ts';
import { isObject } from '../../json.ts';
import { TextFileError, textParts, whyNotRead } from '../../text-file.ts';

/** Under which names answers hold the objects of one root list. */
export interface RecordedNames {
  /** `orders` */
  readonly list: string;
  /** `orderConnection` */
  readonly connection: string | undefined;
  /** `order`, of a query for one or of a mutation's answer. */
  readonly single: string | undefined;
}

type CentraObject = Readonly<Record<string, unknown>>;
type Place = readonly (string | number | null)[];

/** Keys with which an answer begins, or a recording of a query with its answer; no object of the API has them. */
const answerKeys: ReadonlySet<string> = new Set([
  'data',
  'errors',
  'extensions',
  'query',
  'variables',
  'operationName',
  'response',
  'heading',
  'page',
]);

const PEEK_BYTES = 64 * 1024;

/**
 * The objects in a file of recorded answers, one after the other, however large it is: an answer as the API gives it, a
 * recording `{query, response}`, several of these, or the objects by themselves, in an array or one a line.
 */
export async function* recordedObjects(path: string, names: RecordedNames): AsyncGenerator<CentraObject> {
  const isWanted = (await beginsWithAnAnswer(path)) ? inAnswer(names) : isByItself;
  const source = Readable.from(textParts(path));
  const tokens = pick.withParserAsStream({
    jsonStreaming: true,
    filter: (place: Place, token?: { readonly name: string }) =>
      token?.name === 'startObject' && isWanted(place),
  });
  const values = streamValues.asStream();
  // An error anywhere ends the loop below.
  pipeline(source, tokens, values, () => undefined);
  try {
    for await (const item of values as AsyncIterable<{ readonly value: unknown }>) {
      if (isObject(item.value)) yield item.value;
    }
  } catch (cause) {
    if (cause instanceof TextFileError) throw unreadable(path, cause);
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') throw unreadable(path, cause);
    throw new ConnectorError({
      kind: 'config',
      code: 'preview/not_json',
      message: `The file ${path} is not JSON all the way through.`,
      hint: 'Record the answer again, whole: {"data": {…}}, or one JSON object a line.',
      cause,
    });
  } finally {
    source.destroy();
  }
}

async function beginsWithAnAnswer(path: string): Promise<boolean> {
  const file = await open(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(PEEK_BYTES), 0, PEEK_BYTES, 0);
    const text = buffer.toString('utf8', 0, bytesRead);
    const first = /^\uFEFF?\s*\[?\s*\{\s*"([^"\\]*)"/.exec(text)?.[1];
    return first !== undefined && answerKeys.has(first);
  } finally {
    await file.close();
  }
}

function isByItself(place: Place): boolean {
  return place.length === 0 || (place.length === 1 && typeof place[0] === 'number');
}

function inAnswer({ list, connection, single }: RecordedNames): (place: Place) => boolean {
  return (place) => {
    const at = place.indexOf('data');
    if (at < 0) return false;
    const [first, second, third, fourth] = place.slice(at + 1);
    const length = place.length - at - 1;
    if (length === 1) return first === single;
    if (length === 2) return (first === list && typeof second === 'number') || second === single;
    return (
      length === 4 &&
      first === connection &&
      second === 'edges' &&
      typeof third === 'number' &&
      fourth === 'node'
    );
  };
}

function unreadable(path: string, cause: unknown): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'cli/unreadable_file',
    message: `The file ${path} with recorded answers ${whyNotRead(cause)}.`,
    hint: 'Give --from the path of a readable file.',
    cause,
  });
}
