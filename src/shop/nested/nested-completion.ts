import { mergeSelections, type Selection, selectionOfPaths } from '../../catalog/query/selection.ts';
import type { CentraClient } from '../../centra/client.ts';
import { ConnectorError } from '../../errors.ts';
import { isObject, type JsonObject } from '../../json.ts';
import { filtersOf } from '../asked-root.ts';
import { firstRows, variablesIn } from '../documents.ts';
import type { LiveRoot } from '../live-root.ts';
import { type CentraObject, objectsOf, PAGE_SIZE, valueAt } from '../objects.ts';
import {
  beforePageVariables,
  flat,
  isNamed,
  keyBefore,
  type NestedList,
  nestedLists,
  pageSelection,
  pageVariable,
  withIdentities,
  withLimits,
} from './nested-lists.ts';
import { listPlaces, withLists } from './nested-places.ts';

export interface NestedCompletionOptions {
  readonly client: CentraClient;
  readonly root: LiveRoot;
  /** What the pages of the root are asked for. */
  readonly selection: Selection;
  /** A list that is asked for with this limit, or a larger one, is completed; 200, the most that Centra gives, unless given. */
  readonly most?: number;
  /** Of a completion that reads its lists in smaller pages: the response keys, joined by dots, that lead to them. */
  readonly paths?: ReadonlySet<string>;
}

export interface NestedCompletion {
  /** What the pages must be asked for instead: it also tells apart what the lists hold. The same where there is no such list. */
  readonly selection: Selection;
  /**
   * The objects of one page, with every nested list read to its end; the same array when none came back full. An object that
   * left the shop meanwhile is left out. `variables`: those of the page's own query that the selection names.
   */
  readonly complete: (
    objects: readonly CentraObject[],
    signal: AbortSignal,
    variables?: JsonObject,
  ) => Promise<readonly CentraObject[]>;
  /** The same with smaller pages of the nested lists, for an object that is too much at once; undefined where there are none. */
  readonly smaller?: () => NestedCompletion;
}

/** The pages of nested lists become so small, one after the other. */
const SMALLER: readonly number[] = Object.freeze([25, 5, 1]);

/** Reads nested lists to their end: the API cuts them at 200 elements, so that one which comes back full may go on. */
export function nestedCompletion({
  client,
  root,
  selection: wanted,
  most = PAGE_SIZE,
  paths,
}: NestedCompletionOptions): NestedCompletion {
  const { definition, schema, type, list: field } = root;
  const lists = nestedLists(wanted, type, schema, { most, paths });
  if (lists.length === 0) return { selection: wanted, complete: async (objects) => objects };
  const { id, label } = definition;
  const selection = mergeSelections([
    withIdentities(wanted, type, schema, lists),
    selectionOfPaths(schema, type, [id]),
  ]);

  async function ask(
    object: CentraObject,
    part: Selection,
    variables: JsonObject,
    rows: number,
    signal: AbortSignal,
  ): Promise<CentraObject | undefined> {
    const given = Object.fromEntries(variablesIn(part).map((name) => [name, variables[name] ?? null]));
    for (const where of filtersOf({ root, where: {} }, { [id]: [object[id] as string | number] })) {
      const variables = { where, ...given };
      const query = { what: label, ...firstRows(root, 1, part), variables, rows, canNarrow: true };
      const { data } = await client.ask(query, signal);
      const [found] = objectsOf(data[field.name], label);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  const paged = new Set(flat(lists).flatMap(({ isPaged, path }) => (isPaged ? [path.join('.')] : [])));
  const fewer = SMALLER.find((one) => one < most);
  return Object.freeze({
    selection,
    ...(fewer !== undefined &&
      paged.size > 0 && {
        smaller: () =>
          nestedCompletion({
            client,
            root,
            selection: withLimits(wanted, paged, fewer),
            most: fewer,
            paths: paged,
          }),
      }),
    complete: (objects: readonly CentraObject[], signal: AbortSignal, variables: JsonObject = {}) =>
      completeNestedLists(objects, lists, {
        whole: (object) => ask(object, selection, variables, 1, signal),
        page: (object, list, above, pages) =>
          ask(object, pageSelection(selection, list, above), { ...variables, ...pages }, list.limit, signal),
      }),
  });
}

/** Ways to ask for one root object again; undefined when the shop does not have it any more. */
interface NestedSource {
  readonly whole: (object: CentraObject) => Promise<CentraObject | undefined>;
  /** Only what leads to `list`, with the pages that `pages` names; `above` are the paged lists on the way to it. */
  readonly page: (
    object: CentraObject,
    list: NestedList,
    above: readonly NestedList[],
    pages: Readonly<Record<string, number>>,
  ) => Promise<CentraObject | undefined>;
}

/** An object whose lists change faster than they are read is given up after so many beginnings. */
const MOST_BEGINNINGS = 5;

async function completeNestedLists(
  objects: readonly CentraObject[],
  lists: readonly NestedList[],
  source: NestedSource,
): Promise<readonly CentraObject[]> {
  if (!objects.some((object) => hasFullList(object, lists))) return objects;
  const completed: CentraObject[] = [];
  for (const object of objects) {
    const complete = hasFullList(object, lists) ? await completeObject(object, lists, source) : object;
    if (complete !== undefined) completed.push(complete);
  }
  return completed;
}

function hasFullList(object: CentraObject, lists: readonly NestedList[]): boolean {
  return lists.some(
    (list) =>
      listPlaces(object, list.path, list.identities).some(({ elements }) => elements.length >= list.limit) ||
      hasFullList(object, list.below),
  );
}

async function completeObject(
  first: CentraObject,
  lists: readonly NestedList[],
  source: NestedSource,
): Promise<CentraObject | undefined> {
  let object: CentraObject | undefined = first;
  let moved: NestedList | undefined;
  for (let beginning = 1; beginning <= MOST_BEGINNINGS; beginning += 1) {
    if (beginning > 1) object = await source.whole(first);
    if (object === undefined) return undefined;
    const outcome = await complete({ root: first, object, above: [], pages: {} }, lists, source);
    if ('object' in outcome) return outcome.object;
    moved = outcome.moved;
  }
  throw new ConnectorError({
    kind: 'transient',
    code: 'sync/nested_list_moves',
    message: `The list ${moved?.name ?? ''} of one object changed while its pages were read, ${MOST_BEGINNINGS} times in a row.`,
    hint: 'Run the sync again: it goes on from its last state. If it lasts, run it when the shop changes less.',
  });
}

/** Some pages of an object's lists. */
interface Slice {
  /** The object as the page of the root gave it: it names the one to ask for. */
  readonly root: CentraObject;
  readonly object: CentraObject;
  /** The lists whose pages were turned to come here, and the pages that they have come to. */
  readonly above: readonly NestedList[];
  readonly pages: Readonly<Record<string, number>>;
}

/** `moved`: a list was not where it should be, so that elements may be missing. */
type Outcome = { readonly object: CentraObject } | { readonly moved: NestedList };

async function complete(slice: Slice, lists: readonly NestedList[], source: NestedSource): Promise<Outcome> {
  let { object } = slice;
  for (const list of lists) {
    const outcome = await completeList({ ...slice, object }, list, source);
    if ('moved' in outcome) return outcome;
    object = outcome.object;
  }
  return { object };
}

/** One list of a slice, at all its places at once, with what is below it. */
async function completeList(slice: Slice, list: NestedList, source: NestedSource): Promise<Outcome> {
  const { path, identities, below } = list;
  const variable = pageVariable(path);
  const above = [...slice.above, list];
  const raw = listPlaces(slice.object, path, identities);
  const first = await complete({ ...slice, above, pages: { ...slice.pages, [variable]: 1 } }, below, source);
  if ('moved' in first) return first;
  const growing = listPlaces(first.object, path, identities).map(
    ({ elements }, at) => new GrowingList(list, raw[at]?.elements ?? [], elements),
  );
  for (let page = 2; growing.some(({ goesOn }) => goesOn); page += 1) {
    if (!list.isPaged) throw notPaged(list);
    const pages = { ...slice.pages, [variable]: page };
    const variables = { ...pages, ...beforePageVariables(list, page) };
    const answer = await source.page(slice.root, list, slice.above, variables);
    if (answer === undefined) return { moved: list };
    const next = await complete({ ...slice, object: answer, above, pages }, below, source);
    if ('moved' in next) return next;
    const places = listPlaces(answer, path, identities);
    const completed = listPlaces(next.object, path, identities);
    if (!haveSameParents(places, raw)) return { moved: list };
    const key = keyBefore(path.at(-1) ?? '');
    const areGrown = places.map((place, at) =>
      growing[at]?.grow(place.beside(key), place.elements, completed[at]?.elements ?? []),
    );
    if (areGrown.includes(false)) return { moved: list };
  }
  const grown = growing.map(({ elements }) => elements);
  return { object: growing.length === 0 ? first.object : withLists(first.object, path, grown) };
}

function haveSameParents(
  places: readonly { readonly parent: string }[],
  others: readonly { readonly parent: string }[],
): boolean {
  return places.length === others.length && places.every(({ parent }, at) => parent === others[at]?.parent);
}

/** What is known of one list while its pages come. */
class GrowingList {
  elements: readonly unknown[];
  goesOn: boolean;
  readonly #list: NestedList;
  readonly #known: Set<string>;
  /** The last page that held anything, behind which the next one must go on. */
  #page: readonly string[];

  /** `raw` are the elements as they came, `completed` the same with the lists in them read to their end. */
  constructor(list: NestedList, raw: readonly unknown[], completed: readonly unknown[]) {
    this.elements = completed;
    this.#list = list;
    this.#page = raw.map((element) => this.#nameOf(element));
    this.#known = new Set(this.#page);
    this.goesOn = raw.length >= list.limit;
  }

  /**
   * Takes a page, and what stands before it at the same moment. What follows the last known element is new, however far
   * others that came have pushed it. False when that is not found: then some that follow it may stand before this page.
   */
  grow(before: unknown, raw: readonly unknown[], completed: readonly unknown[]): boolean {
    if (!this.goesOn) return true;
    const page = raw.map((element) => this.#nameOf(element));
    const from = this.#newFrom(before, page);
    if (from === undefined) return false;
    const added = completed.slice(from).filter((element, at) => {
      const name = page[from + at] ?? '';
      if (isNamed(this.#list) && isObject(element) && this.#known.has(name)) return false;
      this.#known.add(name);
      return true;
    });
    this.goesOn = page.length >= this.#list.limit;
    // A full page without anything new leads nowhere: the API gives the same page again and again.
    if (this.goesOn && (added.length === 0 || isSame(page, this.#page))) return false;
    this.elements = [...this.elements, ...added];
    if (page.length > 0) this.#page = page;
    return true;
  }

  #newFrom(before: unknown, page: readonly string[]): number | undefined {
    const previous = Array.isArray(before) ? before.map((element) => this.#nameOf(element)) : [];
    if (!isNamed(this.#list)) return isSame(previous, this.#page) ? 0 : undefined;
    const last = this.#page.at(-1);
    if (previous[0] === last) return 0;
    const pushed = page.indexOf(last ?? '');
    return pushed === -1 ? undefined : pushed + 1;
  }

  /** Where nothing tells elements apart, the whole of one must do to know it again in its place. */
  #nameOf(element: unknown): string {
    const identity = this.#list.identities.at(-1);
    const name = identity === undefined ? undefined : valueAt(element, identity);
    return name === undefined ? JSON.stringify(element) : String(name);
  }
}

function isSame(names: readonly string[], others: readonly string[]): boolean {
  return names.length === others.length && names.every((name, at) => name === others[at]);
}

function notPaged({ name, limit }: NestedList): ConnectorError {
  return new ConnectorError({
    kind: 'schema',
    code: 'sync/nested_list_not_paged',
    message: `The list ${name} has ${limit} elements or more, and this shop's API has no way to read on.`,
    hint: 'Leave its columns out, or ask Centra whether a newer version of the API has pages of it.',
  });
}
