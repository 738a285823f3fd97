import { type CheckedCatalog, loadCatalog } from '../../catalog/compile/checked-catalog.ts';
import { bundledNames } from '../../catalog/language/load.ts';
import { recordedClient } from '../../centra/recorded-client.ts';
import type { Configuration } from '../../config/load.ts';
import type { CommandContext } from '../../console/command-context.ts';
import { loggingObserver } from '../../console/log.ts';
import { configuredCatalog } from '../../read/catalog.ts';
import { openShop } from '../../read/shop.ts';
import { TEST_PII_KEY } from '../test-pii-key.ts';
import type { Diagnosis } from './diagnosis.ts';
import { examineShop } from './examine-shop.ts';

/** A person waits for the answer. */
const PATIENCE_MS = 20_000;

/** Opens the shop that a configuration names for as long as the doctor takes. */
export async function withDoctor(configuration: Configuration, context: CommandContext): Promise<Diagnosis> {
  const { log, signal, version } = context;
  const catalog = await configuredCatalog(configuration);
  const bundled = await bundledCatalogs();
  // What is refused or deprecated is part of the answer.
  const observer = { ...loggingObserver(log), refused: () => undefined, repeated: () => undefined };
  const shop = openShop(configuration, context, { patienceMs: PATIENCE_MS, observer, isPaced: true });
  try {
    const client = recordedClient(shop.client, () => performance.now());
    return await examineShop({ client, configuration, catalog, bundled, version, signal });
  } finally {
    await shop.close();
  }
}

/** None of their rows is read, so that no key of the tenant's is needed. */
async function bundledCatalogs(): Promise<readonly CheckedCatalog[]> {
  const names = await bundledNames();
  const keys = { piiKey: TEST_PII_KEY, piiKeyId: undefined };
  return Promise.all(names.map((name) => loadCatalog({ source: 'bundled', name }, keys)));
}
