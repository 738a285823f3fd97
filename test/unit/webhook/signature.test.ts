import { describe, expect, test } from 'vitest';
import {
  parseSignature,
  signatureHeader,
  timeFault,
  verifiedDigest,
} from '../../../src/webhook/signature.ts';

const documented = Object.freeze({
  secret: 'test123',
  sentAt: 12_345_678,
  body: 'payload=%7B%22x%22%3A%22test%22%7D',
  digest: '0b9cd84f5d583e5e1aadfb9f160aa8080b51d5b85ff85808d6b75bdac356c549',
});
const body = Buffer.from(documented.body);

function verify(header: string, secrets: readonly string[], given: Uint8Array = body) {
  const signature = parseSignature(header);
  return typeof signature === 'string' ? signature : verifiedDigest(signature, given, secrets);
}

describe('a signature', () => {
  const header = `t=${documented.sentAt},v1=${documented.digest}`;

  test("Centra's documented example is right", () => {
    expect(verify(header, [documented.secret])).toEqual({ digest: documented.digest });
    expect(signatureHeader(documented.secret, documented.sentAt, documented.body)).toBe(header);
  });

  test.each([
    ['a space after the comma', `t=${documented.sentAt}, v1=${documented.digest}`],
    ['capital digits', `t=${documented.sentAt},v1=${documented.digest.toUpperCase()}`],
    ['parts in the other order', `v1=${documented.digest},t=${documented.sentAt}`],
    ['a part of a later version', `t=${documented.sentAt},v2=abc,v1=${documented.digest}`],
    [
      'a digest of another secret first',
      `t=${documented.sentAt},v1=${'0'.repeat(64)},v1=${documented.digest}`,
    ],
  ])('is right with %s', (_, given) => {
    expect(verify(given, ['another', documented.secret])).toEqual({ digest: documented.digest });
  });

  test.each([
    ['another secret', header, ['test124'], body],
    ['no secret', header, [], body],
    ['another body', header, [documented.secret], Buffer.from(`${documented.body} `)],
    ['another time', `t=12345679,v1=${documented.digest}`, [documented.secret], body],
    ['the time with a zero before it', `t=012345678,v1=${documented.digest}`, [documented.secret], body],
  ])('does not match with %s', (_, given, secrets, sent) => {
    expect(verify(given, secrets, sent)).toBe('mismatch');
  });

  test.each([
    [null, 'missing'],
    ['', 'missing'],
    ['  ', 'missing'],
    [documented.digest, 'malformed'],
    [`t=${documented.sentAt}`, 'malformed'],
    [`v1=${documented.digest}`, 'malformed'],
    [`t=,v1=${documented.digest}`, 'malformed'],
    [`t=-1,v1=${documented.digest}`, 'malformed'],
    [`t=1e9,v1=${documented.digest}`, 'malformed'],
    [`t=1,t=2,v1=${documented.digest}`, 'malformed'],
    [`t=1,v1=${documented.digest.slice(1)}`, 'malformed'],
    [`t=1,v1=${documented.digest}0`, 'malformed'],
    [`t=1${`,v1=${documented.digest}`.repeat(5)}`, 'malformed'],
    [`t=1,v1=${documented.digest},${'x'.repeat(2_000)}`, 'malformed'],
  ])('%j is %s', (given, fault) => {
    expect(parseSignature(given)).toBe(fault);
  });

  test.each([
    [1_000, undefined],
    [1_300, undefined],
    [700, undefined],
    [1_301, 'too_old'],
    [699, 'too_new'],
  ])('made at 1000 s and seen at %d s: %s', (now, fault) => {
    expect(timeFault({ sentAt: 1_000, timestamp: '1000', digests: [] }, now)).toBe(fault);
  });
});
