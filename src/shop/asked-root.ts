import type { CentraClient } from '../centra/client.ts';
import type { JsonObject } from '../json.ts';
import { oneOf } from './filter.ts';
import type { LiveRoot } from './live-root.ts';

/** A root of one shop, under the filter that a catalog has for it; undefined: all of its rows. */
export interface AskedRoot {
  readonly client: CentraClient;
  readonly root: LiveRoot;
  readonly where: JsonObject | undefined;
}

/** What of a condition the API is asked to meet: a range of time that it cannot filter by is met by leaving rows out. */
export function sentPart({ localTime }: LiveRoot, condition: JsonObject): JsonObject {
  if (localTime === undefined) return condition;
  const { [localTime.filter]: _, ...sent } = condition;
  return sent;
}

/** All that is to be sent so that every row comes that meets a condition, and each once. */
export function filtersOf(
  { root, where }: Pick<AskedRoot, 'root' | 'where'>,
  condition: JsonObject,
): readonly JsonObject[] {
  return root.parts
    .flatMap((part) => root.filter.both(where, part))
    .flatMap((part) => root.filter.both(part, condition));
}

/** The filter to send for a condition of our own beside the catalog's. Undefined: no row can meet both, and nothing need be sent. */
export function filterOf({ root, where }: AskedRoot, condition: JsonObject): JsonObject | undefined {
  return oneOf(root.filter.both(where, condition), root.definition.label);
}
