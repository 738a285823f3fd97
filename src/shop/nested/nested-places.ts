import { isObject } from '../../json.ts';
import { type CentraObject, valueAt } from '../objects.ts';

/** One list at a path below an object: where lists or kinds of objects are on the way, there can be several, or none. */
export interface ListPlace {
  /** What stands on the way to it, by place and identity: equal texts mean the same parent. */
  readonly parent: string;
  readonly elements: readonly unknown[];
  /** What the answer holds beside it, under the key that was asked for. */
  readonly beside: (key: string) => unknown;
}

type Identities = readonly (readonly string[] | undefined)[];

export function listPlaces(
  object: CentraObject,
  path: readonly string[],
  identities: Identities,
): readonly ListPlace[] {
  const places: ListPlace[] = [];
  visit(object, 0, '');
  return places;

  function visit(value: unknown, depth: number, parent: string): void {
    if (Array.isArray(value)) {
      value.forEach((element, at) => {
        visit(element, depth, `${parent}[${at}]`);
      });
      return;
    }
    const key = path[depth];
    if (!isObject(value) || key === undefined) return;
    const identity = depth === 0 ? undefined : identities[depth - 1];
    const way = `${parent}#${identity === undefined ? '' : String(valueAt(value, identity))}.${key}`;
    const elements = value[key];
    if (depth < path.length - 1) visit(elements, depth + 1, way);
    else if (Array.isArray(elements)) places.push({ parent: way, elements, beside: (other) => value[other] });
  }
}

/** The object, with other elements in the lists at a path: those that `elementsOf` gives for each, in the order of `listPlaces`. */
export function withLists(
  object: CentraObject,
  path: readonly string[],
  lists: readonly (readonly unknown[])[],
): CentraObject {
  let next = 0;
  return changed(object, 0) as CentraObject;

  function changed(value: unknown, depth: number): unknown {
    if (Array.isArray(value)) return value.map((element) => changed(element, depth));
    const key = path[depth];
    if (!isObject(value) || key === undefined) return value;
    const inner = value[key];
    if (depth < path.length - 1) return { ...value, [key]: changed(inner, depth + 1) };
    if (!Array.isArray(inner)) return value;
    next += 1;
    return { ...value, [key]: lists[next - 1] ?? inner };
  }
}
