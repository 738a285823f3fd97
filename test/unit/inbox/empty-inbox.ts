import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openInbox } from '../../../src/inbox/open-inbox.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const cache = join(root, '.cache', 'webhook');

/** What decides how a new inbox looks. */
const makers = Object.freeze([
  'src/inbox/migrations.ts',
  'src/inbox/pglite.ts',
  'src/inbox/pglite-files.ts',
  'node_modules/@electric-sql/pglite/package.json',
]);

/** Puts an inbox that holds nothing into a folder: to make one takes seconds, so one is kept to be copied. */
export async function copyEmptyInbox(folder: string): Promise<void> {
  const kept = await keptInbox();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await cp(join(kept, 'database'), join(folder, 'database'), { recursive: true });
}

async function keptInbox(): Promise<string> {
  const texts = await Promise.all(makers.map((path) => readFile(join(root, path), 'utf8')));
  const kept = join(cache, `empty-inbox-${createHash('sha256').update(texts.join('\n')).digest('hex')}`);
  if (existsSync(kept)) return kept;
  await mkdir(cache, { recursive: true });
  const draft = await mkdtemp(join(cache, 'draft-'));
  await (await openInbox(draft)).close();
  try {
    await rename(draft, kept);
  } catch {
    // Another worker was faster.
    await rm(draft, { recursive: true });
  }
  return kept;
}
