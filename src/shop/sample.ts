import { type GraphQLSchema, getNamedType, isEnumType } from 'graphql';
import {
  emptySelection,
  mergeSelections,
  renderSelection,
  type Selection,
  selectionOfPaths,
} from '../catalog/query/selection.ts';
import type { Answer, Refusal } from '../centra/answer.ts';
import type { CentraClient } from '../centra/client.ts';
import { ConnectorError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { RootDefinition } from '../roots/definition.ts';
import { rootType } from '../roots/derive.ts';
import { resolveRoot } from './open-root.ts';
import { objectsOf } from './pages/list-pager.ts';
import { type CentraObject, PAGE_SIZE } from './pages/pager.ts';

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
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
  readonly signal: AbortSignal;
  readonly root: RootDefinition;
  readonly where?: JsonObject | undefined;
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

/** Some rows of a root list, in as few requests as there are pages. */
export async function sampleRoot(input: SampleInput): Promise<Sample> {
  const { root, rows, oldestRows = 0 } = input;
  const refused = new Map<SamplePart, readonly string[]>();
  const found = new Map<unknown, CentraObject>();
  for (let page = 1; (page - 1) * PAGE_SIZE < rows; page += 1) {
    const { data } = await askWhatIsAllowed(input, page, refused);
    const newest = objectsOf(data.newest, root.label).slice(0, rows - (page - 1) * PAGE_SIZE);
    const oldest = page === 1 && oldestRows > 0 ? objectsOf(data.oldest, root.label) : [];
    for (const object of [...newest, ...oldest]) found.set(object[root.id] ?? found.size, object);
    if (newest.length < PAGE_SIZE) break;
  }
  return { objects: [...found.values()], refused };
}

/**
 * A part that may not be seen takes with it whatever holds it, up to the whole answer, where the schema says that it is
 * never null. So it is asked again without that part.
 */
async function askWhatIsAllowed(
  input: SampleInput,
  page: number,
  refused: Map<SamplePart, readonly string[]>,
): Promise<Answer> {
  for (;;) {
    const parts = input.parts.filter((part) => !refused.has(part));
    const before = refused.size;
    try {
      const answer = await askPage(input, parts, page);
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

async function askPage(input: SampleInput, parts: readonly SamplePart[], page: number): Promise<Answer> {
  const { client, schema, signal, root, where, rows, oldestRows = 0, nestedRows = PAGE_SIZE } = input;
  const type = rootType(root.root, schema)?.name ?? '';
  const selection = renderSelection(
    mergeSelections([selectionOfPaths(schema, type, [root.id]), ...parts.map((part) => part.selection)]),
  );
  const nested = selection.includes('$page') ? ', $limit: Int, $page: Int' : '';
  const { filterType, newest, oldest } = argumentsOf(schema, root);
  const list = (name: string, sort: string, limit: number, at: number) =>
    `${name}: ${root.root}(where: $where${sort}, limit: ${Math.min(PAGE_SIZE, limit)}, page: ${at}) ${selection}`;
  const lists = [list('newest', newest, rows, page)];
  if (page === 1 && oldestRows > 0) lists.push(list('oldest', oldest, oldestRows, 1));
  const query = `query ${root.root}($where: ${filterType}${nested}) {\n  ${lists.join('\n  ')}\n}`;
  const variables = { where: where ?? {}, ...(nested !== '' && { limit: nestedRows, page: 1 }) };
  return client.ask({ what: root.label, operationName: root.root, query, variables }, signal);
}

function argumentsOf(schema: GraphQLSchema, definition: RootDefinition) {
  const { root, pageKey } = definition;
  const args = schema.getQueryType()?.getFields()[root]?.args ?? [];
  const sort = getNamedType(args.find(({ name }) => name === 'sort')?.type);
  const sorts = isEnumType(sort) ? sort.getValues().map(({ name }) => name) : [];
  const sortBy = (name: string) => (sorts.includes(name) ? `, sort: [${name}]` : '');
  return {
    filterType: resolveRoot(schema, definition).filterType,
    oldest: sortBy(pageKey.sort),
    newest: sortBy(pageKey.sort.replace(/_ASC$/, '_DESC')),
  };
}
