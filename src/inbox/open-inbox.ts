import type { Inbox, InboxSettings } from './inbox.ts';

function isPostgresUrl(location: string): boolean {
  return /^postgres(ql)?:\/\//i.test(location);
}

/** Opens the inbox at a `postgres://` URL, or the embedded one in a folder. */
export async function openInbox(location: string, settings: InboxSettings = {}): Promise<Inbox> {
  if (isPostgresUrl(location)) {
    const { openPostgresInbox } = await import('./postgres.ts');
    return openPostgresInbox(location, settings);
  }
  const { openEmbeddedInbox } = await import('./embedded.ts');
  return openEmbeddedInbox(location, settings);
}
