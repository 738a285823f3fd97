import type { CompiledStream } from './compiled.ts';

/** A permission of the API token, and what a catalog needs it for. */
export interface PermissionNeeded {
  readonly permission: string;
  /** The streams whose root list it guards: they cannot be read at all without it. */
  readonly streams: readonly string[];
  /** The columns whose way leads through a field that it guards. */
  readonly columns: readonly { readonly stream: string; readonly column: string }[];
  /**
   * One of these fields is never null on this API: asked for without the permission, it takes its parent with it, so it
   * must be left out of the query (`withoutPermissions` of the compile).
   */
  readonly isLoadBearing: boolean;
}

/** The permissions that a compiled catalog needs, in the order of their names. */
export function permissionsNeeded({
  streams,
}: {
  readonly streams: readonly CompiledStream[];
}): readonly PermissionNeeded[] {
  const names = new Set<string>();
  for (const { rootPermission, permissions } of streams) {
    if (rootPermission !== undefined) names.add(rootPermission);
    for (const permission of permissions.keys()) names.add(permission);
  }
  return [...names].sort().map((permission) => ({
    permission,
    streams: streams.filter(({ rootPermission }) => rootPermission === permission).map(({ name }) => name),
    columns: streams.flatMap(({ name, permissions }) =>
      (permissions.get(permission) ?? []).map((column) => ({ stream: name, column })),
    ),
    isLoadBearing: streams.some(({ columns }) =>
      columns.some(({ guards }) =>
        guards.some((guard) => guard.permission === permission && guard.isLoadBearing),
      ),
    ),
  }));
}
