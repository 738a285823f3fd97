/** A table for people: columns as wide as their widest cell; numbers to the right, and the columns that are named. */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  right: readonly string[] = [],
): readonly string[] {
  const cells = [head, ...rows.map((row) => row.map(shown))];
  const widths = head.map((_, at) => Math.max(...cells.map((row) => (row[at] ?? '').length)));
  const isRight = head.map(
    (name, at) => right.includes(name) || rows.some((row) => typeof row[at] === 'number'),
  );
  return cells.map((row) =>
    row
      .map((cell, at) => (isRight[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

const numbers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 });

export function shown(value: string | number): string {
  return typeof value === 'number' ? numbers.format(value) : value;
}

/** "1 time", "2 times". */
export function count(number: number, what: string): string {
  return `${shown(number)} ${what}${number === 1 ? '' : 's'}`;
}
