import { inWords } from '../catalog/language/near-match.ts';
import { count, shown, textTable } from '../console/text-table.ts';
import type { StreamReport } from './report.ts';

export interface NotCompared {
  readonly stream: string;
  readonly reason: string;
  /** Nothing could make up for it: how a snapshot was then, the shop does not tell. */
  readonly is_snapshot: boolean;
}

export interface VerifyResult {
  /** As far as it was compared. */
  readonly isEqual: boolean;
  /** Whether all streams were compared but the snapshots. */
  readonly is_complete: boolean;
  readonly streams: readonly StreamReport[];
  readonly not_compared: readonly NotCompared[];
  readonly asked: { readonly requests: number; readonly complexity: number };
}

/** The result for people. `isAll`: the days that are equal too. `holdsAny`: an output holds a record or a state. */
export function verifyText(
  { isEqual, streams, not_compared, asked }: VerifyResult,
  { host, isAll, holdsAny }: { readonly host: string; readonly isAll: boolean; readonly holdsAny: boolean },
): string {
  return [
    ...overview(streams, host),
    ...dayTable(streams, isAll),
    ...amountTable(streams, isAll),
    ...idLists(streams),
    ...notes(streams),
    ...not_compared.map(({ stream, reason }) => `Not compared: ${stream}. ${reason}`),
    '',
    `Asked Centra ${count(asked.requests, 'time')} for ${count(asked.complexity, 'point')} of complexity.`,
    verdict({ isEqual, streams, not_compared }, holdsAny),
    '',
  ].join('\n');
}

function overview(streams: readonly StreamReport[], host: string): readonly string[] {
  return [
    `The output beside ${host}, as far as the last state reaches:`,
    '',
    ...textTable(
      ['stream', 'counted', 'until', 'shop', 'output', 'missing', 'surplus', 'differing', 'read again'],
      streams.map((report) => [
        report.stream,
        report.counted,
        report.through,
        report.shop,
        report.output,
        report.missing.count,
        report.surplus.count,
        report.differing.count,
        report.read_again,
      ]),
    ),
  ];
}

function dayTable(streams: readonly StreamReport[], isAll: boolean): readonly string[] {
  const rows = streams.flatMap(({ stream, days }) =>
    days
      .filter(({ shop, output }) => isAll || shop !== output)
      .map(({ day, status, shop, output }) => [stream, day, status ?? 'any', shop, output, output - shop]),
  );
  const title = isAll ? 'By day (UTC) and status:' : 'Days (UTC) and statuses that differ:';
  return section(title, rows, ['stream', 'day', 'status', 'shop', 'output', 'difference'], isAll);
}

function amountTable(streams: readonly StreamReport[], isAll: boolean): readonly string[] {
  const rows = streams.flatMap(({ stream, amounts }) =>
    amounts
      .filter(({ shop, output }) => isAll || shop !== output)
      .map(({ day, status, column, shop, output }) => [
        stream,
        day,
        status ?? 'any',
        column,
        shop,
        output,
        Math.round((output - shop) * 10_000) / 10_000,
      ]),
  );
  const title = `Amounts${isAll ? '' : ' that differ'}, of the rows that were read again, whatever their currency:`;
  return section(title, rows, ['stream', 'day', 'status', 'column', 'shop', 'output', 'difference'], isAll);
}

/** More lines than this help nobody on a screen. */
const MOST_LINES = 60;

function section(
  title: string,
  rows: readonly (readonly (string | number)[])[],
  head: readonly string[],
  isAll: boolean,
): readonly string[] {
  if (rows.length === 0) return [];
  const left = isAll ? 0 : Math.max(0, rows.length - MOST_LINES);
  const more = left === 0 ? [] : [`… and ${shown(left)} more; --all prints them.`];
  return ['', title, '', ...textTable(head, rows.slice(0, rows.length - left)), ...more];
}

function idLists(streams: readonly StreamReport[]): readonly string[] {
  const lines = streams.flatMap(({ stream, missing, surplus, differing }) => [
    ...idList(`${stream}, in the shop and missing from the output`, missing.count, missing.ids),
    ...idList(`${stream}, in the output and not in the shop`, surplus.count, surplus.ids),
    ...idList(
      `${stream}, not as in the shop`,
      differing.count,
      differing.ids.map(({ id, columns }) => (columns.length === 0 ? id : `${id} (${columns.join(', ')})`)),
    ),
  ]);
  return lines.length === 0 ? [] : ['', 'Rows that differ, by their keys:', '', ...lines];
}

function idList(what: string, total: number, ids: readonly string[]): readonly string[] {
  if (total === 0) return [];
  const more = total > ids.length ? `, and ${shown(total - ids.length)} more (--ids names more)` : '';
  return [`${what} (${shown(total)}): ${ids.join(', ')}${more}`];
}

function notes(streams: readonly StreamReport[]): readonly string[] {
  const lines = streams.flatMap((report) => {
    const { stream, changed_since: since, repeated, held_back: held, too_long: long } = report;
    const changes = [
      since.changed > 0 ? `${shown(since.changed)} changed` : '',
      since.added > 0 ? `${shown(since.added)} came` : '',
      since.gone > 0 ? `${shown(since.gone)} went` : '',
    ].filter((part) => part !== '');
    return [
      ...(changes.length === 0
        ? []
        : [
            `${stream}: in the shop, ${changes.join(', ')} since; the next read brings that, so it is no difference.`,
          ]),
      ...(repeated.count === 0
        ? []
        : [
            `${stream}: ${count(repeated.count, 'record')} came again unchanged, as after a read that was resumed (${repeated.ids.join(', ')}${repeated.count > repeated.ids.length ? ', …' : ''}).`,
          ]),
      ...(held === 0
        ? []
        : [`${stream}: ${count(held, 'row')} of the shop held back by on_error: quarantine.`]),
      ...(long === 0
        ? []
        : [
            `${stream}: ${shown(long)} of the ${report.counted} not read again, since a list inside them is longer than one page.`,
          ]),
    ];
  });
  return lines.length === 0 ? [] : ['', ...lines];
}

function verdict(
  { isEqual, streams, not_compared }: Pick<VerifyResult, 'isEqual' | 'streams' | 'not_compared'>,
  holdsAny: boolean,
): string {
  const left = not_compared.filter((one) => !one.is_snapshot).map(({ stream }) => stream);
  if (streams.length === 0)
    return `Nothing was compared: ${holdsAny ? 'the lines above say why' : 'no output holds a record or a state'}.`;
  if (isEqual && left.length > 0)
    return `Equal as far as it was compared; ${inWords(left, 'and')} ${left.length === 1 ? 'was' : 'were'} not: the lines above say why.`;
  if (isEqual)
    return 'Equal: every day and status has as many rows in the output as in the shop, and the rows that were read again are the same.';
  const names = streams.filter((report) => !report.isEqual).map(({ stream }) => stream);
  return `They differ: ${names.join(', ')}. What leaves no date in Centra (a deletion, a reopened return, a renamed market) is mended by the next reconcile or a full refresh; anything else is worth a report.`;
}
