import type {
  ColumnChange,
  CompiledStream,
  QuarantinedRow,
  RowContext,
} from '../../catalog/compile/compiled.ts';
import type { Selection } from '../../catalog/query/selection.ts';
import type { JsonObject } from '../../json.ts';

/** One row beside what it was made from. */
export interface PreviewRow {
  /** By column; what is masked in the row is blotted out here. */
  readonly source: Readonly<Record<string, unknown>>;
  /** Undefined where the mapping holds the row back. */
  readonly row: JsonObject | undefined;
  readonly changes: readonly ColumnChange[];
  readonly quarantined: QuarantinedRow['quarantined'] | undefined;
  /** The columns that an answer to another query cannot fill. */
  readonly notInAnswer: ReadonlySet<string>;
}

export const BLOTTED = '***';

const masks: ReadonlySet<string> = new Set(['hash', 'mask', 'year', 'month']);
const nothing: ReadonlySet<string> = new Set();

/** The rows of one root object, with their sources. Throws, as a read would, where a column says `on_error: fail`. */
export function previewRows(
  stream: CompiledStream,
  object: Readonly<Record<string, unknown>>,
  context: RowContext,
  absent: ReadonlySet<string> = nothing,
): readonly PreviewRow[] {
  const sources = stream.sources(object, context);
  const notInAnswer = new Set(
    stream.columns.filter(({ selection }) => isAbsent(selection, absent)).map(({ name }) => name),
  );
  return stream.rows(object, context).map((mapped, at) => {
    const source = sources[at];
    const isHeld = 'quarantined' in mapped;
    return {
      source: source === undefined || 'quarantined' in source ? {} : blotted(source.data, stream),
      row: isHeld ? undefined : mapped.data,
      changes: isHeld ? [] : mapped.changes,
      quarantined: isHeld ? mapped.quarantined : undefined,
      notInAnswer,
    };
  });
}

function blotted(data: JsonObject, { columns }: CompiledStream): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    columns.map(({ name, pii }) => {
      const value = data[name] ?? null;
      return [name, value !== null && masks.has(pii ?? '') ? BLOTTED : value];
    }),
  );
}

/** Whether all that a column asks for is missing. */
function isAbsent(selection: Selection, absent: ReadonlySet<string>): boolean {
  if (absent.size === 0) return false;
  const leaves = leavesOf(selection);
  return (
    leaves.length > 0 &&
    leaves.every((keys) => keys.some((_, at) => absent.has(keys.slice(0, at + 1).join('.'))))
  );
}

function leavesOf(selection: Selection): readonly (readonly string[])[] {
  const own = selection.fields.flatMap(({ responseKey, selection: inner }) => {
    const below = inner === undefined ? [] : leavesOf(inner);
    return below.length === 0 ? [[responseKey]] : below.map((keys) => [responseKey, ...keys]);
  });
  return [...own, ...selection.fragments.flatMap(({ selection: inner }) => leavesOf(inner))];
}
