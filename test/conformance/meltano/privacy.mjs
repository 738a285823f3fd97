// That what is masked and what is secret is nowhere to be read.
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { check } from '../part.mjs';
import { inFiles } from './destination.mjs';
import { askShop } from './holdings.mjs';
import { SCHEMA } from './stage.mjs';

/** @typedef {import('../postgres.mjs').Postgres} Postgres */
/** @typedef {import('./stage.mjs').Stage} Stage */

export const PII_KEY = 'a made-up key, long enough for a test';

/**
 * The masked column holds hashes, and what was hashed is nowhere: not in the database, not in the files, not in what Meltano said.
 * @param {Stage} stage
 * @param {Postgres | undefined} postgres
 */
export async function provePrivacy({ checks, project, say, shop }, postgres) {
  const { emails } = await askShop(shop);
  const { texts } = await inFiles(join(project.folder, 'output'));
  /** @type {readonly { id: string, email_hash: string | null }[]} */
  const rows =
    postgres === undefined
      ? String(texts[0])
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line))
      : await postgres.query(`select id, email_hash from ${SCHEMA}.orders`);
  const wrong = rows.filter(({ id, email_hash }) => email_hash !== hashOf(emails.get(id) ?? null));
  const written = [...new Set(emails.values())].filter((email) => email !== null);
  const hashes = new Set(rows.flatMap(({ email_hash }) => email_hash ?? []));
  const places = Object.entries({
    ...(postgres !== undefined && { 'the dump of the database': await postgres.dump() }),
    'the files': texts.join(''),
    'what Meltano and its plugins print': project.said(),
  });
  const secrets = [shop.token, PII_KEY, postgres?.connection.password].filter(
    (secret) => secret !== undefined,
  );
  say(`${rows.length} masked values, ${hashes.size} hashes of ${written.length} addresses.`);
  checks.push(
    check(
      'the masked column holds the hash of each order’s address',
      hashes.size > 0 && wrong.length === 0,
      `${wrong.length} do not.`,
    ),
    ...places.flatMap(([place, text]) => {
      const found = written.filter((email) => text.includes(email)).length;
      const isSecret = secrets.some((secret) => text.includes(secret));
      return [
        check(`no masked value is in ${place}`, text.length > 0 && found === 0, `${found} addresses are.`),
        check(`no secret is in ${place}`, !isSecret),
      ];
    }),
  );
}

/** @param {string | null} email The documented way: HMAC-SHA-256 over the trimmed, lower-cased text. */
function hashOf(email) {
  const text = (email ?? '').trim().toLowerCase();
  return text === '' ? null : createHmac('sha256', PII_KEY).update(text).digest('hex');
}
