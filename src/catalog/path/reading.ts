/** Takes what a path names out of one object of the API's answer; null or undefined where it is not there. */
export type Reader = (object: unknown) => unknown;

type Answer = Readonly<Record<string, unknown>>;

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null;
}

export const readNothing: Reader = () => null;

/** Follows keys down. Written out for the usual lengths: these closures run for every column of every row. */
export function readKeys(keys: readonly string[]): Reader {
  const [first = '', second = '', third = ''] = keys;
  switch (keys.length) {
    case 1:
      return (object) => (isAnswer(object) ? object[first] : null);
    case 2:
      return (object) => {
        const inner = isAnswer(object) ? object[first] : null;
        return isAnswer(inner) ? inner[second] : null;
      };
    case 3:
      return (object) => {
        const outer = isAnswer(object) ? object[first] : null;
        const inner = isAnswer(outer) ? outer[second] : null;
        return isAnswer(inner) ? inner[third] : null;
      };
    default:
      return (object) => {
        let value = object;
        for (const key of keys) {
          if (!isAnswer(value)) return null;
          value = value[key];
        }
        return value;
      };
  }
}

export function readElement(list: Reader, index: number, inner: Reader): Reader {
  return (object) => {
    const found = list(object);
    return Array.isArray(found) ? inner(found[index]) : null;
  };
}

export function readEvery(list: Reader, inner: Reader, isInnerList: boolean): Reader {
  return (object) => {
    const found = list(object);
    if (!Array.isArray(found)) return null;
    if (!isInnerList) return found.map(inner);
    return found.flatMap((element) => {
      const values = inner(element);
      return Array.isArray(values) ? values : [];
    });
  };
}

/** The first reader that finds something. */
export function readFirst(readers: readonly Reader[]): Reader {
  return (object) => {
    for (const read of readers) {
      const value = read(object);
      if (value !== null && value !== undefined) return value;
    }
    return null;
  };
}

export function listAt(object: unknown, read: Reader): readonly unknown[] {
  const found = read(object);
  return Array.isArray(found) ? found : [];
}
