import { hashOf } from '../dice.ts';

export interface Token {
  readonly text: string;
  /** Null for all that there are. */
  readonly permissions: ReadonlySet<string> | null;
  readonly denied: ReadonlySet<string>;
  readonly isExpired: boolean;
  /** Events are queued for each name by itself. */
  readonly integrationName: string;
  /** Rows of other stores are invisible; null for no restriction. */
  readonly storeIds: ReadonlySet<number> | null;
}

export function mayAccess(token: Token, permission: string): boolean {
  return !token.denied.has(permission) && (token.permissions === null || token.permissions.has(permission));
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** A text that looks like a token; the same for the same seed and turn. */
export function tokenText(seed: number, turn: number): string {
  let text = '';
  for (let i = 0; i < 64; i++) text += alphabet.charAt(hashOf(seed, 0x70ce, turn, i) % alphabet.length);
  return text;
}
