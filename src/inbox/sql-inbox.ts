import { randomUUID } from 'node:crypto';
import { type Database, numberOf, type Queryable, type Row, textOf } from './database.ts';
import {
  type AddOutcome,
  type Claim,
  type Delivery,
  defaultInboxSettings,
  type Inbox,
  type InboxSettings,
} from './inbox.ts';
import { SWEEP_ROWS, statementsFor } from './statements.ts';

/** An inbox in the tables of a database, which `migrate` has made. Several may use one database, each with its own settings. */
export function createSqlInbox(database: Database, given: InboxSettings = {}): Inbox {
  const settings = { ...defaultInboxSettings, ...given };
  const sql = statementsFor(database.dialect);
  const sweeper = createSweeper(database, settings);

  const onClaims = async (
    claims: readonly Claim[],
    work: (transaction: Queryable, given: string) => Promise<unknown>,
  ): Promise<void> => {
    if (claims.length === 0) return;
    const rows = claims.map(({ tenant, type, id, sequence, token }) => ({
      tenant,
      type,
      id,
      sequence,
      token,
    }));
    await database.transaction((transaction) => work(transaction, JSON.stringify(rows)));
  };

  return Object.freeze<Inbox>({
    add: async (deliveries) => {
      const unique = new Map(deliveries.map((delivery) => [keyOf(delivery), delivery]));
      const fresh = await database.transaction(async (transaction) => {
        if (unique.size > 0) return addAll(transaction, [...unique.values()]);
        for (const statement of sql.tryToStore) await transaction.query(statement);
        return new Set<string>();
      });
      if (unique.size > 0) sweeper.sweepIfDue();
      // The same call twice in one go: the first is the one that was stored.
      return deliveries.map((delivery): AddOutcome => (fresh.delete(keyOf(delivery)) ? 'stored' : 'replay'));
    },
    claim: async (tenant, { limit, types, token }) => {
      const claims = await database.transaction(async ({ query }) => {
        const held = token ?? randomUUID();
        const values = [tenant, JSON.stringify(types), held, settings.leaseMs];
        const renewed = token === undefined ? [] : await query(sql.renewClaims, values);
        const left = limit - renewed.length;
        const chosen = left > 0 ? await query(sql.claimHints, [...values, settings.claimant, left]) : [];
        return [...renewed, ...chosen].map((row) => claimOf(row, held));
      });
      return claims.sort((left, right) => left.firstReceivedMs - right.firstReceivedMs);
    },
    done: (claims) =>
      onClaims(claims, async ({ query }, rows) => {
        await query(sql.finishClaims, [rows]);
        await query(sql.reviveDeadLetters, [rows]);
      }),
    release: (claims) => onClaims(claims, ({ query }, rows) => query(sql.releaseClaims, [rows])),
    fail: (claims, reason, { isFinal = false } = {}) =>
      onClaims(claims, async ({ query }, rows) => {
        const most = isFinal ? 0 : settings.mostFailures;
        const failed = await query(sql.failClaims, [rows, most, settings.retryDelayMs]);
        const dead = failed.filter(({ failures }) => numberOf(failures) >= most);
        if (dead.length > 0) await query(sql.addDeadLetters, [JSON.stringify(dead), reason]);
      }),
    waiting: async () =>
      (await database.query(sql.countWaiting)).map((row) => ({
        tenant: textOf(row.tenant),
        type: textOf(row.type),
        objects: numberOf(row.objects),
        claimed: numberOf(row.claimed),
        oldestAgeMs: Math.max(0, numberOf(row.oldest_age_ms)),
      })),
    close: async () => {
      await sweeper.stop();
      await database.close();
    },
  });

  /** Gives the keys of the deliveries that are new. */
  async function addAll({ query }: Queryable, deliveries: readonly Delivery[]): Promise<Set<string>> {
    const given = deliveries.map(({ tenant, signature, sentAt, hints }) => ({
      tenant,
      signature,
      sent_at: sentAt,
      hints: hints.length,
    }));
    const added = await query(sql.addDeliveries, [JSON.stringify(given)]);
    const fresh = new Set(
      added.map(({ tenant, signature }) => keyOf({ tenant: textOf(tenant), signature: textOf(signature) })),
    );
    const hints = deliveries
      .filter((delivery) => fresh.has(keyOf(delivery)))
      .flatMap(({ tenant, hints: own }) => own.map(({ type, id, action }) => ({ tenant, type, id, action })));
    const last = new Map(hints.map((hint) => [JSON.stringify([hint.tenant, hint.type, hint.id]), hint]));
    if (last.size > 0) await query(sql.addHints, [JSON.stringify([...last.values()])]);
    return fresh;
  }
}

function keyOf({ tenant, signature }: Pick<Delivery, 'tenant' | 'signature'>): string {
  return `${tenant}\n${signature}`;
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

/** Deletes what is older than the retention, beside what else is asked of the database. */
function createSweeper(database: Database, settings: Required<InboxSettings>) {
  const sql = statementsFor(database.dialect);
  let dueMs = Number.NEGATIVE_INFINITY;
  let sweeping: Promise<void> | undefined;
  let isStopped = false;

  async function sweep(): Promise<void> {
    for (const [statement, ageMs] of [
      [sql.sweepDeliveries, settings.retentionMs],
      [sql.sweepHints, settings.retentionMs],
      [sql.sweepDeadLetters, settings.deadLetterRetentionMs],
    ] as const) {
      for (let isMore = true; isMore && !isStopped; )
        isMore = (await database.transaction(({ query }) => query(statement, [ageMs]))).length === SWEEP_ROWS;
    }
  }

  return {
    sweepIfDue: () => {
      if (sweeping !== undefined || performance.now() < dueMs) return;
      dueMs = performance.now() + settings.sweepEveryMs;
      // What it could not delete is deleted by the next one.
      sweeping = sweep()
        .catch(() => undefined)
        .finally(() => {
          sweeping = undefined;
        });
    },
    stop: async () => {
      isStopped = true;
      await sweeping;
    },
  };
}
