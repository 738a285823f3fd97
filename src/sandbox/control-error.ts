import { isObject } from '../json.ts';

/** A control call that cannot be obeyed; its message is one sentence for whoever made the call. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** The readers of control bodies: each gives the value of a field, or says what is wrong with it. */
export type Body = Readonly<Record<string, unknown>>;

export function objectBody(value: unknown): Body {
  if (!isObject(value)) throw new ControlError('The body must be a JSON object.');
  return value;
}

export function numberIn(body: Body, name: string): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw new ControlError(`"${name}" must be a number.`);
  return value;
}

export function requiredNumber(body: Body, name: string): number {
  const value = numberIn(body, name);
  if (value === undefined) throw new ControlError(`"${name}" must be given, as a number.`);
  return value;
}

export function textIn(body: Body, name: string): string | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new ControlError(`"${name}" must be a text.`);
  return value;
}

export function booleanIn(body: Body, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'boolean') throw new ControlError(`"${name}" must be true or false.`);
  return value;
}

export function textsIn(body: Body, name: string): readonly string[] | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) {
    throw new ControlError(`"${name}" must be a list of texts.`);
  }
  return value;
}

export function numbersIn(body: Body, name: string): readonly number[] | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'number')) {
    throw new ControlError(`"${name}" must be a list of numbers.`);
  }
  return value;
}

export function onlyFields(body: Body, allowed: readonly string[], where: string): void {
  const unknown = Object.keys(body).filter((name) => !allowed.includes(name));
  if (unknown.length > 0) {
    throw new ControlError(`${where} has no field "${unknown.join('", "')}"; it has ${allowed.join(', ')}.`);
  }
}
