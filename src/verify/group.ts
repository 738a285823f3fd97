import {
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { CompiledStream } from '../catalog/compile/compiled.ts';
import type { JsonObject } from '../json.ts';
import type { RootDefinition } from '../roots/definition.ts';
import { type ResolvedRoot, resolveRoot } from '../shop/open-root.ts';
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
  readonly root: ResolvedRoot;
  readonly where: JsonObject | undefined;
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

/** Members must be of streams that are read by windows: a snapshot has no day. */
export function groupMembers(members: readonly Member[], schema: GraphQLSchema): readonly VerifyGroup[] {
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const { stream, root } = member.fold.view;
    const { covered } = member.coverage;
    const key = JSON.stringify([stream.root.root, stream.where ?? null, root.filter, covered]);
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  return [...groups.values()].flatMap((group) => groupOf(group, schema) ?? []);
}

function groupOf(members: readonly Member[], schema: GraphQLSchema): VerifyGroup | undefined {
  const [first] = members;
  if (first === undefined) return undefined;
  const { stream } = first.fold.view;
  const { change } = stream.root;
  if (change.kind === 'snapshot') return undefined;
  const root = resolveRoot(schema, stream.root);
  const status = statusOf(schema, root, stream);
  return {
    root,
    where: stream.where,
    timeField: change.field,
    timeFilter: change.filter,
    status: status !== undefined && members.every(({ fold }) => shows(fold, status)) ? status : undefined,
    coverage: first.coverage,
    members,
  };
}

function statusOf(
  schema: GraphQLSchema,
  { definition, type, filterType }: ResolvedRoot,
  { where }: CompiledStream,
): StatusField | undefined {
  // Under a filter that is negated, the same words would mean the opposite.
  const negated = Array.isArray(where?.negate) ? where.negate : [];
  const rows = schema.getType(type);
  const filters = schema.getType(filterType);
  if (!(isObjectType(rows) || isInterfaceType(rows)) || !isInputObjectType(filters)) return undefined;
  const names = statusFieldsOf(definition);
  const field = names.find((name) => rows.getFields()[name] !== undefined);
  const filter = names.find((name) => filters.getFields()[name] !== undefined && !negated.includes(name));
  const values = getNamedType(filters.getFields()[filter ?? '']?.type);
  if (field === undefined || filter === undefined || !isEnumType(values)) return undefined;
  return { field, filter, values: values.getValues().map(({ name }) => name) };
}

/** Whether a stream's rows show the status as the API has it, and not mapped to something else. */
function shows({ view, roots }: StreamFold, { values }: StatusField): boolean {
  if (view.statusColumn === undefined) return false;
  const known = new Set(values);
  for (const rows of roots.values()) if (!rows.every(({ status }) => known.has(status))) return false;
  return true;
}
