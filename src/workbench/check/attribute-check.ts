import type { GraphQLSchema } from 'graphql';
import type { CompiledColumn, CompiledStream } from '../../catalog/compile/compiled.ts';
import type { LoadedCatalog } from '../../catalog/language/load.ts';
import type { ColumnModel } from '../../catalog/language/model.ts';
import { didYouMean, inWords } from '../../catalog/language/near-match.ts';
import { isFault, parsePath } from '../../catalog/language/path-syntax.ts';
import type { Problem } from '../../catalog/language/problem.ts';
import { type Place, placeInside, type SourceNode, textOf } from '../../catalog/language/source-node.ts';
import { attributesKey } from '../../catalog/path/response-key.ts';
import { selectedFields } from '../../catalog/query/selection-walk.ts';
import { rootType } from '../../roots/derive.ts';
import type { AttributeFacts } from '../../shop/attributes/attribute-facts.ts';
import { attributePlaces } from '../../shop/attributes/attribute-places.ts';

/** One `attributes[type].element` of a column. */
export interface WantedAttribute {
  readonly stream: string;
  /** Nested columns with dots. */
  readonly columnName: string;
  readonly type: string;
  readonly typePlace: Place;
  readonly element: string;
  readonly elementPlace: Place;
  /** The types of the objects that the column asks for it: one, but where it asks several for the same type. */
  readonly owners: readonly string[];
}

/** What is known of the attributes of one type of object. */
export interface KnownAttributes {
  readonly owner: string;
  /** All types are known; otherwise they are those that some objects have. */
  readonly isCertain: boolean;
  readonly objects: number;
  readonly facts: readonly AttributeFacts[];
  readonly gap: string | undefined;
}

/** The attributes that the columns of good streams ask for. */
export function wantedAttributes(
  { catalog }: LoadedCatalog,
  streams: readonly CompiledStream[],
  schema: GraphQLSchema,
): readonly WantedAttribute[] {
  const places = new Set(attributePlaces(schema).map(({ owner }) => owner.name));
  return catalog.streams.flatMap(({ name, columns }) => {
    const compiled = streams.find((stream) => stream.name === name);
    return columns.flatMap((model) => {
      const column = compiled?.columns.find((one) => one.name === model.name);
      if (compiled === undefined || column === undefined) return [];
      return writtenIn(model).map((written) => ({
        ...written,
        stream: name,
        owners: ownersOf(written.type, column, compiled, schema, places),
      }));
    });
  });
}

type Written = Omit<WantedAttribute, 'stream' | 'owners'>;

function writtenIn({ name, keywords }: ColumnModel): readonly Written[] {
  return [...keywords].flatMap(([keyword, node]) => writtenUnder(keyword, node, name));
}

function writtenUnder(keyword: string, node: SourceNode, columnName: string): readonly Written[] {
  if (keyword === 'columns') {
    if (node.kind !== 'map') return [];
    return [...node.entries].flatMap(([name, { value }]) => writtenAt(value, `${columnName}.${name}`));
  }
  return ['path', 'first', 'each', 'all'].includes(keyword) ? writtenAt(node, columnName) : [];
}

function writtenAt(node: SourceNode, columnName: string): readonly Written[] {
  if (node.kind === 'list') return node.items.flatMap((item) => writtenAt(item, columnName));
  if (node.kind === 'map')
    return [...node.entries].flatMap(([keyword, { value }]) => writtenUnder(keyword, value, columnName));
  const path = parsePath(textOf(node) ?? '');
  if (isFault(path)) return [];
  return path.segments.flatMap(({ pick, offset }, at) => {
    const element = path.segments[at + 1];
    if (pick === undefined || element === undefined) return [];
    return {
      columnName,
      type: pick,
      typePlace: placeInside(node, path.text.indexOf(pick, path.text.indexOf('[', offset))),
      element: element.name,
      elementPlace: placeInside(node, element.offset),
    };
  });
}

function ownersOf(
  type: string,
  { selection }: CompiledColumn,
  { root }: CompiledStream,
  schema: GraphQLSchema,
  places: ReadonlySet<string>,
): readonly string[] {
  const from = rootType(root.root, schema);
  if (from === undefined) return [];
  const owners = [...selectedFields(selection, from, schema)].flatMap(({ selected, owner }) => {
    const isAsked =
      selected.name === 'attributes' &&
      (selected.args.length === 0 || selected.responseKey === attributesKey(type));
    if (!isAsked) return [];
    // One kind of an order has the attributes of orders.
    const kinds = 'getInterfaces' in owner ? owner.getInterfaces().map(({ name }) => name) : [];
    return [owner.name, ...kinds].find((name) => places.has(name)) ?? [];
  });
  return [...new Set(owners)];
}

/** Columns whose attribute the shop does not have, or has not shown: they would be null for ever. */
export function attributeProblems(
  wanted: readonly WantedAttribute[],
  known: readonly KnownAttributes[],
): readonly Problem[] {
  const unseen = known.filter(({ isCertain, objects }) => !isCertain && objects === 0);
  const unseenOwners = new Set(unseen.map(({ owner }) => owner));
  return [
    ...unseen.flatMap((one) => notChecked(one, wanted)),
    ...wanted.flatMap((attribute) => {
      const here = known.filter(({ owner }) => attribute.owners.includes(owner));
      if (here.length === 0 || here.some(({ owner }) => unseenOwners.has(owner))) return [];
      return problemOf(attribute, here);
    }),
  ];
}

function notChecked({ owner, gap }: KnownAttributes, wanted: readonly WantedAttribute[]): readonly Problem[] {
  const asking = wanted.filter(({ owners }) => owners.includes(owner));
  const [first] = asking;
  if (first === undefined) return [];
  const { stream, columnName, typePlace } = first;
  const columns = new Set(asking.map((one) => `${one.stream}.${one.columnName}`)).size;
  const these = columns === 1 ? 'this column asks' : `this column and ${columns - 1} more ask`;
  return [
    {
      severity: 'warning',
      code: 'attribute/not_checked',
      ...typePlace,
      stream,
      columnName,
      message: `Whether the shop has the attributes of ${many(owner)} that ${these} for could not be checked. ${gap ?? `The shop has no ${many(owner)} to look at.`}`,
      hint: 'A column whose attribute type or element is misspelled is always null: compare them with the attributes in Centra.',
    },
  ];
}

function problemOf(
  { stream, columnName, type, typePlace, element, elementPlace }: WantedAttribute,
  known: readonly KnownAttributes[],
): readonly Problem[] {
  const warning = { severity: 'warning', stream, columnName } as const;
  const isCertain = known.every((one) => one.isCertain);
  const facts = known.flatMap((one) => one.facts);
  const found = facts.filter((one) => one.type === type);
  if (found.length === 0) {
    const message = isCertain
      ? `The shop has no attribute type "${type}" on ${inWords(
          known.map(({ owner }) => many(owner)),
          'or',
        )}.`
      : `No attribute of type "${type}" was found on ${lookedAt(known)}.`;
    const types = facts.map((one) => one.type);
    const hint = hintFor(type, types, 'types', isCertain);
    return [{ ...warning, code: 'attribute/unknown_type', ...typePlace, message, hint }];
  }
  const elements = found.flatMap((one) => one.elements.map(({ key }) => key));
  if (elements.includes(element)) return [];
  const assigned = found.reduce((sum, one) => sum + one.assigned, 0);
  const message = isCertain
    ? `The attribute type "${type}" has no element "${element}".`
    : `No element "${element}" was found in the attributes of type "${type}" (${assigned} of ${lookedAt(known)} have one).`;
  const hint = hintFor(element, elements, 'elements', isCertain);
  return [{ ...warning, code: 'attribute/unknown_element', ...elementPlace, message, hint }];
}

const MOST_NAMES = 8;

function hintFor(name: string, known: readonly string[], what: string, isCertain: boolean): string {
  const near = didYouMean(name, known);
  if (near !== undefined) return near;
  const names = [...new Set(known)].sort();
  const rest = names.length > MOST_NAMES ? [`${names.length - MOST_NAMES} more`] : [];
  const all =
    names.length === 0
      ? `There are no ${what}.`
      : `The ${what} are ${inWords([...names.slice(0, MOST_NAMES), ...rest], 'and')}.`;
  if (isCertain) return all;
  const met = names.length === 0 ? `No ${what} were found.` : all.replace(' are ', ' that were found are ');
  return `${met} One that is new or rare may be right all the same.`;
}

/** What was looked at, in one line for people; empty where no column asks for an attribute. */
export function attributesInWords(known: readonly KnownAttributes[]): string {
  const told = known.filter(({ isCertain }) => isCertain).map(({ owner }) => many(owner));
  const sampled = known.filter(({ isCertain, objects }) => !isCertain && objects > 0);
  const parts = [
    ...(told.length === 0 ? [] : [`the shop's own list of types on ${inWords(told, 'and')}`]),
    ...(sampled.length === 0 ? [] : [lookedAt(sampled)]),
  ];
  return parts.length === 0 ? '' : `Custom attributes were compared with ${inWords(parts, 'and')}.\n`;
}

function lookedAt(known: readonly KnownAttributes[]): string {
  const counts = known
    .filter(({ isCertain }) => !isCertain)
    .map(({ owner, objects }) => `${objects} ${objects === 1 ? words(owner) : many(owner)}`);
  return inWords(counts, 'and');
}

/** `ProductVariant` to "product variants". */
function many(owner: string): string {
  const one = words(owner);
  if (/[^aeiou]y$/.test(one)) return `${one.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(one) ? `${one}es` : `${one}s`;
}

function words(owner: string): string {
  return owner.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase();
}
