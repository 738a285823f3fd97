/**
 * The inbox in SQL, the same for the embedded database and for a server. The database's clock rules, since several
 * machines may share one inbox. Rows are always locked in the order of their keys, so that two processes do not wait
 * for each other. An object waits while its sequence is ahead of the one that was done.
 */

/** Stores deliveries that are new, their events, and one row an object; gives the signatures that were new. */
export const storeDeliveries = `
with
  given as (
    select * from unnest($1::text[], $2::text[], $3::float8[], $4::integer[]) as d (tenant, signature, sent_at, events)
  ),
  fresh as (
    insert into source_centra.delivery (tenant, signature, sent_at, events)
    select tenant, signature, to_timestamp(sent_at), events from given order by tenant, signature
    on conflict do nothing
    returning tenant, signature
  ),
  happened as (
    select tenant, type, id, action, date, place
    from unnest($5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
      with ordinality as e (tenant, signature, type, id, action, date, place)
    join fresh using (tenant, signature)
  ),
  logged as (
    insert into source_centra.event (tenant, type, id, action, date)
    select tenant, type, id, action, date from happened order by place
  ),
  named as (
    insert into source_centra.object as known
      (tenant, type, id, sequence, last_action, first_received_at, last_received_at, claimable_at)
    select tenant, type, id, nextval('source_centra.object_sequence'), action,
      clock_timestamp(), clock_timestamp(), '-infinity'
    from (select distinct on (tenant, type, id) * from happened order by tenant, type, id, place desc) as last
    on conflict (tenant, type, id) do update set
      -- Taken after the row's lock, so it is ahead of whatever was claimed or done before.
      sequence = nextval('source_centra.object_sequence'),
      last_action = excluded.last_action,
      first_received_at = case when known.sequence > known.done_sequence
        then known.first_received_at else excluded.last_received_at end,
      last_received_at = excluded.last_received_at,
      failures = 0,
      -- A new event ends the delay after a failure, and never another reader's lease.
      claimable_at = case when known.claim_token is null then '-infinity' else known.claimable_at end
  )
select signature from fresh`;

/** Lends what may be claimed; what this very token holds already comes again, so that a repeated call loses nothing. */
export const claimObjects = `
with chosen as (
  select tenant, type, id from source_centra.object
  where tenant = $1 and type = any($2::text[]) and sequence > done_sequence
    and (claimable_at <= clock_timestamp() or claim_token = $4)
  order by first_received_at
  limit $3
  for update skip locked
)
update source_centra.object as o set
  claim_token = $4, claimant = $5, claimable_at = clock_timestamp() + $6::float8 * interval '1 millisecond'
from chosen as c
where o.tenant = c.tenant and o.type = c.type and o.id = c.id
returning o.tenant, o.type, o.id, o.sequence::float8 as sequence, o.last_action, o.failures,
  (extract(epoch from o.first_received_at) * 1000)::float8 as first_received_ms,
  (extract(epoch from o.last_received_at) * 1000)::float8 as last_received_ms`;

/** The rows of some claims, locked in their order. */
const claimedRows = `
  given as (
    select * from unnest($1::text[], $2::text[], $3::text[], $4::float8[], $5::text[])
      as c (tenant, type, id, sequence, token)
  ),
  held as (
    select o.tenant, o.type, o.id, g.sequence::bigint as claimed_sequence, o.claim_token = g.token as is_mine
    from source_centra.object as o
    join given as g on o.tenant = g.tenant and o.type = g.type and o.id = g.id
    order by o.tenant, o.type, o.id
    for update of o
  )`;

const ofHeld = 'from held as h where o.tenant = h.tenant and o.type = h.type and o.id = h.id';

export const extendClaims = `
with ${claimedRows}
update source_centra.object as o set claimable_at = clock_timestamp() + $6::float8 * interval '1 millisecond'
${ofHeld} and h.is_mine`;

/** What was read is done even when the lease had ended; another reader's lease on it stays that one's. */
export const finishClaims = `
with ${claimedRows},
  healed as (
    delete from source_centra.dead_letter as d using given as g
    where d.tenant = g.tenant and d.type = g.type and d.id = g.id
  )
update source_centra.object as o set
  done_sequence = greatest(o.done_sequence, h.claimed_sequence),
  first_received_at = case when o.sequence > h.claimed_sequence then o.last_received_at else o.first_received_at end,
  failures = case when h.is_mine then 0 else o.failures end,
  claim_token = case when h.is_mine then null else o.claim_token end,
  claimant = case when h.is_mine then null else o.claimant end,
  claimable_at = case when h.is_mine then '-infinity' else o.claimable_at end
${ofHeld}`;

export const giveBackClaims = `
with ${claimedRows}
update source_centra.object as o set claim_token = null, claimant = null, claimable_at = '-infinity'
${ofHeld} and h.is_mine`;

/** $6 the reason, $7 whether it is final, $8 how many failures are too many, $9 the first delay in milliseconds. */
export const failClaims = `
with ${claimedRows},
  failed as (
    update source_centra.object as o set
      failures = o.failures + 1,
      claim_token = null,
      claimant = null,
      -- An event that came meanwhile says that something has changed: that is tried at once.
      claimable_at = case when o.sequence > h.claimed_sequence then '-infinity'
        else clock_timestamp() + $9::float8 * power(2, least(o.failures, 12)) * interval '1 millisecond' end,
      done_sequence = case when $7::boolean or o.failures + 1 >= $8::integer
        then greatest(o.done_sequence, h.claimed_sequence) else o.done_sequence end
    ${ofHeld} and h.is_mine
    returning o.tenant, o.type, o.id, o.failures, o.last_received_at
  )
insert into source_centra.dead_letter (tenant, type, id, reason, failures, last_received_at)
select tenant, type, id, $6::text, failures, last_received_at from failed
where $7::boolean or failures >= $8::integer
on conflict (tenant, type, id) do update set
  reason = excluded.reason, failures = excluded.failures,
  last_received_at = excluded.last_received_at, died_at = excluded.died_at`;

export const countWaiting = `
select tenant, type, count(*)::float8 as objects,
  count(*) filter (where claim_token is not null and claimable_at > clock_timestamp())::float8 as claimed,
  greatest(0, extract(epoch from clock_timestamp() - min(first_received_at)) * 1000)::float8 as oldest_age_ms
from source_centra.object
where sequence > done_sequence
group by tenant, type
order by tenant, type`;

export const listDeadLetters = `
select tenant, type, id, reason, failures,
  (extract(epoch from last_received_at) * 1000)::float8 as last_received_ms,
  (extract(epoch from died_at) * 1000)::float8 as died_ms
from source_centra.dead_letter
where tenant = $1
order by died_at desc, type, id
limit $2`;

export const stateOfObject = `
select case
    when o.sequence > o.done_sequence and o.claim_token is not null and o.claimable_at > clock_timestamp() then 'claimed'
    when o.sequence > o.done_sequence then 'waiting'
    when d.id is not null then 'dead'
    else 'done'
  end as state
from source_centra.object as o
left join source_centra.dead_letter as d on d.tenant = o.tenant and d.type = o.type and d.id = o.id
where o.tenant = $1 and o.type = $2 and o.id = $3`;

export const eventsOfObject = `
select action, date, (extract(epoch from received_at) * 1000)::float8 as received_ms
from source_centra.event
where tenant = $1 and type = $2 and id = $3
order by number desc
limit 100`;

/** The database is there, the tables too, and it may write. */
export const canStore = `
insert into source_centra.delivery (tenant, signature, sent_at, events)
select tenant, signature, sent_at, events from source_centra.delivery where false`;

/** How many rows one statement of a sweep deletes, so that none takes long. */
export const SWEEP_ROWS = 5_000;

const old = (column: string) => `${column} < clock_timestamp() - $1::float8 * interval '1 millisecond'`;

/** Deletes at most SWEEP_ROWS rows, and counts them. */
function sweeping(table: string, condition: string): string {
  return `
with gone as (
  delete from source_centra.${table} where ctid = any(array(
    select ctid from source_centra.${table} where ${condition} limit ${SWEEP_ROWS} for update skip locked))
  returning 1
)
select count(*)::float8 as rows from gone`;
}

export const sweepDeliveries = sweeping('delivery', old('received_at'));
export const sweepEvents = sweeping('event', old('received_at'));
export const sweepObjects = sweeping('object', `sequence <= done_sequence and ${old('last_received_at')}`);
export const sweepDeadLetters = sweeping('dead_letter', old('died_at'));
