/** Numbers that depend on a seed and on what they are for, and on nothing else: the shop can forget every row. */
export interface Dice {
  /** 0 to 2^32 - 1. */
  hash(salt: number, a: number, b?: number): number;
  /** 0 up to, but without, 1. */
  fraction(salt: number, a: number, b?: number): number;
  /** An integer of 0 up to, but without, `limit`. */
  below(limit: number, salt: number, a: number, b?: number): number;
  pick<T>(items: readonly T[], salt: number, a: number, b?: number): T;
}

/** Turns the name of a value into the number that keeps its draws apart from all others (FNV-1a). */
export function salted(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** MurmurHash3 over four words: well mixed, and cheap enough to be asked a hundred times an order. */
export function hashOf(seed: number, salt: number, a: number, b: number): number {
  let h = stir(stir(stir(seed | 0, salt), a), b);
  h ^= 16;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export function diceOf(seed: number): Dice {
  const hash = (salt: number, a: number, b = 0) => hashOf(seed, salt, a, b);
  const below = (limit: number, salt: number, a: number, b = 0) =>
    Math.floor((hashOf(seed, salt, a, b) / 4294967296) * limit);
  return Object.freeze({
    hash,
    fraction: (salt: number, a: number, b = 0) => hashOf(seed, salt, a, b) / 4294967296,
    below,
    pick: <T>(items: readonly T[], salt: number, a: number, b = 0): T =>
      items[below(items.length, salt, a, b)] as T,
  });
}

/** A stream of fractions for what happens one after another, such as faults. */
export function fractions(seed: number): () => number {
  let turn = 0;
  return () => hashOf(seed, 0x5bd1e995, turn++, 0) / 4294967296;
}

function stir(h: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = h ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}
