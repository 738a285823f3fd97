import { expect, test } from 'vitest';
import { tokenExpiry } from '../../../src/config/token-expiry.ts';

const at = (time: string) => Date.parse(time);
const todo =
  'Make a new one in Centra under System > API Tokens, then set "api_token" and "token_expires_at".';

test.each([
  ['2026-05-24T23:59:59Z', undefined],
  ['2026-05-25T00:00:00Z', 'The API token expires on 2026-06-01, in 7 days.'],
  ['2026-05-30T12:00:00Z', 'The API token expires on 2026-06-01, in 1 day.'],
  ['2026-05-31T23:59:59Z', 'The API token expires on 2026-06-01, in less than a day.'],
  ['2026-06-01T00:00:00Z', 'The API token expired on 2026-06-01, as "token_expires_at" says.'],
  ['2027-06-01T00:00:00Z', 'The API token expired on 2026-06-01, as "token_expires_at" says.'],
])('at %s: %s', (now, message) => {
  const said = tokenExpiry({ tokenExpiresAt: '2026-06-01T00:00:00Z' }, at(now));
  expect(said).toEqual(message === undefined ? undefined : { message: `${message} ${todo}` });
});

test('with a time of day', () => {
  const said = tokenExpiry({ tokenExpiresAt: '2026-06-01T10:30:00Z' }, at('2026-06-01T10:00:00Z'));
  expect(said?.message).toContain('on 2026-06-01 at 10:30:00 UTC, in less than a day.');
});

test('without a date, nothing is said', () => {
  expect(tokenExpiry({ tokenExpiresAt: undefined }, at('2026-06-01'))).toBeUndefined();
});
