import { inWords, nearMatches } from '../catalog/language/near-match.ts';
import type { WantedStream } from '../protocol/message.ts';

/** Columns that a protocol adds to what a catalog says. */
const addedByProtocols = /^_(ab|sdc|airbyte)_/;

/**
 * Where a configured catalog and the tenant catalog do not name the same columns: one of the two is older, or a name is a
 * slip. Undefined where they agree.
 */
export function differentColumns(
  wanted: readonly WantedStream[],
  mapped: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  const unknown: string[] = [];
  const left: string[] = [];
  for (const { name: stream, columns, choosesColumns = false } of wanted) {
    const known = mapped.get(stream);
    if (known === undefined || columns === undefined) continue;
    for (const column of columns) {
      if (known.includes(column) || addedByProtocols.test(column)) continue;
      const near = nearMatches(column, known);
      unknown.push(`${stream}.${column}${near.length === 0 ? '' : ` (perhaps ${inWords(near, 'or')})`}`);
    }
    if (!choosesColumns)
      left.push(...known.filter((column) => !columns.has(column)).map((column) => `${stream}.${column}`));
  }
  const parts = [
    unknown.length > 0 ? `names columns that the tenant catalog does not have: ${unknown.join(', ')}` : '',
    left.length > 0 ? `leaves out columns of the tenant catalog, which are not read: ${left.join(', ')}` : '',
  ].filter((part) => part !== '');
  if (parts.length === 0) return undefined;
  return `The configured catalog ${parts.join('; and it ')}. If that is not meant, run discover and refresh the connection's schema.`;
}
