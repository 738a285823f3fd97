import type { Place } from './source-node.ts';

/** Something that is wrong, or will be, with a catalog. Never holds a value of a row. */
export interface Problem extends Place {
  readonly severity: 'error' | 'warning';
  /** Stable, for machines: `path/unknown_field`. */
  readonly code: string;
  readonly stream?: string;
  /** Nested columns with dots: `lines.sku`. */
  readonly columnName?: string;
  /** What is wrong: whole sentences. */
  readonly message: string;
  /** What to type next. */
  readonly hint?: string;
}

export type Report = (problem: Problem) => void;

/** One problem for a terminal: where, which column, what, and what to do, in one or two lines. */
export function formatProblem(problem: Problem): string {
  const { file, line, column, severity, stream, columnName, message, hint } = problem;
  const subject = [stream, columnName].filter((part) => part !== undefined).join('.');
  const first = `${file}:${line}:${column}: ${severity}: ${subject === '' ? '' : `${subject}: `}${message}`;
  return hint === undefined ? first : `${first}\n  ${hint}`;
}

export function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}
