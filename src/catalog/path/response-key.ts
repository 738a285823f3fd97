import { createHash } from 'node:crypto';

export interface Argument {
  readonly name: string;
  /** As it is written in a query. */
  readonly literal: string;
}

/**
 * The key under which the API answers a field: its name; with arguments, a name made of them alone, so that every
 * stream that asks for the same gets the same key, and no two different questions ever share one.
 */
export function responseKey(name: string, args: readonly Argument[]): string {
  if (args.length === 0) return name;
  const spelled = args.map((arg) => `${arg.name}_${plainLiteral(arg.literal)}`).join('_');
  const isExact = args.every(({ literal }) => /^([A-Za-z0-9]+|"[A-Za-z0-9]*")$/.test(literal));
  return isExact ? `${name}_${spelled}` : `${name}_${spelled.slice(0, 60)}_${fingerprint(args)}`;
}

/** The key of `attributes(where: { typeName: { equals: "…" } })`. */
export function attributesKey(typeName: string): string {
  if (/^[A-Za-z0-9_]+$/.test(typeName)) return `attributes_${typeName}`;
  return `attributes_${plainLiteral(typeName)}_${fingerprint([{ name: 'typeName', literal: typeName }])}`;
}

function plainLiteral(literal: string): string {
  return literal.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '');
}

function fingerprint(args: readonly Argument[]): string {
  const text = JSON.stringify(args.map(({ name, literal }) => [name, literal]));
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
