import { ConnectorError } from '../errors.ts';
import { isObject } from '../json.ts';

/** A row of a root as the API answers it, by response keys. */
export type CentraObject = Readonly<Record<string, unknown>>;

/** The most that Centra gives at once. */
export const PAGE_SIZE = 200;

export function objectsOf(value: unknown, what: string): readonly CentraObject[] {
  if (!Array.isArray(value) || !value.every(isObject)) throw brokenAnswer(what, 'is not a list of objects');
  return value;
}

export function brokenAnswer(what: string, how: string): ConnectorError {
  return new ConnectorError({
    kind: 'transient',
    code: 'centra/broken_answer',
    message: `Centra's answer for ${what} ${how}.`,
    hint: 'Try again; if it lasts, report it with the version that check prints.',
  });
}

/** What stands at a path of response keys; undefined where something on the way is no object. */
export function valueAt(object: unknown, path: readonly string[]): unknown {
  let reached = object;
  for (const key of path) reached = isObject(reached) ? reached[key] : undefined;
  return reached;
}
