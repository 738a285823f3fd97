import { ConnectorError } from './errors.ts';

export type JsonPrimitive = string | number | boolean | null;
export type JsonValue = JsonPrimitive | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Parses a text that a person or a platform gave. `what` names it in the error, such as "the state file s.json".
 * The engine's own message is not passed on, since it quotes the text, which may hold a secret.
 */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConnectorError({
      kind: 'config',
      code: 'json/syntax',
      message: `${what.charAt(0).toUpperCase()}${what.slice(1)} is not valid JSON${positionOf(text, error)}.`,
      hint: 'Check it for missing quotes, commas and braces.',
    });
  }
}

function positionOf(text: string, error: unknown): string {
  const position = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined;
  if (text.trim() === '') return ': it is empty';
  if (position === undefined) return '';
  const before = text.slice(0, Number(position)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1) ?? '').length + 1})`;
}
