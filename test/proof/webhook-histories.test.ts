import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { test } from 'vitest';
import { openInbox } from '../../src/inbox/open-inbox.ts';
import { playWebhooks, realPlace, webhookHistory } from '../unit/sync/webhook-history.ts';

const HISTORIES = Math.ceil(Number(process.env.HISTORIES ?? 50) / 5);

test(
  'webhooks lost, late, doubled and out of order, with an inbox in a folder: the destination holds what the shop holds',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'source-centra-inbox-'));
    const inbox = await openInbox(folder, { leaseMs: 1, retryDelayMs: 1 });
    let number = 0;
    try {
      await fc.assert(
        fc.asyncProperty(webhookHistory, fc.integer({ min: 1, max: 5 }), (steps, seed) => {
          number += 1;
          return playWebhooks(steps, seed, realPlace(inbox, `shop ${number}`));
        }),
        { numRuns: HISTORIES, endOnFailure: true },
      );
    } finally {
      await inbox.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
  HISTORIES * 30_000,
);
