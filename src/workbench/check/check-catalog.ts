import { hasErrors, type Problem } from '../../catalog/language/problem.ts';
import { findAccess } from '../../shop/access.ts';
import { findAttributesOf, type OwnerAttributes } from '../../shop/attributes/attribute-types.ts';
import { type NeededPermission, neededPermissions } from '../explain/permission-list.ts';
import type { OpenCatalog } from '../open-catalog.ts';
import { attributeProblems, wantedAttributes } from './attribute-check.ts';
import { accessProblems, cannotBeRead, keyNeeded } from './check-findings.ts';

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
  const { reference } = open.schemas;
  const access = await findAccess({
    client,
    schema: open.schemas.schema,
    signal,
    bind: open.bind,
    isWanted: () => true,
    isForRead: false,
    isGuessed: !open.schemas.isLive,
  });
  const { schema } = access;
  const wanted = wantedAttributes(loaded, compiled.streams, schema);
  const attributes = await findAttributesOf(new Set(wanted.flatMap(({ owners }) => owners)), {
    client,
    schema,
    reference,
    signal,
    rows: SAMPLE_ROWS,
  });
  return {
    problems: [
      ...problems,
      ...accessProblems(access, compiled, loaded),
      ...attributeProblems(wanted, attributes),
    ],
    permissions,
    attributes,
    lacking: access.lacking,
  };
}
