import type { CompiledStream } from '../catalog/compile/compiled.ts';
import type { JsonObject } from '../json.ts';
import type { RootDefinition } from '../roots/definition.ts';

/** Streams that a first read fetches together: the same root list and the same filter. */
export interface RootGroup {
  readonly root: RootDefinition;
  readonly where: JsonObject | undefined;
  readonly streams: readonly CompiledStream[];
}

export function rootGroups(streams: readonly CompiledStream[]): readonly RootGroup[] {
  const groups = new Map<string, CompiledStream[]>();
  for (const stream of streams) {
    const key = JSON.stringify([stream.root.root, stream.where ?? null]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [stream]);
    else group.push(stream);
  }
  return [...groups.values()].flatMap((members) => {
    const [first] = members;
    return first === undefined ? [] : [{ root: first.root, where: first.where, streams: members }];
  });
}
