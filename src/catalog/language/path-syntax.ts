/** A path as it is written: `^lines(includeFullyCancelled: true)[].productSize.SKU`. */
export interface PathSyntax {
  readonly text: string;
  /** How many `^` it begins with. */
  readonly ups: number;
  /** Empty for a position. */
  readonly segments: readonly Segment[];
  /** `$position`: not a field, but which element of its list the object is that the path begins at. */
  readonly isPosition: boolean;
}

export interface Segment {
  readonly name: string;
  /** Where the name begins in the text. */
  readonly offset: number;
  /** What stands between the parentheses. */
  readonly args: { readonly text: string; readonly offset: number } | undefined;
  /** The attribute type of `attributes[type]`; no other field takes one. */
  readonly pick: string | undefined;
  /** `[3]` or, for every element, `[]`. */
  readonly index: number | 'every' | undefined;
}

export interface PathFault {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly offset: number;
}

const MOST_SEGMENTS = 32;
const POSITION = '$position';
const examples =
  'A path is field names with dots between them, such as `number`, `grandTotal(includingTax: false).value`, `^number` or `lines[].quantity`.';

export function isFault(value: object): value is PathFault {
  return 'code' in value && 'offset' in value;
}

export function parsePath(text: string): PathSyntax | PathFault {
  const ups = /^\^*/.exec(text)?.[0].length ?? 0;
  const segments: Segment[] = [];
  let at = ups;
  if (at >= text.length)
    return fault(text === '' ? 'The path is empty.' : `"${text}" names no field after the ^.`, at);
  if (text[at] === '$') return positionOf(text, ups);
  for (;;) {
    const segment = parseSegment(text, at, segments.at(-1)?.pick !== undefined);
    if (isFault(segment)) return segment;
    segments.push(segment.segment);
    if (segments.length > MOST_SEGMENTS) return fault(`The path has more than ${MOST_SEGMENTS} parts.`, at);
    at = segment.end;
    if (at === text.length) return { text, ups, segments, isPosition: false };
    if (text[at] !== '.') return fault(`The path cannot be read from "${excerpt(text, at)}" on.`, at);
    at += 1;
  }
}

function positionOf(text: string, ups: number): PathSyntax | PathFault {
  const name = text.slice(ups);
  if (name === POSITION) return { text, ups, segments: [], isPosition: true };
  const hint =
    'Write `$position` for the place of an element in its list, `^$position` for that of its parent.';
  return name.startsWith(POSITION)
    ? fault(
        `\`${POSITION}\` is a number, and nothing can follow it.`,
        ups + POSITION.length,
        'End the path with it.',
      )
    : fault(`"${excerpt(text, ups)}" is no field, and there is no such name with a $.`, ups, hint);
}

function parseSegment(
  text: string,
  offset: number,
  isElement: boolean,
): { readonly segment: Segment; readonly end: number } | PathFault {
  // The keys of attribute elements are the tenant's own and may hold a hyphen.
  const name = (isElement ? /^[A-Za-z0-9_-]+/ : /^[A-Za-z_][A-Za-z0-9_]*/).exec(text.slice(offset))?.[0];
  if (name === undefined) {
    const found = excerpt(text, offset);
    return fault(
      found === ''
        ? `"${text}" ends with a dot: a field name is missing.`
        : `A field name is missing before "${found}".`,
      offset,
    );
  }
  let at = offset + name.length;
  let args: Segment['args'];
  if (text[at] === '(') {
    const end = endOfArguments(text, at);
    if (end === undefined) return fault(`The parenthesis after "${name}" is never closed.`, at);
    args = { text: text.slice(at + 1, end), offset: at + 1 };
    at = end + 1;
  }
  let pick: string | undefined;
  let index: Segment['index'];
  while (text[at] === '[') {
    const end = text.indexOf(']', at);
    if (end < 0) return fault(`The bracket after "${name}" is never closed.`, at);
    const inside = text.slice(at + 1, end).trim();
    const isIndex = inside === '' || /^\d+$/.test(inside);
    if (index !== undefined) return fault(`"${name}" has more than one [] or [n].`, at);
    if (isIndex) index = inside === '' ? 'every' : Number(inside);
    else if (pick !== undefined) return fault(`"${name}" has two names in brackets.`, at);
    else pick = inside.replace(/^(["'])(.*)\1$/, '$2');
    at = end + 1;
  }
  return { segment: { name, offset, args, pick, index }, end: at };
}

/** The closing parenthesis that belongs to the opening one; those inside quotes do not count. */
function endOfArguments(text: string, start: number): number | undefined {
  let depth = 0;
  let isQuoted = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted) {
      if (character === '\\') at += 1;
      else if (character === '"') isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === '(') depth += 1;
    else if (character === ')') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return undefined;
}

function excerpt(text: string, at: number): string {
  return text.slice(at, at + 20);
}

function fault(message: string, offset: number, hint = examples): PathFault {
  return { code: 'path/syntax', message, hint, offset };
}
