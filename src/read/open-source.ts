import type { CheckedCatalog } from '../catalog/compile/checked-catalog.ts';
import { type PermissionNeeded, permissionsNeeded } from '../catalog/compile/permissions-needed.ts';
import type { CentraClient } from '../centra/client.ts';
import type { Configuration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import type { ErrorKind } from '../errors.ts';
import type { WantedStream } from '../protocol/message.ts';
import { type Access, findAccess, type Known } from '../shop/access.ts';
import { openRoot } from '../shop/open-root.ts';
import { type BoundCatalog, bindCatalog, configuredCatalog } from './catalog.ts';
import { lacksPermission, refusedElsewhere } from './missing-permissions.ts';
import { findSchemas, openShop, type Schemas, type Shop, type ShopOptions } from './shop.ts';

/** A shop, its schema, and the catalog that is bound to it. */
export interface Source {
  readonly shop: Shop;
  readonly schemas: Schemas;
  readonly catalog: BoundCatalog;
  /** The permissions that the wanted streams need. */
  readonly needed: readonly PermissionNeeded[];
  /** What the token lacks for the wanted streams; nothing where that was not looked for. */
  readonly missing: readonly PermissionNeeded[];
  /** Where streams are read in another way than is documented: a sentence each. */
  readonly differences: readonly string[];
  readonly known: Known;
}

export interface BindOptions {
  /** Errors of these kinds leave the schema that comes with the connector. */
  readonly tolerated: readonly ErrorKind[];
  /** Undefined: all streams. */
  readonly wanted?: readonly WantedStream[] | undefined;
  /**
   * Whether it is found out first what the token may see: `read` leaves an answer that is too much to the read, `all` throws it.
   * `no`: the catalog stays what it is for any token.
   */
  readonly looksAtAccess: 'no' | 'read' | 'all';
  /** What an earlier look at this shop has found. */
  readonly known?: Known | undefined;
}

/** Opens the shop that a configuration names for as long as `use` takes. Nothing is asked of it when the catalog is wrong. */
export async function withSource<T>(
  configuration: Configuration,
  options: ShopOptions & BindOptions,
  context: CommandContext,
  use: (source: Source) => Promise<T>,
): Promise<T> {
  const checked = await configuredCatalog(configuration);
  const shop = openShop(configuration, context, options);
  try {
    return await use({ shop, ...(await bindToShop(checked, shop.client, options, context)) });
  } finally {
    await shop.close();
  }
}

/** Asks the shop for its schema and binds the catalog to it; throws where nothing can be read at all. */
export async function bindToShop(
  checked: CheckedCatalog,
  client: CentraClient,
  options: BindOptions,
  { log, signal }: Pick<CommandContext, 'log' | 'signal'>,
): Promise<Omit<Source, 'shop'>> {
  const { tolerated, wanted, looksAtAccess, known } = options;
  const schemas = await findSchemas(client, { tolerated, log, signal });
  if (looksAtAccess === 'no') {
    const catalog = bindCatalog(checked, schemas.schema, { wanted });
    for (const warning of catalog.warnings) log('warn', warning);
    return {
      schemas,
      catalog,
      needed: permissionsNeeded(catalog),
      missing: [],
      differences: [],
      known: nothingKnown,
    };
  }
  const names = wanted && new Set(wanted.map(({ name }) => name));
  const access: Access<BoundCatalog> = await findAccess({
    client,
    schema: schemas.schema,
    signal,
    bind: (schema, lacking) => bindCatalog(checked, schema, { wanted, lacking }),
    isWanted: (stream) => names?.has(stream) ?? true,
    known,
    isForRead: looksAtAccess === 'read',
    isGuessed: !schemas.isLive,
  });
  const { catalog, schema, needed, missing, others } = access;
  for (const warning of catalog.warnings) log('warn', warning);
  for (const needed of missing) {
    const warning = lacksPermission(needed, catalog);
    if (warning !== undefined) log('warn', warning);
  }
  for (const warning of refusedElsewhere(others)) log('warn', warning);
  const wantedStreams = catalog.streams.filter(({ name }) => names?.has(name) ?? true);
  const differences = new Set(
    wantedStreams.flatMap(({ root }) => openRoot(client, schema, root).differences),
  );
  for (const difference of differences) log('warn', difference);
  return {
    schemas: { ...schemas, schema },
    catalog,
    needed,
    missing,
    differences: [...differences],
    known: access,
  };
}

const nothingKnown: Known = Object.freeze({ lacking: new Set<string>(), absent: new Set<string>() });
