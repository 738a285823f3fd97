import type { CheckedCatalog } from '../catalog/compile/checked-catalog.ts';
import type { CentraClient } from '../centra/client.ts';
import type { Configuration } from '../config/load.ts';
import type { CommandContext } from '../console/command-context.ts';
import type { ErrorKind } from '../errors.ts';
import type { WantedStream } from '../protocol/message.ts';
import { type BoundCatalog, bindCatalog, configuredCatalog } from './catalog.ts';
import { findSchemas, openShop, type Schemas, type Shop, type ShopOptions } from './shop.ts';

/** A shop, its schema, and the catalog that is bound to it. */
export interface Source {
  readonly shop: Shop;
  readonly schemas: Schemas;
  readonly catalog: BoundCatalog;
}

export interface BindOptions {
  /** Errors of these kinds leave the schema that comes with the connector. */
  readonly tolerated: readonly ErrorKind[];
  /** Undefined: all streams. */
  readonly wanted?: readonly WantedStream[] | undefined;
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
  catalog: CheckedCatalog,
  client: CentraClient,
  { tolerated, wanted }: BindOptions,
  { log, signal }: Pick<CommandContext, 'log' | 'signal'>,
): Promise<Omit<Source, 'shop'>> {
  const schemas = await findSchemas(client, { tolerated, log, signal });
  const bound = bindCatalog(catalog, schemas, wanted);
  for (const warning of bound.warnings) log('warn', warning);
  return { schemas, catalog: bound };
}
