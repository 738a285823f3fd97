import {
  emptySelection,
  mergeSelections,
  type Selection,
  selectionOfPaths,
} from '../catalog/query/selection.ts';
import type { Answer, Refusal } from '../centra/answer.ts';
import { ConnectorError } from '../errors.ts';
import { type AskedRoot, filterOf } from './asked-root.ts';
import { samplePage, variablesIn } from './documents.ts';
import { type CentraObject, objectsOf, PAGE_SIZE } from './objects.ts';

/** Something to ask of each row, which is left out where the token may not see it. */
export interface SamplePart {
  /** On the type of the root's rows. */
  readonly selection: Selection;
  /** Beside that of the root list. */
  readonly permissions: readonly string[];
  /** Asked for all the same, to see what a read gets. */
  readonly isNeeded?: boolean;
}

export interface SampleInput {
  readonly parts: readonly SamplePart[];
  /** How many rows of the root, the newest first. */
  readonly rows: number;
  /** How many of the oldest beside them, in the same request: what was in use once differs from what is now. */
  readonly oldestRows?: number;
  /** How many elements of a nested list whose pages the sync turns. */
  readonly nestedRows?: number;
}

export interface Sample {
  /** Each row once. */
  readonly objects: readonly CentraObject[];
  /** The parts that were left out, with the permissions that the token lacks for them. */
  readonly refused: ReadonlyMap<SamplePart, readonly string[]>;
}

/** Some rows of a root list, in as few requests as the limits allow: everything that a row has can be dear. */
export async function sampleRoot(asked: AskedRoot, input: SampleInput, signal: AbortSignal): Promise<Sample> {
  const { rows, oldestRows = 0 } = input;
  const { id, label } = asked.root.definition;
  const refused = new Map<SamplePart, readonly string[]>();
  const found = new Map<unknown, CentraObject>();
  const where = filterOf(asked, {});
  if (where === undefined) return { objects: [], refused };
  const first = pageOf({ ...asked, where }, input, input.parts, 1);
  const pageRows = asked.client.comfortableRows(first.query, Math.min(PAGE_SIZE, rows), first.variablesFor);
  for (let page = 1; (page - 1) * pageRows < rows; page += 1) {
    const ask = (parts: readonly SamplePart[]) => {
      const { variablesFor, ...document } = pageOf({ ...asked, where }, input, parts, page);
      const variables = variablesFor(pageRows);
      return asked.client.ask({ what: label, ...document, variables, rows: pageRows }, signal);
    };
    const { data } = await askWhatIsAllowed(input.parts, refused, ask);
    const newest = objectsOf(data.newest, label).slice(0, rows - (page - 1) * pageRows);
    const oldest = page === 1 && oldestRows > 0 ? objectsOf(data.oldest, label) : [];
    for (const object of [...newest, ...oldest]) found.set(object[id] ?? found.size, object);
    if (newest.length < pageRows) break;
  }
  return { objects: [...found.values()], refused };
}

/**
 * A part that may not be seen takes with it whatever holds it, up to the whole answer, where the schema says that it is
 * never null. So it is asked again without that part.
 */
async function askWhatIsAllowed(
  wanted: readonly SamplePart[],
  refused: Map<SamplePart, readonly string[]>,
  ask: (parts: readonly SamplePart[]) => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const parts = wanted.filter((part) => !refused.has(part));
    const before = refused.size;
    try {
      const answer = await ask(parts);
      for (const refusal of answer.refusals) leaveOut(parts, refusal, refused);
      if (refused.size === before) return answer;
    } catch (error) {
      if (!(error instanceof ConnectorError) || error.kind !== 'permission') throw error;
      for (const permission of permissionsIn(error.message))
        leaveOut(parts, { permission, path: [] }, refused);
      if (refused.size === before) throw error;
    }
  }
}

function leaveOut(
  parts: readonly SamplePart[],
  { permission, path }: Refusal,
  refused: Map<SamplePart, readonly string[]>,
): void {
  const [, ...keys] = path;
  for (const part of parts) {
    const isMeant =
      (permission !== undefined && part.permissions.includes(permission)) ||
      (keys.length > 0 && asksFor(part.selection, keys));
    if (!isMeant || part.isNeeded === true) continue;
    const known = refused.get(part) ?? [];
    const name = permission ?? 'a permission that Centra did not name';
    if (!known.includes(name)) refused.set(part, [...known, name]);
  }
}

function asksFor(selection: Selection, keys: readonly string[]): boolean {
  const [key, ...rest] = keys;
  if (key === undefined) return true;
  return (
    selection.fields.some(
      (field) => field.responseKey === key && asksFor(field.selection ?? emptySelection, rest),
    ) || selection.fragments.some((fragment) => asksFor(fragment.selection, keys))
  );
}

/** The error names them in its sentence: "it lacks Order.attributes:read, Attribute:read". */
function permissionsIn(message: string): ReadonlySet<string> {
  return new Set(message.match(/\b[A-Z][\w.]*:read\b/g));
}

function pageOf(
  { root, where }: AskedRoot,
  { oldestRows = 0, nestedRows = PAGE_SIZE }: SampleInput,
  parts: readonly SamplePart[],
  page: number,
) {
  const { definition, schema, type } = root;
  const selection = mergeSelections([
    selectionOfPaths(schema, type, [definition.id]),
    ...parts.map((part) => part.selection),
  ]);
  const hasOldest = page === 1 && oldestRows > 0;
  const isNested = variablesIn(selection).length > 0;
  const variablesFor = (rows: number) => ({
    where,
    rows,
    ...(hasOldest && { oldestRows: Math.min(rows, oldestRows) }),
    ...(isNested && { limit: nestedRows, page: 1 }),
  });
  return { ...samplePage(root, selection, { page, hasOldest }), variablesFor };
}
