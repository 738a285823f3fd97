import type { UnreadableStream } from '../../catalog/compile/compiled.ts';
import type { LoadedCatalog } from '../../catalog/language/load.ts';
import { inWords } from '../../catalog/language/near-match.ts';
import type { Problem } from '../../catalog/language/problem.ts';
import type { Place } from '../../catalog/language/source-node.ts';
import { piiColumns } from '../../catalog/privacy/pii-columns.ts';
import type { Access, Bound } from '../../shop/access.ts';

/** What is right with a catalog that hashes, and still needs something: a key, which a check without a configuration has not seen. */
export function keyNeeded(loaded: LoadedCatalog): readonly Problem[] {
  const hashed = piiColumns(loaded).filter(({ pii }) => pii === 'hash');
  const [first] = hashed;
  if (first === undefined) return [];
  const others = hashed.slice(1).map(({ stream, columnName }) => `${stream}.${columnName}`);
  const also =
    others.length === 0 ? '' : `, as ${others.length === 1 ? 'is' : 'are'} ${inWords(others, 'and')}`;
  return [
    {
      severity: 'warning',
      code: 'pii/needs_key',
      ...first.place,
      stream: first.stream,
      columnName: first.columnName,
      message: `The column is hashed${also}: a read needs the key "pii_key" in its configuration.`,
      hint: 'Make one with `openssl rand -hex 32`; with --config, this check looks whether it is there.',
    },
  ];
}

/** Streams that the live API cannot give. A read would fail on them, so a check does too. */
export function cannotBeRead(
  unreadable: readonly UnreadableStream[],
  loaded: LoadedCatalog,
): readonly Problem[] {
  return unreadable.map(({ stream, reason }) => ({
    severity: 'error',
    code: 'stream/unreadable',
    ...placeOf(loaded, stream),
    stream,
    message: reason,
    hint: `Leave it out with \`${stream}: null\` where the catalog extends another, or ask Centra whether a newer version of the API has it.`,
  }));
}

/** What the token may not see: streams that nothing is left of, and columns that stay empty. */
export function accessProblems(
  { catalog, missing }: Access<Bound>,
  { unreadable: before }: Bound,
  loaded: LoadedCatalog,
): readonly Problem[] {
  const known = new Set(before.map(({ stream }) => stream));
  const lost = catalog.unreadable.filter(({ stream }) => !known.has(stream));
  const streams = lost.map(
    ({ stream, reason, permission }): Problem => ({
      severity: 'error',
      code: permission === undefined ? 'stream/unreadable' : 'permission/stream',
      ...placeOf(loaded, stream),
      stream,
      message: `The stream cannot be read: ${reason}`,
      ...(permission !== undefined && { hint: 'Add it to the token in Centra under System > API Tokens.' }),
    }),
  );
  const readable = new Set(catalog.streams.map(({ name }) => name));
  const columns = missing.flatMap(({ permission, columns: needing }) =>
    needing
      .filter(({ stream }) => readable.has(stream))
      .map(
        ({ stream, column }): Problem => ({
          severity: 'warning',
          code: 'permission/column',
          ...placeOf(loaded, stream, column),
          stream,
          columnName: column,
          message: `The token lacks ${permission}: the column stays empty.`,
          hint: 'Add the permission under System > API Tokens in Centra, or remove the column.',
        }),
      ),
  );
  return [...streams, ...columns.sort((a, b) => a.line - b.line)];
}

function placeOf({ catalog }: LoadedCatalog, streamName: string, columnName?: string): Place {
  const stream = catalog.streams.find(({ name }) => name === streamName);
  const column = stream?.columns.find(({ name }) => name === columnName);
  return column?.place ?? stream?.place ?? { file: 'the catalog', line: 1, column: 1 };
}
