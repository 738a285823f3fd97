import type { CompiledStream } from '../../../src/catalog/compile/compiled.ts';
import type { RootDefinition } from '../../../src/roots/definition.ts';

/** A compiled stream that passes its objects on as they are. */
export function plainStream(
  name: string,
  root: RootDefinition,
  extra: Partial<CompiledStream> = {},
): CompiledStream {
  return {
    name,
    description: undefined,
    root,
    each: [],
    where: undefined,
    key: ['id'],
    cursor: 'updated_at',
    columns: [],
    jsonSchema: {},
    selection: { fields: [], fragments: [] },
    permissions: new Map(),
    rows: (object) => [{ data: object as never, changes: [] }],
    ...extra,
  } as CompiledStream;
}
