import type { Dialect } from './database.ts';

/** How many rows one statement of a sweep deletes, so that none takes long. */
export const SWEEP_ROWS = 5_000;

/**
 * The inbox in SQL, for a server and for a file. The database's clock rules, since several machines may share one inbox. Rows
 * are always locked in the order of their keys, so that two processes do not wait for each other. An object waits while its
 * sequence is ahead of the one that was done.
 */
export function statementsFor({ schema, nowMs, rowId, lock, lockWhatIsFree, rows, texts }: Dialect) {
  const delivery = `${schema}delivery`;
  const hint = `${schema}hint`;
  const deadLetter = `${schema}dead_letter`;

  const claimColumns = {
    tenant: 'text',
    type: 'text',
    id: 'text',
    sequence: 'bigint',
    token: 'text',
  } as const;
  /** The claims of $1 as c, with the objects locked. */
  const claimed = `
with claimed as (
  select o.tenant as c_tenant, o.type as c_type, o.id as c_id, g.sequence as c_sequence, g.token as c_token
  from ${hint} as o
  join ${rows('$1', claimColumns)} as g on o.tenant = g.tenant and o.type = g.type and o.id = g.id
  order by o.tenant, o.type, o.id
  ${lock('o')}
)`;
  const ofClaimed = 'from claimed where tenant = c_tenant and type = c_type and id = c_id';
  const asClaim = 'tenant, type, id, sequence, last_action, first_received_ms, last_received_ms, failures';

  /** Deletes at most SWEEP_ROWS rows that are older than $1 milliseconds, and gives one row for each. */
  const sweeping = (table: string, condition: string) => `
delete from ${table} where ${rowId} in (
  select ${rowId} from ${table} where ${condition} < ${nowMs} - cast($1 as bigint)
  limit ${SWEEP_ROWS} ${lockWhatIsFree})
returning 1 as deleted`;

  return Object.freeze({
    /** $1 deliveries. Gives those that are new. */
    addDeliveries: `
insert into ${delivery} (tenant, signature, sent_at, hints, received_ms)
select tenant, signature, sent_at, hints, ${nowMs}
from ${rows('$1', { tenant: 'text', signature: 'text', sent_at: 'bigint', hints: 'bigint' })} as g
where true
order by tenant, signature
on conflict do nothing
returning tenant, signature`,

    /** $1 the last hint of each object. */
    addHints: `
insert into ${hint} as known (tenant, type, id, sequence, done_sequence, last_action,
  first_received_ms, last_received_ms, failures, claimable_ms)
select tenant, type, id, ${nowMs}, 0, action, ${nowMs}, ${nowMs}, 0, 0
from ${rows('$1', { tenant: 'text', type: 'text', id: 'text', action: 'text' })} as g
where true
order by tenant, type, id
on conflict (tenant, type, id) do update set
  -- Taken after the row's lock, so it is ahead of whatever was claimed or done before. The time, so that an object which
  -- was forgotten and comes again is ahead of its old claims, too.
  sequence = case when known.sequence < excluded.sequence then excluded.sequence else known.sequence + 1 end,
  last_action = excluded.last_action,
  first_received_ms = case when known.sequence > known.done_sequence
    then known.first_received_ms else excluded.last_received_ms end,
  last_received_ms = excluded.last_received_ms,
  failures = 0,
  -- A new hint ends the delay after a failure, and never another reader's lease.
  claimable_ms = case when known.claim_token is null then 0 else known.claimable_ms end`,

    /** Two statements that leave nothing behind, and a commit that must reach the disk. */
    tryToStore: [
      `insert into ${delivery} (tenant, signature, sent_at, hints, received_ms)
       values ('', 'can this be stored', 0, 0, ${nowMs}) on conflict do nothing`,
      `delete from ${delivery} where tenant = ''`,
    ],

    /** $1 tenant, $2 types, $3 token, $4 lease in milliseconds. */
    renewClaims: `
update ${hint} set claimable_ms = ${nowMs} + cast($4 as bigint)
where tenant = $1 and type in ${texts('$2')} and claim_token = $3 and sequence > done_sequence
returning ${asClaim}`,

    /** $1 tenant, $2 types, $3 token, $4 lease in milliseconds, $5 claimant, $6 limit. */
    claimHints: `
with chosen as (
  select tenant as c_tenant, type as c_type, id as c_id from ${hint}
  where tenant = $1 and type in ${texts('$2')} and sequence > done_sequence and claimable_ms <= ${nowMs}
  order by first_received_ms, id
  limit $6
  ${lockWhatIsFree}
)
update ${hint} set claim_token = $3, claimant = $5, claimable_ms = ${nowMs} + cast($4 as bigint)
from chosen where tenant = c_tenant and type = c_type and id = c_id
returning ${asClaim}`,

    /** $1 claims. What was read is done even when the lease had ended; another reader's lease on it stays that one's. */
    finishClaims: `${claimed}
update ${hint} set
  done_sequence = case when done_sequence < c_sequence then c_sequence else done_sequence end,
  first_received_ms = case when sequence > c_sequence then last_received_ms else first_received_ms end,
  failures = case when claim_token = c_token then 0 else failures end,
  claimable_ms = case when claim_token = c_token then 0 else claimable_ms end,
  claimant = case when claim_token = c_token then null else claimant end,
  claim_token = case when claim_token = c_token then null else claim_token end
${ofClaimed}`,

    /** $1 claims. */
    reviveDeadLetters: `
delete from ${deadLetter} where (tenant, type, id) in (
  select tenant, type, id from ${rows('$1', claimColumns)} as g)`,

    /** $1 claims. */
    releaseClaims: `${claimed}
update ${hint} set claim_token = null, claimant = null, claimable_ms = 0
${ofClaimed} and claim_token = c_token`,

    /** $1 claims, $2 how many failures are too many, $3 the first delay in milliseconds. Gives those that failed. */
    failClaims: `${claimed}
update ${hint} set
  failures = failures + 1,
  claim_token = null,
  claimant = null,
  -- A hint that came meanwhile says that something has changed: that is tried at once.
  claimable_ms = case when sequence > c_sequence then 0
    else ${nowMs} + cast($3 as bigint) * (1 << (case when failures > 12 then 12 else failures end)) end,
  done_sequence = case when failures + 1 >= cast($2 as integer) and done_sequence < c_sequence
    then c_sequence else done_sequence end
${ofClaimed} and claim_token = c_token
returning tenant, type, id, failures, last_received_ms`,

    /** $1 what is dead, $2 the reason. */
    addDeadLetters: `
insert into ${deadLetter} (tenant, type, id, reason, failures, last_received_ms, died_ms)
select tenant, type, id, $2, failures, last_received_ms, ${nowMs}
from ${rows('$1', { tenant: 'text', type: 'text', id: 'text', failures: 'bigint', last_received_ms: 'bigint' })} as g
where true
order by tenant, type, id
on conflict (tenant, type, id) do update set
  reason = excluded.reason, failures = excluded.failures,
  last_received_ms = excluded.last_received_ms, died_ms = excluded.died_ms`,

    countWaiting: `
select tenant, type, count(*) as objects,
  count(*) filter (where claim_token is not null and claimable_ms > ${nowMs}) as claimed,
  ${nowMs} - min(first_received_ms) as oldest_age_ms
from ${hint}
where sequence > done_sequence
group by tenant, type
order by tenant, type`,

    /** $1 tenant, $2 type, $3 id. */
    stateOfHint: `
select case
    when o.sequence > o.done_sequence and o.claim_token is not null and o.claimable_ms > ${nowMs} then 'claimed'
    when o.sequence > o.done_sequence then 'waiting'
    when d.id is not null then 'dead'
    else 'done'
  end as state
from ${hint} as o
left join ${deadLetter} as d on d.tenant = o.tenant and d.type = o.type and d.id = o.id
where o.tenant = $1 and o.type = $2 and o.id = $3`,

    sweepDeliveries: sweeping(delivery, 'received_ms'),
    sweepHints: sweeping(hint, 'sequence <= done_sequence and last_received_ms'),
    sweepDeadLetters: sweeping(deadLetter, 'died_ms'),
  });
}
