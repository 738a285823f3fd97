import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import { cut, textTable, valueText } from '../terminal-table.ts';
import { BLOTTED, type PreviewRow } from './preview.ts';

/** For machines. */
export function jsonText({ source, row, changes, quarantined, notInAnswer }: PreviewRow): string {
  return `${JSON.stringify({
    source,
    row: row ?? null,
    changes,
    ...(quarantined !== undefined && { quarantined: { ...quarantined, key: undefined } }),
    ...(notInAnswer.size > 0 && { not_in_answer: [...notInAnswer] }),
  })}\n`;
}

const MOST_NAME = 40;
const LEAST_WIDTH = 120;

/** For people. */
export function rowText(preview: PreviewRow, stream: CompiledStream, number: number): string {
  const { source, row, changes, quarantined, notInAnswer } = preview;
  const longest = Math.max(...stream.columns.map(({ name }) => name.length));
  const width = Math.max(LEAST_WIDTH, process.stdout.columns ?? 0) - Math.min(MOST_NAME, longest) - 8;
  const cell = Math.floor(width * 0.3);
  const rows = stream.columns.map(({ name, source: path, pii, missing }) => [
    cut(name, MOST_NAME),
    cut(pii === undefined ? path : `${path} (pii: ${pii})`, Math.floor(width * 0.4)),
    notInAnswer.has(name)
      ? 'not in this answer'
      : missing !== undefined
        ? `this API has no ${missing}`
        : cut(source[name] === BLOTTED ? BLOTTED : valueText(source[name] ?? null), cell),
    row === undefined ? '(held back)' : cut(valueText(row[name] ?? null), cell),
  ]);
  const notes = [
    ...changes.map(({ column, reason }) => `  ! ${column} is null: ${reason}`),
    ...(quarantined === undefined
      ? []
      : [`  ! The row is held back (quarantine) because of ${quarantined.column}: ${quarantined.reason}`]),
  ];
  const lines = textTable(['COLUMN', 'SOURCE', 'SOURCE VALUE', 'MAPPED VALUE'], rows);
  return `${[`${stream.name}, row ${number}`, ...lines.map((line) => `  ${line}`), ...notes].join('\n')}\n\n`;
}
