import type { JsonValue } from '../../json.ts';

/** Where something stands in a catalog file; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** YAML after parsing: plain values that still know where they stand. */
export type SourceNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly place: Place;
  readonly value: string | number | boolean | null;
  /** Where the text's first character stands, when the file holds the text letter by letter; a place inside it is then known. */
  readonly textPlace: Place | undefined;
}

interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly SourceNode[];
}

export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  readonly keyPlace: Place;
  readonly value: SourceNode;
}

/** The place of a character inside a text. */
export function placeInside(node: SourceNode, offset: number): Place {
  if (node.kind !== 'scalar' || node.textPlace === undefined) return node.place;
  return { ...node.textPlace, column: node.textPlace.column + offset };
}

export function textOf(node: SourceNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

export function isNullNode(node: SourceNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

export function plainValue(node: SourceNode): JsonValue {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(plainValue);
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, plainValue(entry.value)]));
}

/** What a node is, in a word for people. */
export function kindInWords(node: SourceNode): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'empty';
  if (typeof node.value === 'string') return 'a text';
  return typeof node.value === 'number' ? 'a number' : `${node.value}`;
}
