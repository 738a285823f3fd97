import type { GraphQLSchema } from 'graphql';
import type { CompiledStream } from '../catalog/compile/compiled.ts';
import type { CentraClient } from '../centra/client.ts';
import type { RootDefinition } from '../roots/definition.ts';
import { type OpenRoot, openRoot } from '../shop/open-root.ts';
import type { Coverage } from './coverage.ts';
import type { StreamFold } from './fold.ts';

/** One stream that is compared. */
export interface Member {
  readonly fold: StreamFold;
  readonly coverage: Coverage;
}

/** How a root's rows show their status, and how they are filtered by it. */
interface StatusField {
  readonly field: string;
  readonly filter: string;
  readonly values: readonly string[];
}

/** Streams that the shop is asked about together: of one root, under one filter, covered for the same times. */
export interface VerifyGroup {
  /** Under the filter of the streams. */
  readonly root: OpenRoot;
  readonly timeField: string;
  readonly timeFilter: string;
  /** Undefined: rows are told apart by their day only. */
  readonly status: StatusField | undefined;
  readonly coverage: Coverage;
  readonly members: readonly Member[];
}

/** The names that versions of the API give the field with a row's status. */
export function statusFieldsOf({ change }: RootDefinition): readonly string[] {
  return change.kind === 'created' ? change.statusFields : ['status'];
}

/** The shop that is compared with. */
export interface VerifiedShop {
  readonly client: CentraClient;
  readonly schema: GraphQLSchema;
}

/** Members must be of streams that are read by windows: a snapshot has no day. */
export function groupMembers(members: readonly Member[], shop: VerifiedShop): readonly VerifyGroup[] {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const { stream, root } = member.fold.view;
    const { covered } = member.coverage;
    const key = JSON.stringify([stream.root.root, stream.where ?? null, root.filter, covered]);
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups.values()].flatMap((group) => groupOf(group, shop) ?? []);
}

function groupOf(members: readonly Member[], { client, schema }: VerifiedShop): VerifyGroup | undefined {
  const [first] = members;
  if (first === undefined) return undefined;
  const { stream } = first.fold.view;
  const { change } = stream.root;
  if (change.kind === 'snapshot') return undefined;
  const root = openRoot(client, schema, stream.root, stream.where);
  const status = statusOf(root, stream);
  return {
    root,
    timeField: change.field,
    timeFilter: change.filter,
    status: status !== undefined && members.every(({ fold }) => shows(fold, status)) ? status : undefined,
    coverage: first.coverage,
    members,
  };
}

function statusOf(root: OpenRoot, { where }: CompiledStream): StatusField | undefined {
  // Under a filter that is negated, the same words would mean the opposite.
  const negated = Array.isArray(where?.negate) ? where.negate : [];
  const names = statusFieldsOf(root.definition);
  const field = names.find(root.has);
  const filter = names.find((name) => root.filter.has(name) && !negated.includes(name));
  const values = filter === undefined ? undefined : root.filter.words(filter);
  return field === undefined || filter === undefined || values === undefined
    ? undefined
    : { field, filter, values };
}

/** Whether a stream's rows show the status as the API has it, and not mapped to something else. */
function shows({ view, roots }: StreamFold, { values }: StatusField): boolean {
  if (view.statusColumn === undefined) return false;
  const known = new Set(values);
  for (const rows of roots.values()) if (!rows.every(({ status }) => known.has(status))) return false;
  return true;
}
