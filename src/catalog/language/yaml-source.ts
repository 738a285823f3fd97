import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  type ParsedNode,
  Parser,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import { losesDigits } from '../../exact-json.ts';
import { decodeText, TextFileError } from '../../text-file.ts';
import { shieldPaths, unshieldPaths } from './plain-paths.ts';
import type { Problem, Report } from './problem.ts';
import type { MapEntry, Place, ScalarNode, SourceNode } from './source-node.ts';

export const catalogExample =
  'A catalog begins with `version: 1`, then `streams:` with the streams below it.';

export const MOST_BYTES = 1_000_000;
const MOST_DEPTH = 64;
/** How many nodes may stand for others by an alias; what an honest catalog shares is far below. */
const MOST_ALIASED_NODES = 10_000;
/** Neither NUL nor half of a character. */
const storableText = /^[^\0\p{Cs}]*$/u;
/** What follows the first few comes of them. */
const MOST_SYNTAX_PROBLEMS = 3;

interface Reading {
  readonly file: string;
  readonly text: string;
  /** Nothing of another file is shown: one that was named by mistake may hold secrets. */
  readonly isOurs: boolean;
  readonly lines: LineCounter;
  readonly document: Document.Parsed;
  readonly report: Report;
  /** What each alias stands for; found when the first one is met. */
  aliases: ReadonlyMap<Node, Node> | undefined;
  aliasedNodes: number;
}

/** YAML (or JSON) to nodes that know their place. Undefined when nothing can be made of it; the problems say why. */
export function readYaml(bytes: Uint8Array, file: string, report: Report): SourceNode | undefined {
  const start = { file, line: 1, column: 1 };
  const whole = (code: string, message: string, hint: string): undefined => {
    report({ severity: 'error', code, ...start, message, hint });
  };
  if (bytes.byteLength > MOST_BYTES) {
    return whole(
      'catalog/too_large',
      'The catalog is larger than 1 MB.',
      'Split it: a catalog can extend another one.',
    );
  }
  const text = decoded(bytes);
  if (typeof text !== 'string') {
    const what = text.reason === 'utf-16' ? 'UTF-16' : 'not UTF-8 text';
    return whole('catalog/not_utf8', `The catalog is ${what}.`, 'Save the file with the encoding UTF-8.');
  }
  const isOurs = looksLikeCatalog(text);
  const shielded = shieldPaths(text);
  const lines = new LineCounter();
  try {
    // Keys are compared in `readMap`: the package's own check takes quadratic time.
    const options = { lineCounter: lines, uniqueKeys: false, stringKeys: true, prettyErrors: false } as const;
    const document = parseDocument(shielded, { ...options, logLevel: 'error' });
    const reading: Reading = {
      file,
      text,
      isOurs,
      lines,
      document,
      report,
      aliases: undefined,
      aliasedNodes: 0,
    };
    if (document.errors.some(({ message }) => isTooDeep(message)))
      return tooDeep(report, deepPlace(shielded, file));
    if (document.errors.length > 0 && !isOurs) {
      return whole('catalog/not_a_catalog', 'This is not a catalog, and not YAML.', catalogExample);
    }
    // How deep the package gets depends on the stack, and so does what it says of it.
    if (document.errors.some(({ message }) => isTooDeep(message))) return tooDeep(report, start);
    for (const { pos, message, code } of document.errors.slice(0, MOST_SYNTAX_PROBLEMS)) {
      report({
        severity: 'error',
        ...placeAt(reading, pos[0]),
        ...syntaxInWords(code, message),
      });
    }
    if (document.errors.length > 0) return undefined;
    return readNode(reading, document.contents, [], false);
  } catch (error) {
    if (error instanceof RangeError) return tooDeep(report, deepPlace(shielded, file));
    if (error instanceof StopReading) return undefined;
    throw error;
  }
}

/**
 * Where a text goes deeper than any catalog, when composing it has ended for want of a stack: wherever that was says
 * nothing. The parser itself does not recurse.
 */
function deepPlace(text: string, file: string): Place {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  for (const token of new Lexer().lex(text)) {
    for (const _ of parser.next(token));
    if (parser.stack.length > MOST_DEPTH + 1) break;
  }
  const { line, col } = lines.linePos(parser.offset);
  return { file, line: Math.max(1, line), column: Math.max(1, col) };
}

/** Ends the walk where going on would cost too much; its problem is already reported. */
class StopReading extends Error {}

/** Whether a keyword of the top of a catalog stands somewhere in a text. */
function looksLikeCatalog(text: string): boolean {
  return /(^|[{,])\s*["']?(version|tenant|extends|streams)["']?\s*:/m.test(text);
}

function decoded(bytes: Uint8Array): string | TextFileError {
  try {
    return decodeText(bytes);
  } catch (error) {
    if (error instanceof TextFileError) return error;
    throw error;
  }
}

function isTooDeep(message: string): boolean {
  return /call stack/.test(message);
}

function syntaxInWords(code: string, message: string): Pick<Problem, 'code' | 'message' | 'hint'> {
  return { code: 'catalog/yaml_syntax', ...otherSyntaxInWords(code, message) };
}

const deepInWords = {
  code: 'catalog/too_deep',
  message: `The catalog is nested more than ${MOST_DEPTH} levels deep.`,
  hint: 'A catalog needs about ten.',
} as const;

function otherSyntaxInWords(code: string, message: string): Pick<Problem, 'message' | 'hint'> {
  if (code === 'MULTIPLE_DOCS') {
    return {
      message: 'The file holds several YAML documents.',
      hint: 'Remove the lines that are only ---; one catalog is one document.',
    };
  }
  if (code === 'TAB_AS_INDENT') {
    return { message: 'YAML does not allow tabs as indentation.', hint: 'Use spaces.' };
  }
  return {
    message: `This is not YAML: ${unshieldPaths(message).replace(/\s+/g, ' ')}`,
    hint: 'Check indentation, colons and quotes around here.',
  };
}

function tooDeep(report: Report, place: Place): undefined {
  report({ severity: 'error', ...place, ...deepInWords });
}

function readNode(
  reading: Reading,
  given: ParsedNode | Node | null,
  above: readonly Node[],
  isAliased: boolean,
): SourceNode {
  if (isAlias(given)) return readAlias(reading, given, above);
  if (given === null) return scalar(reading, 0, null, false);
  const offset = given.range?.[0] ?? 0;
  if (above.length > MOST_DEPTH) {
    tooDeep(reading.report, placeAt(reading, offset));
    throw new StopReading();
  }
  if (isAliased) countAliased(reading, offset);
  const path = [...above, given];
  if (isMap(given)) return readMap(reading, given.items, offset, path, isAliased);
  if (isSeq(given)) {
    const items = given.items.map((item) => readNode(reading, item as Node, path, isAliased));
    return { kind: 'list', place: placeAt(reading, offset), items };
  }
  if (!isScalar(given)) return scalar(reading, offset, null, false);
  const { value } = given;
  if (typeof value === 'number' && !Number.isFinite(value)) {
    reading.report({
      severity: 'error',
      code: 'catalog/not_a_number',
      ...placeAt(reading, offset),
      message: 'Infinity and NaN are no values that a row can hold.',
      hint: 'Write a number, or put quotes around a text.',
    });
    return scalar(reading, offset, null, false);
  }
  if (typeof value === 'number' && losesDigits(given.source ?? String(value))) {
    reading.report({
      severity: 'error',
      code: 'catalog/too_many_digits',
      ...placeAt(reading, offset),
      message: 'This number has more digits than can be kept: it would become another one.',
      hint: 'Put quotes around it, and say `type: string` or `type: decimal` where it is to be one.',
    });
    return scalar(reading, offset, null, false);
  }
  if (typeof value === 'string') {
    const text = unshieldPaths(value);
    if (storableText.test(text)) return scalar(reading, offset, text, true);
    reading.report({
      severity: 'error',
      code: 'catalog/unstorable_text',
      ...placeAt(reading, offset),
      message: 'This text holds NUL or half of a character, which no database can store.',
      hint: 'Remove the escape (such as \\0 or \\ud83d) from it.',
    });
    return scalar(reading, offset, null, false);
  }
  if (value === null || typeof value === 'number' || typeof value === 'boolean')
    return scalar(reading, offset, value, true);
  return scalar(reading, offset, String(value), false);
}

function readMap(
  reading: Reading,
  items: readonly { readonly key: unknown; readonly value: unknown }[],
  offset: number,
  path: readonly Node[],
  isAliased: boolean,
): SourceNode {
  const entries = new Map<string, MapEntry>();
  for (const { key, value } of items) {
    const keyPlace = placeAt(reading, isScalar(key) ? (key.range?.[0] ?? offset) : offset);
    const name = isScalar(key) ? unshieldPaths(keyText(key)) : '';
    if (entries.has(name)) {
      if (!reading.isOurs) continue;
      const earlier = entries.get(name)?.keyPlace.line;
      reading.report({
        severity: 'error',
        code: 'catalog/duplicate_key',
        ...keyPlace,
        message: `"${name}" is here for the second time; the first is in line ${earlier}.`,
        hint: 'Remove or rename one of them: only one could count.',
      });
      continue;
    }
    const node = readNode(reading, value as Node | null, path, isAliased);
    entries.set(name, { keyPlace, value: value === null ? { ...node, place: keyPlace } : node });
  }
  return { kind: 'map', place: placeAt(reading, offset), entries };
}

/** As it is written, since a number may have more digits than can be kept. */
function keyText({ value, source }: Scalar): string {
  const isLarge = typeof value === 'number' && source !== undefined && losesDigits(source);
  return isLarge ? source : String(value);
}

function readAlias(reading: Reading, alias: Node, above: readonly Node[]): SourceNode {
  const offset = alias.range?.[0] ?? 0;
  reading.aliases ??= aliasTargets(reading.document);
  const target = reading.aliases.get(alias);
  if (target === undefined || above.includes(target)) {
    const [code, message] =
      target === undefined
        ? ['catalog/unknown_alias', 'No anchor of this name stands before this alias.']
        : ['catalog/alias_circle', 'This alias stands inside what it stands for.'];
    reading.report({
      severity: 'error',
      code,
      ...placeAt(reading, offset),
      message,
      hint: 'Write the value out.',
    });
    throw new StopReading();
  }
  countAliased(reading, offset);
  return readNode(reading, target, above, true);
}

/** In one walk: the package's own way takes one for each alias. */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Node, Node> {
  const anchored = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Node: (_, node) => {
      const target = isAlias(node) ? anchored.get(node.source) : undefined;
      if (target !== undefined) targets.set(node, target);
      if (!isAlias(node) && node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return targets;
}

function countAliased(reading: Reading, offset: number): void {
  reading.aliasedNodes += 1;
  if (reading.aliasedNodes <= MOST_ALIASED_NODES) return;
  reading.report({
    severity: 'error',
    code: 'catalog/alias_bomb',
    ...placeAt(reading, offset),
    message: `The aliases of this catalog stand for more than ${MOST_ALIASED_NODES} values.`,
    hint: 'Write them out, or share them by `extends`.',
  });
  throw new StopReading();
}

function scalar(reading: Reading, offset: number, value: ScalarNode['value'], isParsed: boolean): ScalarNode {
  const place = placeAt(reading, offset);
  if (!isParsed || typeof value !== 'string') return { kind: 'scalar', place, value, textPlace: undefined };
  const quotes = reading.text[offset] === '"' || reading.text[offset] === "'" ? 1 : 0;
  const isVerbatim = !value.includes('\n') && reading.text.startsWith(value, offset + quotes);
  const textPlace = isVerbatim ? { ...place, column: place.column + quotes } : undefined;
  return { kind: 'scalar', place, value, textPlace };
}

function placeAt(reading: Reading, offset: number): Place {
  const { line, col } = reading.lines.linePos(offset);
  return { file: reading.file, line: Math.max(1, line), column: Math.max(1, col) };
}
