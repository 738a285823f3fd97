import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HintLookup } from '../../../src/inbox/hint-lookup.ts';
import type { Claim, Delivery, Inbox, InboxSettings } from '../../../src/inbox/inbox.ts';

/** A place for an inbox that is used by all tests of the contract, one after the other. */
export interface InboxPlace {
  /** Another way in, as another process would have it. */
  open(settings?: InboxSettings): Promise<Inbox>;
  /** For a person who follows one hint. */
  openLookup(): Promise<HintLookup>;
  /** Rows of a table, as a person sees who looks into the database. `$1` is the value. */
  rows(table: 'dead_letter' | 'delivery' | 'hint', where: string, value: string): Promise<readonly object[]>;
  end(): Promise<void>;
}

/** Short times, for the inbox goes by the database's clock. */
const quick: InboxSettings = {
  claimant: 'test',
  leaseMs: 300,
  retryDelayMs: 1_500,
  mostFailures: 2,
  retentionMs: 1,
  deadLetterRetentionMs: 1,
};
/** How often each writer of a crowd writes. */
const ROUNDS = process.env.SLOW === undefined ? 6 : 20;
const patient: InboxSettings = { ...quick, leaseMs: 60_000 };

/** What every inbox must do, wherever its tables are. */
export function inboxContract(name: string, createPlace: () => Promise<InboxPlace>): void {
  describe(name, () => {
    let place: InboxPlace;
    let inbox: Inbox;
    let lookup: HintLookup;
    let tenant = '';
    let number = 0;

    beforeAll(async () => {
      place = await createPlace();
      inbox = await place.open(patient);
      lookup = await place.openLookup();
    }, 60_000);
    afterAll(async () => {
      await inbox?.close();
      await lookup?.close();
      await place?.end();
    });
    beforeEach(() => {
      number += 1;
      tenant = `tenant-${number}`;
    });

    const delivery = (
      signature: string,
      ...ids: readonly (string | readonly [string, string])[]
    ): Delivery => ({
      tenant,
      signature,
      sentAt: 1_700_000_000,
      hints: ids.map((given) => {
        const [id, action] = typeof given === 'string' ? [given, 'update'] : given;
        return { type: 'order', action, id };
      }),
    });
    const claim = (from: Inbox = inbox, limit = 100) => from.claim(tenant, { limit, types: ['order'] });
    const idsOf = (claims: readonly Claim[]) => claims.map(({ id }) => id).sort();
    const stateOf = (id: string) => lookup.state(tenant, 'order', id);
    const deadLetters = () => place.rows('dead_letter', 'tenant = $1', tenant);
    const withOther = async (settings: InboxSettings, use: (other: Inbox) => Promise<void>) => {
      const other = await place.open(settings);
      try {
        await use(other);
      } finally {
        await other.close();
      }
    };

    test('what is stored waits once an object, and is done once it is read', async () => {
      expect(await inbox.add([delivery('a', '1', '2', '1'), delivery('b', '2')])).toEqual([
        'stored',
        'stored',
      ]);
      expect(await stateOf('1')).toBe('waiting');
      const claims = await claim();
      expect(idsOf(claims)).toEqual(['1', '2']);
      expect(await stateOf('1')).toBe('claimed');
      expect(await claim()).toEqual([]);
      await inbox.done(claims);
      expect(await claim()).toEqual([]);
      expect(await stateOf('1')).toBe('done');
      expect(await stateOf('9')).toBe('unknown');
    });

    test('the same call again is a replay, in one go, later, and not of another tenant', async () => {
      expect(await inbox.add([delivery('a', '1'), delivery('a', '1')])).toEqual(['stored', 'replay']);
      await inbox.done(await claim());
      expect(await inbox.add([delivery('a', '1')])).toEqual(['replay']);
      expect(await claim()).toEqual([]);
      expect(await inbox.add([{ ...delivery('a', '1'), tenant: `${tenant}-other` }])).toEqual(['stored']);
    });

    test('the same signature of two tenants in one go is two calls', async () => {
      const other = { ...delivery('same', '1'), tenant: `${tenant}-other` };
      expect(await inbox.add([delivery('same', '1'), other])).toEqual(['stored', 'stored']);
      expect(await inbox.add([delivery('same', '1'), { ...other, signature: 'new' }])).toEqual([
        'replay',
        'stored',
      ]);
    });

    test('a call without hints is remembered too, and no call at all is a commit that leaves nothing', async () => {
      expect(await inbox.add([delivery('a')])).toEqual(['stored']);
      expect(await inbox.add([delivery('a')])).toEqual(['replay']);
      const before = await place.rows('delivery', '$1 = $1', '');
      expect(await inbox.add([])).toEqual([]);
      expect(await place.rows('delivery', '$1 = $1', '')).toEqual(before);
    });

    test('an event that comes while its object is claimed makes it wait again after done', async () => {
      await inbox.add([delivery('a', ['1', 'create'])]);
      const [first] = await claim();
      await inbox.add([delivery('b', ['1', 'good_to_go'])]);
      expect(await claim()).toEqual([]);
      await inbox.done(first === undefined ? [] : [first]);
      const [second] = await claim();
      expect(second?.lastAction).toBe('good_to_go');
      expect(second?.sequence).toBeGreaterThan(first?.sequence ?? Number.POSITIVE_INFINITY);
      await inbox.done(second === undefined ? [] : [second]);
      expect(await claim()).toEqual([]);
    });

    test('the longest waiting come first, and only the types that are asked for', async () => {
      for (const id of ['3', '1', '2']) {
        await inbox.add([delivery(`a${id}`, id)]);
        // The inbox goes by milliseconds.
        await wait(2);
      }
      await inbox.add([delivery('b', '3')]);
      const odd = { type: 'something_new', action: '', id: 'x' };
      await inbox.add([{ ...delivery('c'), hints: [odd] }]);
      expect((await claim(inbox, 2)).map(({ id }) => id)).toEqual(['3', '1']);
      expect((await claim()).map(({ id }) => id)).toEqual(['2']);
      const waiting = (await inbox.waiting()).filter((each) => each.tenant === tenant);
      expect(waiting.map(({ type, objects, claimed }) => [type, objects, claimed])).toEqual([
        ['order', 3, 3],
        ['something_new', 1, 0],
      ]);
      expect(waiting.every(({ oldestAgeMs }) => oldestAgeMs >= 0 && oldestAgeMs < 60_000)).toBe(true);
    });

    test('released, they are there for others at once', async () => {
      await inbox.add([delivery('a', '1', '2')]);
      const claims = await claim();
      await inbox.release(claims.slice(0, 1));
      await withOther(patient, async (other) => {
        expect(idsOf(await claim(other))).toEqual(idsOf(claims.slice(0, 1)));
      });
    });

    test('asking again with the same token gives the same claims', async () => {
      await inbox.add([delivery('a', '1', '2', '3')]);
      const request = { limit: 2, types: ['order'], token: `token-${tenant}` };
      const first = await inbox.claim(tenant, request);
      expect(idsOf(await inbox.claim(tenant, request))).toEqual(idsOf(first));
      expect(idsOf(await inbox.claim(tenant, { ...request, limit: 0 }))).toEqual(idsOf(first));
      expect(idsOf(await inbox.claim(tenant, { ...request, limit: 3 }))).toEqual(['1', '2', '3']);
    });

    test('what fails waits for its delay, and becomes a dead letter with its reason', async () => {
      await inbox.add([delivery('a', '1', '2')]);
      const claims = await claim();
      await inbox.fail(
        claims.filter(({ id }) => id === '1'),
        'Centra answered that it has no such order.',
      );
      await inbox.done(claims.filter(({ id }) => id === '2'));
      expect(await claim()).toEqual([]);
      await wait(1_700);
      const again = await claim();
      expect(again.map(({ id, failures }) => [id, failures])).toEqual([['1', 1]]);
      await inbox.fail(again, 'Centra still has no such order.');
      expect(await claim()).toEqual([]);
      expect(await deadLetters()).toMatchObject([
        { type: 'order', id: '1', failures: 2, reason: 'Centra still has no such order.' },
      ]);
      expect(await stateOf('1')).toBe('dead');
    });

    test('a new event ends the delay after a failure, and revives a dead letter, which is gone once read', async () => {
      await inbox.add([delivery('a', '1')]);
      await inbox.fail(await claim(), 'no');
      await inbox.add([delivery('b', '1')]);
      const [tried] = await claim();
      expect(tried?.failures).toBe(0);
      await inbox.fail(tried === undefined ? [] : [tried], 'never', { isFinal: true });
      expect(await deadLetters()).toHaveLength(1);
      await inbox.add([delivery('c', '1')]);
      await inbox.done(await claim());
      expect(await deadLetters()).toEqual([]);
      expect(await stateOf('1')).toBe('done');
    });

    test('a final failure does not bury the event that came meanwhile', async () => {
      await inbox.add([delivery('a', '1')]);
      const claims = await claim();
      await inbox.add([delivery('b', '1')]);
      await inbox.fail(claims, 'no', { isFinal: true });
      expect(idsOf(await claim())).toEqual(['1']);
    });

    test('a reader that died gives its claims back when the lease ends, and is not in the way when it comes late', async () => {
      await inbox.add([delivery('a', '1', '2')]);
      await withOther(quick, async (dead) => {
        const lost = await claim(dead);
        expect(idsOf(lost)).toEqual(['1', '2']);
        await wait(400);
        const taken = await claim(inbox, 1);
        expect(idsOf(taken)).toEqual(idsOf(lost.slice(0, 1)));
        await dead.release(lost);
        await dead.fail(lost.slice(0, 1), 'late');
        await dead.claim(tenant, { limit: 0, types: ['order'], token: lost[0]?.token ?? '' });
        expect(await claim(inbox, 100)).toHaveLength(1);
        // It did read them, though.
        await dead.done(lost);
        expect(await claim()).toEqual([]);
        await inbox.done(taken);
        expect(await stateOf('1')).toBe('done');
      });
    });

    test('a lease that is begun anew does not end', async () => {
      await inbox.add([delivery('a', '1')]);
      await withOther(quick, async (slow) => {
        const claims = await claim(slow);
        await inbox.claim(tenant, { limit: 0, types: ['order'], token: claims[0]?.token ?? '' });
        await wait(400);
        expect(await claim()).toEqual([]);
      });
    });

    test('readers and receivers at the same time: each object goes to one reader, and none is lost', async () => {
      const others = await Promise.all(Array.from({ length: 3 }, () => place.open(patient)));
      const all = [inbox, ...others];
      const seen: string[] = [];
      const read = async (reader: Inbox) => {
        for (let empty = 0; empty < 5; ) {
          const claims = await claim(reader, 7);
          seen.push(...idsOf(claims));
          await reader.done(claims);
          empty = claims.length === 0 ? empty + 1 : 0;
          if (claims.length === 0) await wait(20);
        }
      };
      const write = async (writer: Inbox, from: number) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const ids = Array.from({ length: 10 }, (_, at) =>
            String(from + ((round * 10 + at) % (ROUNDS * 10))),
          );
          // Different orders of the same objects: what makes transactions wait for each other.
          await writer.add([delivery(`${from}-${round}`, ...(round % 2 === 0 ? ids : ids.reverse()))]);
          await writer.add([
            delivery(`shared-${from}-${round}`, ...(from % 2 === 0 ? ['s1', 's2'] : ['s2', 's1'])),
          ]);
        }
      };
      await Promise.all([...all.map((writer, at) => write(writer, at * 1_000 + at)), ...all.map(read)]);
      await read(inbox);
      expect(new Set(seen).size).toBe(4 * ROUNDS * 10 + 2);
      expect((await inbox.waiting()).filter((each) => each.tenant === tenant)).toEqual([]);
      await Promise.all(others.map((other) => other.close()));
    });

    test('what is over is forgotten when it is old, and what waits is kept', async () => {
      await inbox.add([delivery('a', '1', '2')]);
      await inbox.add([delivery('b', '3')]);
      const claims = await claim();
      await inbox.done(claims.filter(({ id }) => id === '1'));
      await inbox.fail(
        claims.filter(({ id }) => id === '3'),
        'No such order.',
        { isFinal: true },
      );
      await inbox.release(claims);
      await wait(10);
      await withOther(quick, async (sweeping) => {
        await sweeping.add([{ ...delivery('c', '9'), tenant: `${tenant}-other` }]);
        await expect.poll(() => stateOf('1')).toBe('unknown');
        await expect.poll(deadLetters).toEqual([]);
        expect(await place.rows('delivery', 'tenant = $1', tenant)).toEqual([]);
      });
      expect(await place.rows('hint', 'tenant = $1', tenant)).toHaveLength(1);
      expect(idsOf(await claim())).toEqual(['2']);
      // Forgotten, so it is new once more.
      expect(await inbox.add([delivery('a', '1')])).toEqual(['stored']);
      expect(idsOf(await claim())).toEqual(['1']);
    });

    test('an object that was forgotten and comes again is ahead of its old claims', async () => {
      await inbox.add([delivery('a', '1')]);
      const old = await claim();
      await inbox.done(old);
      await wait(10);
      await withOther(quick, async (sweeping) => {
        await sweeping.add([{ ...delivery('c', '9'), tenant: `${tenant}-other` }]);
        await expect.poll(() => stateOf('1')).toBe('unknown');
      });
      await inbox.add([delivery('b', '1')]);
      await inbox.done(old);
      expect(idsOf(await claim())).toEqual(['1']);
    });
  });
}
