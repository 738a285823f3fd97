import type { Configuration } from './load.ts';

const DAY_MS = 86_400_000;
const WARNED_MS = 7 * DAY_MS;

/** A warning in the last week of a token, and when it has expired; undefined where the date is far or not known. */
export function tokenExpiry(
  { tokenExpiresAt }: Pick<Configuration, 'tokenExpiresAt'>,
  nowMs: number,
): { readonly message: string } | undefined {
  if (tokenExpiresAt === undefined) return undefined;
  const leftMs = Date.parse(tokenExpiresAt) - nowMs;
  if (leftMs > WARNED_MS) return undefined;
  const when = tokenExpiresAt.replace('T00:00:00Z', '').replace('T', ' at ').replace('Z', ' UTC');
  const what =
    leftMs <= 0
      ? `The API token expired on ${when}, as "token_expires_at" says.`
      : `The API token expires on ${when}, ${inWords(leftMs)}.`;
  return {
    message: `${what} Make a new one in Centra under System > API Tokens, then set "api_token" and "token_expires_at".`,
  };
}

function inWords(leftMs: number): string {
  const days = Math.floor(leftMs / DAY_MS);
  if (days < 1) return 'in less than a day';
  return days === 1 ? 'in 1 day' : `in ${days} days`;
}
