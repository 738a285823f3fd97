import { createHmac } from 'node:crypto';

export const SHORTEST_KEY_BYTES = 32;

/** Hashes a text, or says why it cannot. */
export type PiiHash =
  | { readonly isReady: true; readonly hash: (text: string) => string | null }
  | { readonly isReady: false; readonly reason: 'missing' | 'short' };

/**
 * HMAC-SHA-256 with the bytes of the key over the trimmed, lower-cased text, as lower-case hex; with a key id
 * `id:hex`, so that a rotation shows. An empty text says nothing about a person, and is null.
 */
export function piiHashOf(key: string | Uint8Array | undefined, keyId: string | undefined): PiiHash {
  if (key === undefined || key.length === 0) return { isReady: false, reason: 'missing' };
  const bytes = typeof key === 'string' ? Buffer.from(key, 'utf8') : key;
  if (bytes.byteLength < SHORTEST_KEY_BYTES) return { isReady: false, reason: 'short' };
  const prefix = keyId === undefined || keyId === '' ? '' : `${keyId}:`;
  // The streams of one fetch hash the same person one after the other.
  let last = '';
  let lastHash: string | null = null;
  return {
    isReady: true,
    hash: (text) => {
      if (text === last) return lastHash;
      const normal = text.trim().toLowerCase();
      last = text;
      lastHash =
        normal === '' ? null : prefix + createHmac('sha256', bytes).update(normal, 'utf8').digest('hex');
      return lastHash;
    },
  };
}
