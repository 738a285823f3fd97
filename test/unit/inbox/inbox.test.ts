import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openInbox } from '../../../src/inbox/open-inbox.ts';
import { copyEmptyInbox } from './empty-inbox.ts';
import { inboxContract } from './inbox-contract.ts';

inboxContract('an inbox in a folder, shared by several openers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'inbox-'));
  await copyEmptyInbox(folder);
  return {
    open: (settings) => openInbox(folder, settings),
    end: () => rm(folder, { recursive: true, force: true }),
  };
});
