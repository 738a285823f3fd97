import type { GraphQLSchema } from 'graphql';
import type { JsonObject } from '../../json.ts';
import type { RootDefinition } from '../../roots/definition.ts';
import { rootDefinition, rootNames, rootType } from '../../roots/derive.ts';
import { type Absence, notPermitted } from '../column/absence.ts';
import type { StreamContext } from '../column/column-context.ts';
import type { ColumnDraft } from '../column/column-draft.ts';
import { goesWithout } from '../column/column-path.ts';
import type { StreamModel } from '../language/model.ts';
import { didYouMean, inWords } from '../language/near-match.ts';
import type { Problem, Report } from '../language/problem.ts';
import { type Place, type SourceNode, textOf } from '../language/source-node.ts';
import type { SchemaView } from '../path/field-step.ts';
import { type Level, missingArgumentsOf, resolveEach, rootLevel, usesOfLevels } from '../path/levels.ts';
import { permissionsOf } from '../path/permissions.ts';
import { isStepFault } from '../path/step-fault.ts';
import { checkWhere, storeTypeOf } from '../path/where.ts';
import { reportLeaks } from '../privacy/leaks.ts';
import type { PiiHash } from '../privacy/pii-hash.ts';
import { assembleStream } from './assemble.ts';
import { compileColumns } from './column.ts';
import type { CompiledStream, UnreadableStream } from './compiled.ts';
import { type CursorColumn, cursorOf } from './cursor.ts';
import { checkKey, keyNames } from './key.ts';

export interface StreamOptions {
  readonly schema: GraphQLSchema;
  readonly reference: GraphQLSchema;
  readonly piiHash: PiiHash;
  readonly withoutPermissions: ReadonlySet<string>;
  readonly selected: ReadonlySet<string> | undefined;
  readonly report: Report;
}

export type StreamOutcome =
  | { readonly kind: 'compiled'; readonly stream: CompiledStream }
  | { readonly kind: 'unreadable'; readonly unreadable: UnreadableStream }
  /** Problems were reported. */
  | { readonly kind: 'wrong' };

/** What the compile of one stream has found so far. */
interface Compiling {
  readonly model: StreamModel;
  readonly options: StreamOptions;
  readonly say: (
    severity: Problem['severity'],
    code: string,
    place: Place,
    message: string,
    hint?: string,
  ) => void;
  /** Why the live API cannot give the stream; the first reason is enough. */
  readonly unreadable: Omit<UnreadableStream, 'stream'>[];
}

/** What is wrong by the reference too is a mistake in the file. What only the live API refuses makes the stream unreadable. */
export function compileStream(model: StreamModel, options: StreamOptions): StreamOutcome {
  if (options.schema === options.reference) return compileOn(model, options);
  const problems: Problem[] = [];
  const outcome = compileOn(model, { ...options, report: (problem) => problems.push(problem) });
  const fault = problems.find(({ severity }) => severity === 'error');
  if (fault !== undefined && isRightByReference(model, options)) {
    const reason = `This shop's API differs from the documented one, and the stream ${model.name} cannot do without: ${fault.message}`;
    return { kind: 'unreadable', unreadable: { stream: model.name, reason } };
  }
  for (const problem of problems) options.report(problem);
  return outcome;
}

function isRightByReference(model: StreamModel, options: StreamOptions): boolean {
  let isRight = true;
  const report: Report = ({ severity }) => {
    isRight &&= severity !== 'error';
  };
  compileOn(model, { ...options, schema: options.reference, report });
  return isRight;
}

function compileOn(model: StreamModel, given: StreamOptions): StreamOutcome {
  let errors = 0;
  const report: Report = (problem) => {
    if (problem.severity === 'error') errors += 1;
    given.report(problem);
  };
  const options = { ...given, report };
  const say: Compiling['say'] = (severity, code, place, message, hint) => {
    const problem: Problem = { severity, code, ...place, stream: model.name, message };
    report(hint === undefined ? problem : { ...problem, hint });
  };
  const compiling: Compiling = { model, options, say, unreadable: [] };
  const stream = compiled(compiling);
  const [unreadable] = compiling.unreadable;
  if (errors > 0) return { kind: 'wrong' };
  if (unreadable !== undefined)
    return { kind: 'unreadable', unreadable: { stream: model.name, ...unreadable } };
  return stream === undefined ? { kind: 'wrong' } : { kind: 'compiled', stream };
}

function compiled(compiling: Compiling): CompiledStream | undefined {
  const { model, options, say } = compiling;
  const found = rootOf(compiling);
  if (found === undefined) return undefined;
  const { root, schema } = found;
  const where = whereOf(root, schema, compiling);
  const type = rootType(root.root, schema);
  if (type === undefined) return undefined;
  const top = rootLevel(type);
  const rootPermission = rootPermissionOf(root, options.reference);
  if (rootPermission !== undefined && options.withoutPermissions.has(rootPermission))
    compiling.unreadable.push(notAllowed(compiling, rootPermission));
  const view: SchemaView = {
    schema,
    reference: options.reference,
    storeType: storeTypeOf(where, model.where?.place.file ?? ''),
  };
  const below = levelsOf(root, [top], view, compiling);
  if (below === undefined) return undefined;
  const key = keyNames(model, say);
  if (model.columns.length === 0) {
    say(
      'error',
      'stream/no_columns',
      model.place,
      'The stream has no columns.',
      'Write them below `columns:`, as in `order_id: number`.',
    );
    return undefined;
  }
  const { levels } = below;
  const context: StreamContext = {
    ...options,
    stream: model.name,
    view: below.view,
    levels,
    key: new Set(key),
    prefix: '',
  };
  const drafts = compileColumns(model.columns, context);
  checkKey(model, key, drafts, options.schema !== options.reference, say);
  refuseMissingKeys(key, drafts, compiling);
  const cursor = cursorOf(root, drafts, context, model, say);
  if ('lacks' in cursor)
    compiling.unreadable.push({
      reason: `${cursor.lacks.because}, and the stream ${model.name} cannot be read without it, because it says which rows are new.`,
      ...permissionIn(cursor.lacks),
    });
  else reportLeaks(model.name, exposuresOf(drafts, cursor), options.report);
  if ('lacks' in cursor) return undefined;
  const kept = drafts.filter(
    ({ isDropped, name }) => !isDropped && isWanted(name, options.selected, key, cursor.name),
  );
  return assembleStream({
    model,
    root,
    levels,
    where,
    key,
    cursor,
    columns: kept,
    schema: below.view.schema,
    reference: options.reference,
    rootPermission,
  });
}

function rootPermissionOf({ root }: RootDefinition, reference: GraphQLSchema): string | undefined {
  const type = reference.getQueryType()?.name ?? 'Query';
  return permissionsOf({ type, field: root }, reference)[0];
}

function exposuresOf(drafts: readonly ColumnDraft[], cursor: CursorColumn) {
  return [...drafts, ...(cursor.added === undefined ? [] : [cursor.added])].flatMap(
    ({ exposures }) => exposures,
  );
}

function isWanted(
  name: string,
  selected: ReadonlySet<string> | undefined,
  key: readonly string[],
  cursor: string,
): boolean {
  return selected === undefined || selected.has(name) || key.includes(name) || name === cursor;
}

function cannotGive({ model }: Compiling, lacks: string): string {
  return `This shop's API has no ${lacks}, which the stream ${model.name} cannot do without.`;
}

function notAllowed({ model }: Compiling, permission: string): Omit<UnreadableStream, 'stream'> {
  return { reason: `The API token may not read ${model.name}: it lacks ${permission}.`, permission };
}

function permissionIn({ by, what }: Absence): Pick<UnreadableStream, 'permission'> {
  return by === 'permission' ? { permission: what } : {};
}

interface FoundRoot {
  readonly root: RootDefinition;
  /** The live one; the reference where only that has the root. */
  readonly schema: GraphQLSchema;
}

function rootOf(compiling: Compiling): FoundRoot | undefined {
  const { model, options, say } = compiling;
  const { schema, reference } = options;
  const name = textOf(model.from);
  if (model.from === undefined || name === undefined) {
    const names = rootNames(schema);
    const isRoot = names.includes(model.name);
    const hint = isRoot
      ? `Write \`from: ${model.name}\` below it.`
      : `Write \`from:\` with one of ${inWords(names, 'and')}; or \`extends: default\`, if an inherited stream is meant.`;
    say('error', 'stream/no_from', model.place, 'The stream does not say what its rows are made from.', hint);
    return undefined;
  }
  const live = rootDefinition(name, schema);
  if (live !== undefined) return { root: live, schema };
  const known = rootDefinition(name, reference);
  if (known !== undefined && schema !== reference) {
    compiling.unreadable.push({ reason: cannotGive(compiling, `list "${name}"`) });
    return { root: known, schema: reference };
  }
  const names = rootNames(schema);
  const exists = schema.getQueryType()?.getFields()[name] !== undefined;
  const message = exists
    ? `"${name}" cannot be read as a stream: it is no list that can be paged by an id.`
    : `Centra has no list "${name}".`;
  say(
    'error',
    'stream/unknown_root',
    model.from.place,
    message,
    didYouMean(name, names) ?? `The lists are ${inWords(names, 'and')}.`,
  );
  return undefined;
}

function whereOf(root: RootDefinition, schema: GraphQLSchema, compiling: Compiling): JsonObject | undefined {
  const { model, options, say } = compiling;
  if (model.where === undefined) return undefined;
  const checked = checkWhere(model.where, root, schema, options.reference);
  if (checked.kind === 'wrong')
    for (const { code, place, message, hint } of checked.faults) say('error', code, place, message, hint);
  if (checked.kind === 'missing') {
    const reason = `${checked.because}, by which the stream ${model.name} filters; without it, it would read more than was asked for.`;
    compiling.unreadable.push({ reason });
  }
  if (checked.kind !== 'good') return undefined;
  for (const text of checked.deprecated) say('warning', 'path/deprecated', model.where.place, `${text}.`);
  return checked.where;
}

interface StreamLevels {
  readonly levels: readonly Level[];
  readonly view: SchemaView;
}

function levelsOf(
  root: RootDefinition,
  top: readonly Level[],
  view: SchemaView,
  compiling: Compiling,
): StreamLevels | undefined {
  const { model, options, say } = compiling;
  if (model.each === undefined) return { levels: top, view };
  const nestedList = root.change.kind === 'snapshot' ? root.change.nestedList : undefined;
  const live = resolveEach(model.each, top, view, { listPagedBySync: nestedList });
  if (!isStepFault(live)) {
    const deprecations = new Set(usesOfLevels(live).flatMap((use) => use.deprecations));
    for (const text of deprecations) say('warning', 'path/deprecated', model.each.place, `${text}.`);
    for (const what of missingArgumentsOf(live))
      say('warning', 'path/absent', model.each.place, goesWithout(what, model.name));
    const lacking = notPermitted(usesOfLevels(live), options.withoutPermissions, options.reference);
    if (lacking !== undefined) compiling.unreadable.push(notAllowed(compiling, lacking.what));
    return { levels: [...top, ...live], view };
  }
  const known =
    view.schema === options.reference
      ? undefined
      : inReference(root, model.each, view, options.reference, nestedList);
  if (known === undefined) {
    say('error', live.code, live.place, live.message, live.hint);
    return undefined;
  }
  compiling.unreadable.push({
    reason:
      live.lacks === undefined
        ? `This shop's API differs from the documented one, and the stream ${model.name} cannot be read: ${live.message}`
        : cannotGive(compiling, live.lacks),
  });
  return known;
}

/** So that the columns of a stream that cannot be read are still checked. */
function inReference(
  root: RootDefinition,
  each: SourceNode,
  view: SchemaView,
  reference: GraphQLSchema,
  listPagedBySync: string | undefined,
): StreamLevels | undefined {
  const type = rootType(root.root, reference);
  if (type === undefined) return undefined;
  const referenceView = { ...view, schema: reference };
  const top = rootLevel(type);
  const levels = resolveEach(each, [top], referenceView, { listPagedBySync });
  return isStepFault(levels) ? undefined : { levels: [top, ...levels], view: referenceView };
}

function refuseMissingKeys(
  key: readonly string[],
  drafts: readonly ColumnDraft[],
  compiling: Compiling,
): void {
  for (const { name, missing } of drafts) {
    if (missing === undefined || missing.by === 'kind' || !key.includes(name)) continue;
    compiling.unreadable.push({
      reason: `${missing.because}, and ${compiling.model.name}.${name} is in the key of its rows.`,
      ...permissionIn(missing),
    });
  }
}
