// Generated from schemas/configuration.schema.json by `npm run generate`. Do not edit.

/**
 * The address of your shop's Integration API. Production: https://{client}.centra.com/graphql, QA: https://{client}.centraqa.com/graphql.
 */
export type GraphQLEndpoint = string;
/**
 * An Integration API token, made in Centra under System > API Tokens, with the read permissions of the streams you want (Order:read, Return:read, PurchaseOrderDelivery:read, Warehouse:read, Warehouse.stock:read and what they refer to). It expires after 30 days unless you set another date. Instead of the token: ${NAME} takes it from that environment variable, ${file:/run/secrets/name} from that file, as the connector sees them.
 */
export type APIToken = string;
/**
 * As Centra shows it under System > API Tokens. In the last week before it, the connection test and each sync warn. A date means its midnight in UTC. Empty: no warning.
 */
export type DateOnWhichTheTokenExpires = string;
/**
 * How your shop's own data model becomes columns. Start with the default; write your own when you want custom attributes, other columns or masked personal data.
 */
export type TenantCatalog = Bundled | File | Inline;
/**
 * The name of a bundled catalog.
 */
export type Name = string;
/**
 * The path of the catalog file, as the connector sees it.
 */
export type Path = string;
/**
 * The text of the catalog.
 */
export type YAML = string;
/**
 * A first sync reads the orders updated, and the returns and deliveries created, since then. A date means its midnight in UTC. Empty: everything.
 */
export type StartDate = string;
/**
 * Needed only when your tenant catalog hashes columns (pii: hash): at least 32 characters that nobody can guess. The same key gives the same hashes, so that hashed columns still join. Instead of the key: ${NAME} takes it from that environment variable, ${file:/run/secrets/name} from that file.
 */
export type KeyForHashedPersonalData = string;
/**
 * Written before each hash (name:hash), so that a change of the key shows in the data. Empty: the hash alone.
 */
export type NameOfThatKey = string;
/**
 * Centra's limits are shared by all your integrations. The connector uses at most this share of them: 0.5 leaves half to the others.
 */
export type ShareOfTheAPILimits = number;
/**
 * How many requests may be under way at once, at most.
 */
export type RequestsAtTheSameTime = number;
/**
 * Returns can be reopened and returns and deliveries can be deleted without leaving a date. So often their ids are compared with the shop's, by an incremental sync: what changed is written, what is gone is marked as deleted. 0: never.
 */
export type HoursBetweenComparisonsWithTheShop = number;
/**
 * How many days back, by the date of creation, a comparison goes.
 */
export type DaysThatAreCompared = number;
/**
 * A row can become visible in the API some minutes after the time that it carries. Each incremental sync begins so long before where the last one ended; rows that are the same as before are not written again.
 */
export type MinutesThatAreReadAgain = number;
/**
 * When more than 10 rows and more than a tenth of what is known would be marked as deleted at once, this is more likely a token that sees less than before, so the deletions are withheld and a warning says so. Set this for the sync that may make them.
 */
export type AllowMassDeletions = boolean;
/**
 * Only where a shop was renamed: the endpoint that its earlier syncs used. Without it, the state of another endpoint is refused, so that rows of two shops are never mixed.
 */
export type PreviousGraphQLEndpoint = string;
/**
 * An API that fails in the middle of a read is asked again for so long before the read gives up; what was read stays, and the next read goes on from there.
 */
export type MinutesToWaitForAnAPIThatIsDown = number;
/**
 * How long the API may stay silent before a request is tried again. Heavy queries can be slow.
 */
export type SecondsToWaitForAnAnswer = number;
/**
 * Only where Centra has enabled it for you: changes and deletions are then learned from its queue (permissions Event:read and Event:write). The queue belongs to the token's integration name: a token that another system uses too would take that system's events away.
 */
export type UseCentraSEventsSystem = boolean;
/**
 * Where a receiver (source-centra serve) keeps what Centra's webhooks told of: postgresql://user:password@host/database, or a folder on this machine. A read takes first what waits there. ${NAME} takes it from that environment variable, ${file:/run/secrets/name} from that file. Empty: no webhooks.
 */
export type WebhookInbox = string;
/**
 * For the receiver alone: the last part of its path, /centra/<id>, which nobody may guess. source-centra webhook create makes one.
 */
export type WebhookPath = string;
/**
 * For the receiver alone: the endpoint secret that Centra signs its calls with. ${NAME} takes it from that environment variable, ${file:/run/secrets/name} from that file.
 */
export type WebhookSecret = string;
/**
 * While the endpoint secret is being replaced: the old one, which is accepted too.
 */
export type PreviousWebhookSecret = string;

export interface CentraSourceConfiguration {
  endpoint: GraphQLEndpoint;
  api_token: APIToken;
  token_expires_at?: DateOnWhichTheTokenExpires;
  tenant_catalog?: TenantCatalog;
  start_date?: StartDate;
  pii_key?: KeyForHashedPersonalData;
  pii_key_id?: NameOfThatKey;
  budget_share?: ShareOfTheAPILimits;
  max_concurrency?: RequestsAtTheSameTime;
  reconcile_every_hours?: HoursBetweenComparisonsWithTheShop;
  reconcile_days_back?: DaysThatAreCompared;
  lookback_minutes?: MinutesThatAreReadAgain;
  allow_mass_deletions?: AllowMassDeletions;
  previous_endpoint?: PreviousGraphQLEndpoint;
  max_wait_minutes?: MinutesToWaitForAnAPIThatIsDown;
  request_timeout_seconds?: SecondsToWaitForAnAnswer;
  events?: UseCentraSEventsSystem;
  webhook_inbox?: WebhookInbox;
  webhook_id?: WebhookPath;
  webhook_secret?: WebhookSecret;
  webhook_previous_secret?: PreviousWebhookSecret;
  [k: string]: unknown;
}
/**
 * A catalog that comes with the connector.
 */
export interface Bundled {
  source: 'bundled';
  name: Name;
}
/**
 * A YAML file that the connector can read, for instance one mounted into its container.
 */
export interface File {
  source: 'file';
  path: Path;
}
/**
 * The catalog's text itself, for platforms that cannot mount files.
 */
export interface Inline {
  source: 'inline';
  yaml: YAML;
}
