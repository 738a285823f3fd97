import { formatProblem, hasErrors, type Problem } from '../../catalog/language/problem.ts';
import type { CentraClient } from '../../centra/client.ts';
import type { CommandContext } from '../../console/command-context.ts';
import { FINDINGS, SUCCESS } from '../../console/exit-code.ts';
import { ConnectorError } from '../../errors.ts';
import { findAttributesOf, type OwnerAttributes } from '../../shop/attributes/attribute-types.ts';
import { probe } from '../../shop/probe.ts';
import { type NeededPermission, neededPermissions } from '../explain/permission-list.ts';
import { type CatalogArguments, type OpenCatalog, openCatalog } from '../open-catalog.ts';
import { type RootGroup, rootGroups } from '../root-groups.ts';
import { attributeProblems, attributesInWords, wantedAttributes } from './attribute-check.ts';
import { accessProblems, cannotBeRead, keyNeeded, type RootAccess } from './check-findings.ts';

/** Says everything that is wrong with a catalog. The exit code is 1 when there is an error; a warning is none. */
export async function catalogCheck(
  args: CatalogArguments & { readonly json: boolean },
  context: CommandContext,
): Promise<number> {
  const { output } = context;
  const open = await openCatalog(args, context, { observer: { refused: () => undefined } });
  try {
    const findings = await examine(open, context.signal);
    await output.writeText(args.json ? asJson(open, findings) : asText(open, findings));
    return hasErrors(findings.problems) ? FINDINGS : SUCCESS;
  } finally {
    await open.close();
  }
}

/** A page of each end of a list, in one request: enough to see what is in use, and what was. */
const SAMPLE_ROWS = 200;

interface Findings {
  readonly problems: readonly Problem[];
  readonly permissions: readonly NeededPermission[];
  /** What the token lacks of them; undefined where it was not asked. */
  readonly lacking: ReadonlySet<string> | undefined;
  /** What the shop has of the custom attributes that columns ask for. */
  readonly attributes: readonly OwnerAttributes[];
}

async function examine(open: OpenCatalog, signal: AbortSignal): Promise<Findings> {
  const { loaded, compiled, client, configuration } = open;
  const permissions = neededPermissions(compiled.streams);
  const problems = [
    ...compiled.problems,
    ...(configuration === undefined ? keyNeeded(loaded) : []),
    ...cannotBeRead(compiled.unreadable, loaded),
  ];
  // A catalog with an error may not mask what it should: then nothing is asked for, not even one row.
  if (client === undefined || hasErrors(compiled.problems))
    return { problems, permissions, lacking: undefined, attributes: [] };
  const access: RootAccess[] = [];
  for (const group of rootGroups(compiled.streams)) access.push(await accessTo(group, client, open, signal));
  const { schema, reference } = open.schemas;
  const wanted = wantedAttributes(loaded, compiled.streams, schema);
  const attributes = await findAttributesOf(new Set(wanted.flatMap(({ owners }) => owners)), {
    client,
    schema,
    reference,
    signal,
    rows: SAMPLE_ROWS,
  });
  const columnsNeeding = (permission: string, streams: readonly string[]) =>
    compiled.streams
      .filter(({ name }) => streams.includes(name))
      .flatMap(({ name, permissions: needed }) =>
        (needed.get(permission) ?? []).map((column) => `${name}.${column}`),
      );
  return {
    problems: [
      ...problems,
      ...accessProblems(access, columnsNeeding, loaded),
      ...attributeProblems(wanted, attributes),
    ],
    permissions,
    attributes,
    lacking: new Set([...access.flatMap((one) => one.lacking), ...refusedRoots(access, compiled.streams)]),
  };
}

function refusedRoots(access: readonly RootAccess[], streams: OpenCatalog['compiled']['streams']) {
  const refused = new Set(
    access.filter(({ refusal }) => refusal !== undefined).flatMap((one) => one.streams),
  );
  return streams.flatMap(({ name, rootPermission }) => (refused.has(name) ? (rootPermission ?? []) : []));
}

async function accessTo(
  { streams }: RootGroup,
  client: CentraClient,
  { schemas }: OpenCatalog,
  signal: AbortSignal,
): Promise<RootAccess> {
  const names = streams.map(({ name }) => name);
  try {
    const refusals = await probe({ client, schema: schemas.schema, signal, streams });
    const lacking = [...new Set(refusals.flatMap(({ permission }) => permission ?? []))];
    return { streams: names, refusal: undefined, lacking };
  } catch (error) {
    const isAboutThisRoot = error instanceof ConnectorError && ['permission', 'schema'].includes(error.kind);
    if (!isAboutThisRoot) throw error;
    return { streams: names, refusal: { message: error.message, hint: error.hint }, lacking: [] };
  }
}

function asText(open: OpenCatalog, { problems, permissions, lacking, attributes }: Findings): string {
  const parts = [problems.map((problem) => `${formatProblem(problem)}\n`).join('')];
  const isWhole = !hasErrors(open.compiled.problems);
  if (permissions.length > 0) parts.push(permissionsText(permissions, lacking, isWhole));
  parts.push(`${summary(open, problems)}\n${attributesInWords(attributes)}${nextStep(open, problems)}\n`);
  return parts.filter((part) => part !== '').join('\n');
}

function permissionsText(
  permissions: readonly NeededPermission[],
  lacking: ReadonlySet<string> | undefined,
  isWhole: boolean,
): string {
  const width = Math.max(...permissions.map(({ permission }) => permission.length));
  const lines = permissions.map(({ permission, streams, columns }) => {
    const has = lacking === undefined ? '' : lacking.has(permission) ? 'lacks  ' : 'has    ';
    return `  ${has}${permission.padEnd(width)}  ${[...streams, ...shortened(columns)].join(', ')}\n`;
  });
  const title = isWhole
    ? 'Permissions that the API token needs, and what for:'
    : 'Permissions that the API token needs for the streams without an error:';
  return `${title}\n${lines.join('')}`;
}

const MOST_COLUMNS = 4;

function shortened(columns: readonly string[]): readonly string[] {
  if (columns.length <= MOST_COLUMNS) return columns;
  return [...columns.slice(0, MOST_COLUMNS - 1), `${columns.length - MOST_COLUMNS + 1} more columns`];
}

function summary(
  { label, compiled, schemas, configuration }: OpenCatalog,
  problems: readonly Problem[],
): string {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const warnings = problems.length - errors;
  const columns = compiled.streams.reduce((sum, stream) => sum + stream.columns.length, 0);
  const against = schemas.isLive
    ? `the live schema of ${new URL(configuration?.endpoint ?? '').host}`
    : 'the schema that comes with the connector';
  const size =
    errors > 0 ? '' : `${counted(compiled.streams.length, 'stream')} with ${counted(columns, 'column')}, `;
  return `${label}: ${size}${counted(errors, 'error')}, ${counted(warnings, 'warning')}; checked against ${against}.`;
}

function nextStep({ argument, configuration }: OpenCatalog, problems: readonly Problem[]): string {
  if (hasErrors(problems)) return 'Correct the errors, and run the same command again.';
  if (configuration === undefined)
    return `Add --config to check it against the shop's own schema and the permissions of its token, or see what it asks for: source-centra catalog explain ${argument}`;
  return `See its rows: source-centra catalog preview ${argument} --config … --stream …`;
}

function counted(count: number, what: string): string {
  return `${count === 0 ? 'no' : count} ${what}${count === 1 ? '' : 's'}`;
}

function asJson(
  { label, compiled, schemas }: OpenCatalog,
  { problems, permissions, lacking, attributes }: Findings,
): string {
  const result = {
    catalog: label,
    schema: schemas.isLive ? 'live' : 'bundled',
    errors: problems.filter(({ severity }) => severity === 'error').length,
    warnings: problems.filter(({ severity }) => severity === 'warning').length,
    problems,
    streams: compiled.streams.map(({ name, columns }) => ({ name, columns: columns.length })),
    attributes: attributes.map(({ owner, isCertain, objects, facts }) => ({
      owner,
      certain: isCertain,
      objects,
      types: facts.map(({ type }) => type),
    })),
    permissions: permissions.map((needed) => ({
      ...needed,
      ...(lacking === undefined ? {} : { granted: !lacking.has(needed.permission) }),
    })),
  };
  return `${JSON.stringify(result, undefined, 2)}\n`;
}
