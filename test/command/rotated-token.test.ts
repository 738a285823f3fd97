import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { followedShop, type Row } from './feed.ts';
import { fileWith } from './harness.ts';
import { start, until } from './running.ts';

test('a token file that is rotated under serve is read again before the refusal counts', async () => {
  const tokenFile = fileWith('not yet', 'token');
  const { shop, config } = await followedShop({
    webhook_inbox: null,
    webhook_id: null,
    webhook_secret: null,
    api_token: `\${file:${tokenFile}}`,
  });
  writeFileSync(tokenFile, `${shop.token}\n`);
  const args = ['serve', '--config', config, '--read', '--only', 'orders', '--poll', '1s'];
  const { child, ended, said } = start(args);
  await until(() => said.stdout.includes('"STATE"'), 'the first state');
  const rotated = (await shop.control('tokens', {})) as { token: string };
  writeFileSync(tokenFile, `${rotated.token}\n`);
  await shop.control('expire', { token: shop.token });
  const { orders: [changed] = [] } = await shop.change({ kind: 'orders.update', count: 1 });
  const before = said.stdout.length;
  const rowsSince = (): readonly Row[] =>
    said.stdout
      .slice(before)
      .split('\n')
      .slice(1, -1)
      .flatMap((line): readonly Row[] => {
        const { record } = JSON.parse(line) as { record?: { data: Row } };
        return record === undefined ? [] : [record.data];
      });
  await until(() => rowsSince().some(({ number }) => number === changed), 'the changed order');
  child.kill('SIGTERM');
  expect((await ended).code).toBe(0);
  for (const token of [shop.token, rotated.token]) expect(said.stdout + said.stderr).not.toContain(token);
});
