import { type Cell, partsOf } from './count-cells.ts';
import { UNITS } from './row-view.ts';
import type { StreamComparison } from './stream-comparison.ts';

/** What the comparison of one stream found, in the form in which machines get it. */
export interface StreamReport {
  readonly stream: string;
  /** What is counted: a stream of lines is counted by the objects that the lines are of. */
  readonly counted: string;
  /** Compared is what the last state covers: everything until then. */
  readonly through: string;
  readonly isEqual: boolean;
  readonly shop: number;
  readonly output: number;
  readonly days: readonly DayReport[];
  /** Over the rows that were read again. */
  readonly amounts: readonly AmountReport[];
  readonly missing: IdReport;
  readonly surplus: IdReport;
  readonly differing: { readonly count: number; readonly ids: readonly DifferingId[] };
  readonly repeated: IdReport;
  /** What the next read will bring. */
  readonly changed_since: { readonly changed: number; readonly added: number; readonly gone: number };
  readonly read_again: number;
  readonly held_back: number;
  readonly too_long: number;
}

interface DayReport {
  readonly day: string;
  /** Null: rows are told apart by their day only. */
  readonly status: string | null;
  readonly shop: number;
  readonly output: number;
}

interface AmountReport extends DayReport {
  readonly column: string;
}

interface IdReport {
  readonly count: number;
  readonly ids: readonly string[];
}

interface DifferingId {
  readonly id: string;
  readonly columns: readonly string[];
}

export function reportOf(
  comparison: StreamComparison,
  counts: ReadonlyMap<Cell, number>,
  hasStatus: boolean,
): StreamReport {
  const { fold, coverage, missing, surplus, differing, since } = comparison;
  const { stream } = fold.view;
  const output = comparison.outputCells(hasStatus);
  const cells = [...new Set([...counts.keys(), ...output.keys(), ...comparison.adjustedCells])].sort();
  const days = cells
    .map((cell) => ({
      ...dayAndStatus(cell),
      shop: comparison.expectedOf(cell, counts.get(cell) ?? 0),
      output: output.get(cell) ?? 0,
    }))
    .filter(({ shop: inShop, output: inOutput }) => inShop !== 0 || inOutput !== 0);
  const isEqual =
    missing.count + surplus.count + differing.count === 0 && days.every((day) => day.shop === day.output);
  return {
    stream: stream.name,
    counted: stream.root.label,
    through: coverage.through,
    isEqual,
    shop: days.reduce((sum, day) => sum + day.shop, 0),
    output: days.reduce((sum, day) => sum + day.output, 0),
    days,
    amounts: amountsOf(comparison),
    missing: { count: missing.count, ids: missing.ids },
    surplus: { count: surplus.count, ids: surplus.ids },
    differing: { count: differing.count, ids: differing.ids.map((id) => ({ id, columns: [] })) },
    repeated: { count: fold.repeated.count, ids: fold.repeated.ids },
    changed_since: { ...since },
    read_again: comparison.readAgain,
    held_back: comparison.heldBack,
    too_long: comparison.cut,
  };
}

function amountsOf({ sums, fold }: StreamComparison): readonly AmountReport[] {
  return [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([cell, { shop, output }]) =>
      fold.view.amountColumns.map((column, index) => ({
        ...dayAndStatus(cell),
        column,
        shop: (shop[index] ?? 0) / UNITS,
        output: (output[index] ?? 0) / UNITS,
      })),
    );
}

function dayAndStatus(cell: Cell): { readonly day: string; readonly status: string | null } {
  const { day, status } = partsOf(cell);
  return { day, status: status === '' ? null : status };
}
