import type { Draft, DraftedColumn, DraftedStream, Unwritable } from './draft.ts';
import { inOneLine } from './draft-comment.ts';

export interface DraftText {
  readonly tenant: string | undefined;
  /** The host of the API that was asked. */
  readonly host: string;
  /** The path of the JSON Schema, for editors. */
  readonly schemaPath: string;
  /** The file that it is written to, or a name in its place. */
  readonly file: string;
  /** What could not be looked at: sentences. */
  readonly gaps: readonly string[];
  /** Masking examples whose paths the shop's API has, in the stream that they belong to. */
  readonly examples: { readonly stream: string; readonly columns: readonly DraftedColumn[] };
}

/** The starter catalog as its author will find it. */
export function draftYaml(draft: Draft, text: DraftText): string {
  const lines = [
    `# yaml-language-server: $schema=${text.schemaPath}`,
    '#',
    ...comment(
      '',
      `A starter catalog, written by \`source-centra catalog init\` from the API of ${text.host}.`,
    ),
    ...comment(
      '',
      'It is the default catalog with a column for every custom attribute that was found. Remove or rename what you like; samples stand beside the columns, but none that could be about a person.',
    ),
    '#',
    '# Next:',
    `#   source-centra catalog check ${text.file} --config <configuration>`,
    `#   source-centra catalog preview ${text.file} --config <configuration> --stream orders`,
    `#   source-centra catalog coverage ${text.file} --config <configuration>`,
    ...gapLines(text.gaps),
    ...unwritableLines(draft.unwritable),
    'version: 1',
    text.tenant === undefined ? '# tenant: The name of the shop' : `tenant: ${JSON.stringify(text.tenant)}`,
    'extends: default',
  ];
  if (draft.streams.length === 0) {
    lines.push(
      '# No custom attribute was found, so nothing is added to the default catalog yet.',
      'streams: {}',
    );
  } else lines.push('streams:');
  const hasExamples = draft.streams.some(({ name }) => name === text.examples.stream);
  const first = new Map<string, string>();
  for (const stream of draft.streams) {
    lines.push(...streamLines(stream, first));
    if (stream.name === text.examples.stream) lines.push(...exampleLines(text));
  }
  if (!hasExamples && text.examples.columns.length > 0) {
    lines.push(`#  ${text.examples.stream}:`, '#    columns:', ...exampleLines(text));
  }
  return `${lines.join('\n')}\n`;
}

/** What an attribute holds is said once, on the first stream that has it. */
function streamLines({ name, attributes }: DraftedStream, first: Map<string, string>): readonly string[] {
  return [
    `  ${name}:`,
    '    columns:',
    ...attributes.flatMap(({ type, comment: about, columns }) => {
      const earlier = first.get(type);
      if (earlier === undefined) first.set(type, name);
      return [
        `      # ${inOneLine(type)}: ${earlier === undefined ? about : `as on ${earlier}`}`,
        ...columns.map((column) =>
          earlier === undefined
            ? `      ${columnText(column)} # ${column.comment}`
            : `      ${columnText(column)}`,
        ),
      ];
    }),
  ];
}

function exampleLines({ examples: { columns } }: DraftText): readonly string[] {
  if (columns.length === 0) return [];
  return [
    ...comment(
      '      ',
      'Personal data passes only where a column says what happens to it. Examples; take the # away:',
    ),
    ...columns.map((column) => `      # ${columnText(column)} # ${column.comment}`),
  ];
}

function gapLines(gaps: readonly string[]): readonly string[] {
  if (gaps.length === 0) return [];
  return [
    '#',
    '# Not everything could be looked at:',
    ...gaps.flatMap((gap) => comment('', `- ${inOneLine(gap)}`)),
  ];
}

function unwritableLines(unwritable: readonly Unwritable[]): readonly string[] {
  if (unwritable.length === 0) return [];
  return [
    '#',
    '# Without a column, because a path cannot name them or the compiler refuses it:',
    ...unwritable.flatMap(({ type, key, reason }) =>
      comment('', `- ${inOneLine(type)}, ${inOneLine(key)}: ${inOneLine(reason)}`),
    ),
  ];
}

/** `name: path`, or `name: { path: …, pii: mask }`. */
function columnText({ name, path, keywords }: DraftedColumn): string {
  const extra = Object.entries(keywords);
  if (extra.length === 0) return `${name}: ${pathText(path)}`;
  const parts = [
    ['path', pathText(path)] as const,
    ...extra.map(([keyword, value]) => [keyword, valueText(value)] as const),
  ];
  return `${name}: { ${parts.map(([keyword, value]) => `${keyword}: ${value}`).join(', ')} }`;
}

/** Letters, digits and the marks of the grammar need no quotes. */
function pathText(path: string): string {
  return /^[A-Za-z^][\w.[\]-]*$/.test(path) ? path : JSON.stringify(path);
}

function valueText(value: string): string {
  return /^\w+$/.test(value) ? value : JSON.stringify(value);
}

const LINE_WIDTH = 118;

function comment(indent: string, text: string): readonly string[] {
  const lines: string[] = [];
  let line = `${indent}#`;
  for (const word of text.split(' ')) {
    if (line.length + word.length + 1 > LINE_WIDTH && line !== `${indent}#`) {
      lines.push(line);
      line = `${indent}#`;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
