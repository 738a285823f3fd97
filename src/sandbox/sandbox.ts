import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConnectorError } from '../errors.ts';
import { Clock } from './clock.ts';
import { ControlError } from './control-error.ts';
import { openShop, type Shop } from './data/shop.ts';
import type { TenantName } from './data/tenants.ts';
import { formatDateTime, parseDateTime } from './date-time.ts';
import type { Environment, Introspection, SlowAbove } from './environment.ts';
import { Faults } from './faults.ts';
import type { HiddenOrders } from './graphql/hidden-orders.ts';
import type { OtherShop } from './graphql/other-shop.ts';
import { ServedSchema } from './graphql/served-schema.ts';
import { handle } from './http.ts';
import { type Plan, RateLimits } from './limits/rate-limits.ts';
import type { RetryAfterForm } from './limits/retry-after.ts';
import { tokenText } from './limits/tokens.ts';
import { RequestLog } from './request-log.ts';
import { openWebhookPost, type WebhookPost } from './webhooks/post.ts';
import { type WebhookOptions, type WebhookSettings, webhookSettings } from './webhooks/settings.ts';
import { Webhooks } from './webhooks/webhooks.ts';

export interface SandboxOptions {
  /** 0, the default, for any free one. */
  readonly port?: number;
  /** 127.0.0.1 unless given. */
  readonly host?: string;
  /** 1 unless given. The same seed and options give the same shop. */
  readonly seed?: number;
  /** How many orders the shop has, up to 1,000,000; 500 unless given. All else scales with them. */
  readonly orders?: number;
  /** Which client of Centra the shop is of: `acme` unless given. They differ in attributes, stores and currencies. */
  readonly tenant?: TenantName;
  /** The rate limits: `growth` unless given. */
  readonly plan?: Plan;
  /** ISO text: when the sandbox's clock starts; the real time unless given. */
  readonly clockStart?: string;
  /** The clock moves only when told. False unless given. */
  readonly clockFrozen?: boolean;
  /** How late every answer is; 0 unless given. */
  readonly latencyMs?: number;
  /** Derived from the seed unless given. */
  readonly token?: string;
  /** What the token may see; all there is unless given. */
  readonly permissions?: readonly string[];
  /** Whether Centra has switched the events system on; false unless given. Where it is off, nothing errs and nothing is queued. */
  readonly events?: boolean;
  /** How many warehouses the shop has beside the tenant's own; 0 unless given. */
  readonly extraWarehouses?: number;
  /** How the API's schema differs from the bundled one; not at all unless given. */
  readonly schema?: OtherShop;
  /** A file with a schema to serve in place of the bundled one. */
  readonly schemaFile?: string;
  /** The orders that lists leave out unless a filter names them; none unless given. */
  readonly hiddenOrders?: readonly HiddenOrders[];
  /** How queries for the schema are answered: as any other unless given. */
  readonly introspection?: Partial<Introspection>;
  /** What makes a query take too long (499); nothing unless given. */
  readonly slowAbove?: SlowAbove;
  /** How an answer 429 says when to come back: `epoch` seconds unless given. */
  readonly retryAfter?: RetryAfterForm;
  /** A webhook that is told of changes; none unless given. */
  readonly webhooks?: WebhookOptions;
}

export interface Sandbox {
  /** Ends in /graphql. */
  readonly endpoint: string;
  /** Ends in /control. */
  readonly controlEndpoint: string;
  readonly token: string;
  close(): Promise<void>;
}

const mostOrders = 1_000_000;

/**
 * Starts an imitation of Centra's Integration API on a local port, with a shop that is as awkward as a real one.
 *
 * @example
 * const sandbox = await startSandbox({ orders: 2000, clockStart: '2025-06-01T12:00:00Z', clockFrozen: true });
 * await fetch(sandbox.endpoint, { method: 'POST', headers: { Authorization: `Bearer ${sandbox.token}` }, body });
 * await sandbox.close();
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const sender = openWebhookPost();
  const environment = openEnvironment(options, sender.post);
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    response.sendDate = false;
    handle(environment, request, response).catch(() => response.destroy());
  });
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(error, options.port ?? 0, host)));
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const reachable = reachableAt(host);
  const origin = `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`;
  return {
    endpoint: `${origin}/graphql`,
    controlEndpoint: `${origin}/control`,
    token: environment.mainToken,
    close: async () => {
      environment.webhooks.remove();
      await sender.close();
      await new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      });
    },
  };
}

/** Nobody can call the address that stands for all of a machine's; its own loopback one is among them. */
function reachableAt(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function cannotListen(error: Error, port: number, host: string): ConnectorError {
  const code = 'code' in error ? error.code : undefined;
  const reasons = new Map<unknown, string>([
    ['EADDRINUSE', `Port ${port} is taken.`],
    ['EACCES', `Port ${port} is not for this user.`],
    ['EADDRNOTAVAIL', `This machine has no address ${host}.`],
  ]);
  return new ConnectorError({
    kind: 'config',
    code: 'sandbox/cannot_listen',
    message: reasons.get(code) ?? `The sandbox cannot listen at ${host}:${port}.`,
    hint: 'Choose another port with --port (0 takes a free one), or another address with --host.',
    cause: error,
  });
}

function openEnvironment(options: SandboxOptions, post: WebhookPost): Environment {
  const port = options.port ?? 0;
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw optionError('port', 'must be from 0 to 65535');
  const seed = options.seed ?? 1;
  const orders = options.orders ?? 500;
  if (!Number.isInteger(orders) || orders < 1 || orders > mostOrders) {
    throw optionError('orders', `must be an integer from 1 to ${mostOrders}`);
  }
  const realStart = performance.now();
  const start =
    options.clockStart === undefined ? Date.now() : (parseDateTime(options.clockStart) ?? Number.NaN) * 1000;
  if (Number.isNaN(start)) throw optionError('clockStart', 'must be an ISO date and time');
  const clock = new Clock(start, options.clockFrozen ?? false, () => performance.now() - realStart);
  const now = Math.floor(start / 1000);
  const mainToken = options.token ?? tokenText(seed, 0);
  const token = {
    text: mainToken,
    permissions: options.permissions === undefined ? null : new Set(options.permissions),
    denied: new Set<string>(),
    isExpired: false,
    integrationName: 'sandbox',
    storeIds: null,
  };
  const extraWarehouses = options.extraWarehouses ?? 0;
  if (!Number.isInteger(extraWarehouses) || extraWarehouses < 0 || extraWarehouses > 500) {
    throw optionError('extraWarehouses', 'must be an integer from 0 to 500');
  }
  const shop = openShop({
    seed,
    orders,
    tenant: options.tenant ?? 'acme',
    now,
    events: options.events ?? false,
    extraWarehouses,
  });
  const webhooks = new Webhooks({ shop, now: () => Date.now(), post });
  if (options.webhooks !== undefined) webhooks.set(checkedWebhook(options.webhooks));
  return {
    shop,
    clock,
    served: servedSchema(shop, options),
    limits: new RateLimits(clock, options.plan ?? 'growth'),
    faults: new Faults(),
    webhooks,
    log: new RequestLog(),
    tokens: new Map([[mainToken, token]]),
    mainToken,
    seed,
    retryAfter: options.retryAfter ?? 'epoch',
    removalDate: formatDateTime(now + 180 * 86_400, 'Y-m-d'),
    latencyMs: options.latencyMs ?? 0,
    unservable: new Set(),
    hiddenOrders: new Set(options.hiddenOrders),
    introspection: { mode: 'on', ms: 60_000, ...options.introspection },
    slowAbove: options.slowAbove ?? {},
  };
}

function servedSchema({ tenant }: Shop, { schema, schemaFile }: SandboxOptions): ServedSchema {
  try {
    const served = new ServedSchema(tenant, schemaFile);
    if (schema !== undefined) served.change(schema);
    return served;
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).replace(/\.$/, '');
    throw optionError(schemaFile === undefined ? 'schema' : 'schemaFile', `does not work: ${reason}`);
  }
}

function checkedWebhook(options: WebhookOptions): WebhookSettings {
  try {
    return webhookSettings(options);
  } catch (error) {
    if (error instanceof ControlError) throw optionError('webhooks', `is not right: ${error.message}`);
    throw error;
  }
}

function optionError(name: string, what: string): ConnectorError {
  return new ConnectorError({
    kind: 'config',
    code: 'sandbox/bad_option',
    message: `The sandbox's option ${name} ${what}.`,
  });
}
