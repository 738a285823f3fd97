import type { GraphQLNamedType, GraphQLSchema } from 'graphql';
import type { CompiledStream } from '../../catalog/compile/compiled.ts';
import { isFault, parsePath } from '../../catalog/language/path-syntax.ts';
import { isPersonal } from '../../catalog/privacy/personal-data.ts';
import { rowLevel, selectedFields } from '../../catalog/query/selection-walk.ts';
import { rootType } from '../../roots/derive.ts';
import {
  type AttributeFacts,
  type ElementFacts,
  hasAttributes,
} from '../../shop/attributes/attribute-facts.ts';
import { isPersonalElement } from './attribute-privacy.ts';
import { attributeComment, elementComment, type Subject } from './draft-comment.ts';
import { elementName, freeName, snakeCase } from './draft-name.ts';

/** The columns that a starter catalog adds to one stream of the catalog that it extends. */
export interface DraftedStream {
  readonly name: string;
  readonly attributes: readonly DraftedAttribute[];
}

interface DraftedAttribute {
  readonly type: string;
  readonly comment: string;
  readonly columns: readonly DraftedColumn[];
}

export interface DraftedColumn {
  readonly name: string;
  readonly path: string;
  readonly keywords: Readonly<Record<string, string>>;
  readonly comment: string;
}

/** An element that no column can be written for. */
export interface Unwritable {
  readonly type: string;
  readonly key: string;
  readonly reason: string;
}

export interface Draft {
  readonly streams: readonly DraftedStream[];
  readonly unwritable: readonly Unwritable[];
}

export interface DraftInput {
  /** Those of the catalog that the draft extends. */
  readonly streams: readonly CompiledStream[];
  readonly facts: readonly AttributeFacts[];
  readonly schema: GraphQLSchema;
  readonly reference: GraphQLSchema;
  /** What a compile has refused before, by `stream.column`. */
  readonly refused?: ReadonlyMap<string, string>;
}

/** Every custom attribute as columns, on each stream whose rows already hold the object that it belongs to. */
export function draftCatalog(input: DraftInput): Draft {
  const { streams, facts, refused = new Map() } = input;
  const unwritable = facts.flatMap(({ type, elements }) =>
    elements.flatMap(({ key }) => {
      const reason = reasonAgainst(type, key);
      return reason === undefined ? [] : [{ type, key, reason }];
    }),
  );
  const rowTypes = new Set(streams.map((stream) => rowsOf(stream, input)?.type.name));
  const drafted = streams.map((stream) => draftedStream(stream, rowTypes, input));
  const refusals = drafted.flatMap(({ name, attributes }) =>
    attributes.flatMap(({ type, columns }) =>
      columns.flatMap((column): readonly Unwritable[] => {
        const reason = refused.get(`${name}.${column.name}`);
        return reason === undefined ? [] : [{ type, key: column.path, reason }];
      }),
    ),
  );
  return {
    streams: drafted
      .map((stream) => withoutRefused(stream, refused))
      .filter(({ attributes }) => attributes.length > 0),
    unwritable: [...unwritable, ...refusals],
  };
}

function withoutRefused(
  { name, attributes }: DraftedStream,
  refused: ReadonlyMap<string, string>,
): DraftedStream {
  const kept = attributes.map((attribute) => ({
    ...attribute,
    columns: attribute.columns.filter((column) => !refused.has(`${name}.${column.name}`)),
  }));
  return { name, attributes: kept.filter(({ columns }) => columns.length > 0) };
}

function reasonAgainst(type: string, key: string): string | undefined {
  const path = parsePath(`attributes[${type}].${key}`);
  if (isFault(path)) return path.message;
  const [attribute, element] = path.segments;
  const isSame = attribute?.pick === type && attribute.index === undefined && element?.name === key;
  if (isSame && path.segments.length === 2) return undefined;
  return attribute?.pick === type
    ? `"${key}" cannot be written as an element: letters, digits, _ and - only.`
    : `"${type}" cannot be written between brackets.`;
}

interface OwnerPlace {
  readonly owner: GraphQLNamedType;
  /** Names of fields from the row. */
  readonly path: readonly string[];
  readonly isPersonal: boolean;
}

function draftedStream(
  stream: CompiledStream,
  rowTypes: ReadonlySet<string | undefined>,
  input: DraftInput,
): DraftedStream {
  const taken = new Set(stream.columns.map(({ name }) => name.toLowerCase()));
  const attributes = ownersIn(stream, rowTypes, input).flatMap((place) =>
    input.facts
      .filter(({ owner }) => owner === place.owner.name)
      .map((facts) => draftedAttribute(facts, place, taken, input)),
  );
  return { name: stream.name, attributes: attributes.filter(({ columns }) => columns.length > 0) };
}

function rowsOf(stream: CompiledStream, { schema }: DraftInput) {
  const type = rootType(stream.root.root, schema);
  return type && rowLevel({ type, selection: stream.selection }, stream.each, schema);
}

/** The objects of a row that can have attributes; not those that are rows of another stream, for an id joins them. */
function ownersIn(
  stream: CompiledStream,
  rowTypes: ReadonlySet<string | undefined>,
  input: DraftInput,
): readonly OwnerPlace[] {
  const { schema, reference } = input;
  const rows = rowsOf(stream, input);
  if (rows === undefined) return [];
  const places: OwnerPlace[] = [{ owner: rows.type, path: [], isPersonal: false }];
  for (const field of selectedFields(rows.selection, rows.type, schema)) {
    const { type, path, isList, listsAbove, selected } = field;
    if (isList || listsAbove > 0 || selected.args.length > 0 || rowTypes.has(type.name)) continue;
    places.push({
      owner: type,
      path,
      isPersonal: isPersonal({ type: type.name, field: 'attributes' }, schema, reference),
    });
  }
  const first = new Map<string, OwnerPlace>();
  for (const place of places)
    if (hasAttributes(place.owner) && !first.has(place.owner.name)) first.set(place.owner.name, place);
  return [...first.values()];
}

function draftedAttribute(
  facts: AttributeFacts,
  place: OwnerPlace,
  taken: Set<string>,
  { schema, reference }: DraftInput,
): DraftedAttribute {
  const subject: Subject = /^Product/.test(facts.owner) ? 'goods' : 'person';
  const writable = facts.elements.filter(({ key }) => reasonAgainst(facts.type, key) === undefined);
  const columns = writable.flatMap((element) => {
    const soundsPersonal = isPersonalElement(facts.type, element, schema, reference);
    const isFreeText = element.holds === 'longText' || (element.holds === 'text' && soundsPersonal);
    const isMasked = place.isPersonal || (subject === 'person' && isFreeText);
    const shown = elementComment(element, { subject, soundsPersonal, isMasked });
    const comment = isMasked
      ? `${shown}; masked, since it may be about a person, until you say \`pii: allow\``
      : shown;
    return columnsOf(facts, element, { place, isMasked, comment, taken });
  });
  return { type: facts.type, comment: attributeComment(facts, thingsIn(facts.owner)), columns };
}

interface Writing {
  readonly place: OwnerPlace;
  readonly isMasked: boolean;
  readonly comment: string;
  readonly taken: Set<string>;
}

function columnsOf(
  facts: AttributeFacts,
  element: ElementFacts,
  { place, isMasked, comment, taken }: Writing,
): readonly DraftedColumn[] {
  const { type, isMulti, elements } = facts;
  const { key, holds, isMultiChoice } = element;
  const before = place.path.map((name) => `${name}.`).join('');
  const one = `${before}attributes[${type}].${key}`;
  const wanted = elementName(type, key, elements.length === 1);
  const suffix = holds === 'file' || holds === 'image' ? '_url' : '';
  const own: Readonly<Record<string, string>> = isMasked
    ? { pii: 'mask' }
    : holds === 'boolean'
      ? { type: 'boolean' }
      : {};
  const column = (ending: string, path: string, keywords: DraftedColumn['keywords'], text: string) => ({
    name: freeName(wanted, ending, taken),
    path,
    keywords,
    comment: text,
  });
  const columns = [column(suffix, one, own, comment)];
  if (holds === 'choice' && isMultiChoice) {
    const keywords = isMasked ? own : { split: ',' };
    columns.push(
      column('_values', `${one}.selectedValue`, keywords, 'the values behind the names, as a list'),
    );
  } else if (holds === 'choice') {
    columns.push(
      column(
        '_value',
        `${one}.selectedValue`,
        own,
        'the value behind the name, which stays when that changes',
      ),
    );
  }
  if (isMulti) {
    const all = `${before}attributes[${type}][].${key}`;
    columns.push(column(`${suffix}_all`, all, own, 'all of them as a list, where several are assigned'));
  }
  return columns;
}

/** `ProductVariant` → "product variants". */
function thingsIn(owner: string): string {
  return `${snakeCase(owner).replaceAll('_', ' ')}s`;
}
