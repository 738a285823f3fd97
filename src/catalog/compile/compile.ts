import type { GraphQLSchema } from 'graphql';
import type { LoadedCatalog } from '../language/load.ts';
import { checkNames } from '../language/names.ts';
import { hasErrors, type Problem } from '../language/problem.ts';
import { piiHashOf } from '../privacy/pii-hash.ts';
import type { CompiledStream, UnreadableStream } from './compiled.ts';
import { compileStream } from './stream.ts';

export interface CompileOptions {
  /** What the shop's API says of itself, or the bundled schema when there is no API to ask. */
  readonly schema: GraphQLSchema;
  /** The bundled schema: its comments hold the permissions, and it has what some versions of the API lack. */
  readonly reference: GraphQLSchema;
  /** For `pii: hash`: 32 bytes or more. */
  readonly piiKey?: string | Uint8Array | undefined;
  readonly piiKeyId?: string | undefined;
  /**
   * What the token may not see, such as `Customer:read`: the fields that need it are left out of the query, because a
   * guarded field that is not nullable would take its parent with it. Their columns stay, typed and empty.
   */
  readonly withoutPermissions?: ReadonlySet<string> | undefined;
  /** The columns that are wanted, by stream; those of the key and the cursor always come. A stream that is not named has all. */
  readonly selected?: ReadonlyMap<string, ReadonlySet<string>> | undefined;
}

export interface CompiledCatalog {
  /**
   * The streams without an error; none while the files themselves have one, because a keyword that nobody understood
   * may have been meant to mask. Nothing may be read while `problems` holds an error: it is a mistake in the file. Where
   * only this shop's API is in the way, the stream is among `unreadable` instead, and the others are read.
   */
  readonly streams: readonly CompiledStream[];
  /** Of the files and of the compile, in the order of the files. */
  readonly problems: readonly Problem[];
  /** Streams that are right, and that this shop's API cannot give. */
  readonly unreadable: readonly UnreadableStream[];
}

/** One pass over a loaded catalog. All problems are collected, and none is thrown. */
export function compileCatalog(loaded: LoadedCatalog, options: CompileOptions): CompiledCatalog {
  const problems: Problem[] = [...loaded.problems];
  const report = (problem: Problem): void => {
    problems.push(problem);
  };
  const { streams } = loaded.catalog;
  checkNames(streams, (stream) => ({ what: 'stream', stream }), report);
  const piiHash = piiHashOf(options.piiKey, options.piiKeyId);
  const withoutPermissions = options.withoutPermissions ?? new Set<string>();
  const outcomes = streams.map((stream) =>
    compileStream(stream, {
      ...options,
      piiHash,
      withoutPermissions,
      selected: options.selected?.get(stream.name),
      report,
    }),
  );
  const compiled = outcomes.flatMap((outcome) => (outcome.kind === 'compiled' ? [outcome.stream] : []));
  return {
    streams: hasErrors(loaded.problems) ? [] : compiled,
    problems: inOrder(problems),
    unreadable: outcomes.flatMap((outcome) => (outcome.kind === 'unreadable' ? [outcome.unreadable] : [])),
  };
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const files = [...new Set(problems.map(({ file }) => file))];
  return [...problems].sort(
    (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
  );
}
