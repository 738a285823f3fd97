// More of the same, with all kinds of ends, is in test/proof/embedded.test.ts and `npm run proof:webhook-kill`.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  claimAll,
  deliveryOf,
  type EmbeddedPlace,
  embeddedPlace,
  fail,
  instead,
  outlive,
  systemCalls,
} from './embedded-place.ts';

test('a reader takes what the receiver of another process stores, and goes on when that process is killed', async () => {
  await using place = await embeddedPlace();
  const receiver = await place.startReceiver();
  expect(await receiver.send('1')).toBe(200);
  const inbox = await place.open();
  expect((await claimAll(inbox)).ids).toEqual(['1']);
  expect(await receiver.send('2')).toBe(200);
  await receiver.end('SIGKILL');
  expect((await claimAll(inbox)).ids).toEqual(['2']);
  expect(await inbox.store([deliveryOf('3')])).toEqual(['stored']);
  expect((await claimAll(inbox)).ids).toEqual(['3']);
}, 60_000);

describe('one folder, opened again and again', () => {
  let place: EmbeddedPlace;
  beforeAll(async () => {
    place = await embeddedPlace();
  });
  afterAll(() => place[Symbol.asyncDispose]());

  test('what was stored has been written through to the disk; closing twice does no harm, and a closed inbox says so', async () => {
    const inbox = await place.open();
    let syncs = 0;
    instead({
      fsyncSync: (descriptor) => {
        syncs += 1;
        systemCalls.fsyncSync(descriptor);
      },
    });
    for (const id of ['3', '4', '5']) {
      const before = syncs;
      await inbox.store([deliveryOf(id)]);
      expect(syncs).toBeGreaterThan(before);
    }
    instead(systemCalls);
    await inbox.close();
    await inbox.close();
    await expect(inbox.waiting()).rejects.toThrow(/is closed/);
  }, 60_000);

  test('a disk that is full stores nothing and says so, and when it is well again, all is there', async () => {
    const seen = await outlive(place, { writeSync: () => fail('ENOSPC') });
    expect(seen).toEqual(['refused', 'refused', '1', '2', '3', '4', '5']);
  }, 60_000);
});
