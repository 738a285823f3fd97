import { isObject } from '../../json.ts';

type CentraObject = Readonly<Record<string, unknown>>;

/** The objects at a path of response keys, through lists and all of their elements. */
export function objectsAt(object: unknown, path: readonly string[]): readonly CentraObject[] {
  if (Array.isArray(object)) return object.flatMap((element) => objectsAt(element, path));
  if (!isObject(object)) return [];
  const [key, ...rest] = path;
  return key === undefined ? [object] : objectsAt(object[key], rest);
}
