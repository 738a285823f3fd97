import { hasErrors, type Problem } from '../../catalog/language/problem.ts';
import type { CentraClient } from '../../centra/client.ts';
import { ConnectorError } from '../../errors.ts';
import { findAttributesOf, type OwnerAttributes } from '../../shop/attributes/attribute-types.ts';
import { probe } from '../../shop/probe.ts';
import { type NeededPermission, neededPermissions } from '../explain/permission-list.ts';
import type { OpenCatalog } from '../open-catalog.ts';
import { type RootGroup, rootGroups } from '../root-groups.ts';
import { attributeProblems, wantedAttributes } from './attribute-check.ts';
import { accessProblems, cannotBeRead, keyNeeded, type RootAccess } from './check-findings.ts';

/** A page of each end of a list, in one request: enough to see what is in use, and what was. */
const SAMPLE_ROWS = 200;

export interface Findings {
  readonly problems: readonly Problem[];
  readonly permissions: readonly NeededPermission[];
  /** What the token lacks of them; undefined where it was not asked. */
  readonly lacking: ReadonlySet<string> | undefined;
  /** What the shop has of the custom attributes that columns ask for. */
  readonly attributes: readonly OwnerAttributes[];
}

/** Finds everything that is wrong with a catalog, and what its reader needs. */
export async function checkCatalog(open: OpenCatalog, signal: AbortSignal): Promise<Findings> {
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
