import { resolve } from 'node:path';
import { ConnectorError } from '../../errors.ts';
import { type JsonObject, parseJson } from '../../json.ts';
import { readTextFile, TextFileError } from '../../text-file.ts';
import { type GivenFile, type GivenFiles, objectAt } from './catalog-test.ts';

/** The objects that tests take from recorded answers, whose paths start at the folder of the catalog. */
export function givenFiles(folder: string | undefined): GivenFiles {
  const read = new Map<string, Promise<unknown>>();
  return async (given) => {
    if (folder === undefined)
      throw noObject('An inline catalog has no folder from which `file` could start.');
    const path = resolve(folder, given.file);
    const content = read.get(path) ?? readJson(path, given);
    read.set(path, content);
    return objectIn(await content, given);
  };
}

async function readJson(path: string, { file }: GivenFile): Promise<unknown> {
  const text = await readTextFile(path).catch((cause: unknown) => {
    if (cause instanceof TextFileError) throw noObject(`The file ${file} ${cause.fault}.`);
    throw noObject(`The file ${file} cannot be read; its path starts at the folder of the catalog.`);
  });
  return parseJson(text, `the file ${file}`);
}

function objectIn(content: unknown, { file, at }: GivenFile): JsonObject {
  const object = objectAt(content, at);
  if (object !== undefined) return object;
  throw noObject(
    at === ''
      ? `The file ${file} holds no object: say where in it with \`at\`, such as \`at: data.orders[0]\`.`
      : `The file ${file} has no object at ${at}.`,
  );
}

function noObject(message: string): ConnectorError {
  return new ConnectorError({ kind: 'config', code: 'test/no_given_object', message });
}
