import { randomUUID } from 'node:crypto';
import { type Database, type Row, sqlState } from './database.ts';
import {
  type Claim,
  type Delivery,
  defaultInboxSettings,
  type Inbox,
  type InboxSettings,
  type ObjectHistory,
  type StoreOutcome,
} from './inbox.ts';
import * as sql from './statements.ts';

/** PostgreSQL ended one of two transactions that waited for each other, or that came in each other's way: once more, then. */
const clashes: ReadonlySet<string> = new Set(['40P01', '40001']);
const MOST_TRIES = 5;

/** Who wants to hear for which tenant something was stored. */
export type StoredListeners = Set<(tenant: string) => void>;

/**
 * An inbox in the tables of a database, which `migrate` has made. Several may use one database, each with its own settings;
 * they tell the same listeners.
 */
export function createSqlInbox(
  database: Database,
  given: InboxSettings = {},
  listeners: StoredListeners = new Set(),
): Inbox {
  const settings = { ...defaultInboxSettings, ...given };

  const query = async (statement: string, values: readonly unknown[] = []): Promise<readonly Row[]> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await database.query(statement, values);
      } catch (error) {
        if (tries === MOST_TRIES || !clashes.has(sqlState(error) ?? '')) throw error;
      }
    }
  };
  const onClaims = async (statement: string, claims: readonly Claim[], ...values: readonly unknown[]) => {
    if (claims.length > 0) await query(statement, [...claimColumns(claims), ...values]);
  };
  const sweepAll = async (statement: string, ageMs: number): Promise<number> => {
    let total = 0;
    for (;;) {
      const [row] = await query(statement, [ageMs]);
      const rows = numberOf(row?.rows);
      total += rows;
      if (rows < sql.SWEEP_ROWS) return total;
    }
  };

  return {
    store: async (deliveries) => {
      const unique = new Map(deliveries.map((delivery) => [keyOf(delivery), delivery]));
      if (unique.size === 0) return [];
      const rows = await query(sql.storeDeliveries, storeColumns([...unique.values()]));
      const fresh = new Set(rows.map((row) => textOf(row.signature)));
      const tenants = new Set<string>();
      const outcomes = deliveries.map((delivery): StoreOutcome => {
        // The same call twice in one go: the first is the one that was stored.
        const isStored = fresh.has(delivery.signature) && unique.delete(keyOf(delivery));
        if (isStored) tenants.add(delivery.tenant);
        return isStored ? 'stored' : 'replay';
      });
      for (const tenant of tenants) for (const listener of listeners) listener(tenant);
      return outcomes;
    },
    claim: async (tenant, { limit, types, token = randomUUID() }) => {
      const values = [tenant, types, limit, token, settings.claimant, settings.leaseMs];
      const rows = await query(sql.claimObjects, values);
      return rows
        .map((row) => claimOf(row, token))
        .sort((left, right) => left.firstReceivedMs - right.firstReceivedMs);
    },
    extend: (claims) => onClaims(sql.extendClaims, claims, settings.leaseMs),
    done: (claims) => onClaims(sql.finishClaims, claims),
    giveBack: (claims) => onClaims(sql.giveBackClaims, claims),
    fail: (claims, reason, { isFinal = false } = {}) =>
      onClaims(sql.failClaims, claims, reason, isFinal, settings.mostFailures, settings.retryDelayMs),
    waiting: async () =>
      (await query(sql.countWaiting)).map((row) => ({
        tenant: textOf(row.tenant),
        type: textOf(row.type),
        objects: numberOf(row.objects),
        claimed: numberOf(row.claimed),
        oldestAgeMs: numberOf(row.oldest_age_ms),
      })),
    deadLetters: async (tenant, limit) =>
      (await query(sql.listDeadLetters, [tenant, limit])).map((row) => ({
        tenant: textOf(row.tenant),
        type: textOf(row.type),
        id: textOf(row.id),
        reason: textOf(row.reason),
        failures: numberOf(row.failures),
        lastReceivedMs: numberOf(row.last_received_ms),
        diedMs: numberOf(row.died_ms),
      })),
    history: async (tenant, type, id) => {
      const [object] = await query(sql.stateOfObject, [tenant, type, id]);
      const events = await query(sql.eventsOfObject, [tenant, type, id]);
      return {
        state: object === undefined ? 'unknown' : (textOf(object.state) as ObjectHistory['state']),
        events: events
          .map((row) => ({
            action: textOf(row.action),
            date: textOf(row.date),
            receivedMs: numberOf(row.received_ms),
          }))
          .reverse(),
      };
    },
    sweep: async () => {
      const swept = {
        deliveries: await sweepAll(sql.sweepDeliveries, settings.retentionMs),
        events: await sweepAll(sql.sweepEvents, settings.retentionMs),
        objects: await sweepAll(sql.sweepObjects, settings.retentionMs),
        deadLetters: await sweepAll(sql.sweepDeadLetters, settings.deadLetterRetentionMs),
      };
      await database.maintain();
      return swept;
    },
    check: async () => {
      await database.query(sql.canStore);
    },
    onStored: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => database.close(),
  };
}

function keyOf({ tenant, signature }: Delivery): string {
  return `${tenant}\n${signature}`;
}

function storeColumns(deliveries: readonly Delivery[]): readonly unknown[] {
  const events = deliveries.flatMap(({ tenant, signature, events: own }) =>
    own.map((event) => ({ ...event, tenant, signature })),
  );
  return [
    deliveries.map(({ tenant }) => tenant),
    deliveries.map(({ signature }) => signature),
    deliveries.map(({ sentAt }) => sentAt),
    deliveries.map(({ events: own }) => own.length),
    events.map(({ tenant }) => tenant),
    events.map(({ signature }) => signature),
    events.map(({ type }) => type),
    events.map(({ id }) => id),
    events.map(({ action }) => action),
    events.map(({ date }) => date),
  ];
}

function claimColumns(claims: readonly Claim[]): readonly unknown[] {
  return [
    claims.map(({ tenant }) => tenant),
    claims.map(({ type }) => type),
    claims.map(({ id }) => id),
    claims.map(({ sequence }) => sequence),
    claims.map(({ token }) => token),
  ];
}

function claimOf(row: Row, token: string): Claim {
  return {
    tenant: textOf(row.tenant),
    type: textOf(row.type),
    id: textOf(row.id),
    sequence: numberOf(row.sequence),
    token,
    lastAction: textOf(row.last_action),
    firstReceivedMs: numberOf(row.first_received_ms),
    lastReceivedMs: numberOf(row.last_received_ms),
    failures: numberOf(row.failures),
  };
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('The inbox holds no text where one belongs.');
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('The inbox holds no number where one belongs.');
  return value;
}
