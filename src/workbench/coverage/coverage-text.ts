import { inWords } from '../../catalog/language/near-match.ts';
import { percent } from '../init/draft-comment.ts';
import { textTable } from '../terminal-table.ts';
import type { Coverage, Hidden, Uncovered } from './coverage.ts';

export interface CoverageReport {
  readonly label: string;
  readonly coverage: Coverage;
  /** How many rows of each root list were looked at. */
  readonly sampled: readonly { readonly root: string; readonly rows: number }[];
  /** Root lists that no stream reads. */
  readonly unreadLists: readonly string[];
  /** What could not be looked at: sentences. */
  readonly gaps: readonly string[];
  readonly requests: number;
  readonly complexity: number;
}

/** For machines. */
export function coverageJson(report: CoverageReport): string {
  const { label, coverage, sampled, unreadLists, gaps, requests, complexity } = report;
  return `${JSON.stringify({
    catalog: label,
    sampled,
    unmapped: coverage.uncovered.map(({ kind, stream, path, filled, of, isPersonal }) => ({
      kind,
      stream,
      path,
      filled,
      of,
      percent: of === 0 ? null : Math.round((1000 * filled) / of) / 10,
      personal: isPersonal,
    })),
    always_null: coverage.alwaysNull.map(({ stream, column, rows, missing }) => ({
      stream,
      column,
      rows,
      missing: missing ?? null,
    })),
    not_visible: coverage.hidden.map(({ stream, path, permissions, isMapped }) => ({
      stream,
      path,
      permissions,
      mapped: isMapped,
    })),
    stops_a_read: Object.fromEntries(coverage.stops),
    lists_without_a_stream: unreadLists,
    not_looked_at: gaps,
    requests,
    complexity,
  })}\n`;
}

/** For people. */
export function coverageText(report: CoverageReport): string {
  const { label, coverage, sampled, unreadLists, gaps, requests, complexity } = report;
  const { uncovered, hidden, alwaysNull, stops } = coverage;
  const rows = sampled.map(({ root, rows: count }) => `${count} ${root}`);
  return [
    `What ${label} does not map, by a sample of ${inWords(rows, 'and')}. Values are not shown.`,
    '',
    ...uncoveredLines(uncovered),
    ...section(
      'Mapped, but null in every row of the sample:',
      alwaysNull.map(
        ({ stream, column, rows: count, missing }) =>
          `${stream}.${column} (${count} rows)${missing === undefined ? '' : `: this API has no ${missing}`}`,
      ),
    ),
    ...section('The token may not see:', hiddenLines(hidden)),
    ...section('A read would stop, because a column says `on_error: fail`:', [...stops.values()]),
    ...section('Could not be looked at:', gaps),
    ...(unreadLists.length === 0 ? [] : [`Lists of the API without a stream: ${unreadLists.join(', ')}.`]),
    `Asked Centra ${requests} times for ${complexity} points of complexity.`,
    ...nextStep(uncovered),
    '',
  ].join('\n');
}

function uncoveredLines(uncovered: readonly Uncovered[]): readonly string[] {
  const filled = uncovered.filter((item) => item.filled > 0);
  const empty = uncovered.filter((item) => item.filled === 0);
  const table = textTable(
    ['FILLED', 'STREAM', 'PATH', ''],
    filled.map(({ filled: count, of, stream, path, kind, isPersonal }) => [
      percent(count, of),
      stream,
      path,
      [kind === 'field' ? '' : kind, isPersonal ? 'personal: needs pii' : '']
        .filter((part) => part !== '')
        .join(', '),
    ]),
  );
  const streams = [...new Set(empty.map(({ stream }) => stream))];
  return [
    ...(filled.length === 0 ? ['Everything that is filled is mapped.'] : table),
    '',
    ...section(
      'Not mapped, and never filled in the sample:',
      streams.map((name) => {
        const paths = empty.filter(({ stream }) => stream === name).map(({ path }) => path);
        return `${name}: ${paths.join(', ')}`;
      }),
    ),
  ];
}

function hiddenLines(hidden: readonly Hidden[]): readonly string[] {
  const permissions = [...new Set(hidden.flatMap((item) => item.permissions))];
  return permissions.flatMap((permission) => {
    const items = hidden.filter((item) => item.permissions.includes(permission));
    const named = (isMapped: boolean) =>
      items.filter((item) => item.isMapped === isMapped).map(({ stream, path }) => `${stream}.${path}`);
    const [columns, data] = [named(true), named(false)];
    return [
      `${permission}:`,
      ...(columns.length === 0 ? [] : [`  columns that go without it: ${columns.join(', ')}`]),
      ...(data.length === 0 ? [] : [`  not mapped: ${data.join(', ')}`]),
    ];
  });
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [title, ...lines.map((line) => `  ${line}`), ''];
}

/** With the first of them as what one would type. */
function nextStep(uncovered: readonly Uncovered[]): readonly string[] {
  const first = uncovered.find(({ kind, filled }) => kind !== 'list' && filled > 0);
  if (first === undefined) return [];
  const pii = first.isPersonal ? ', pii: mask' : '';
  return [
    `To map one, write a line below \`columns:\` of its stream, such as (${first.stream}): \`a_name: { path: ${first.path}${pii} }\`.`,
  ];
}
