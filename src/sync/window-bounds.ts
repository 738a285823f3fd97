import type { Window } from './state.generated.ts';

/** What tells the windows of one stream apart: their ends never change while they are owed. */
export function nameOf({ from, to }: Window): string {
  return `${from ?? ''}/${to}`;
}

/** Whether two windows have a part in common; a window and itself are not two. */
export function overlaps(a: Window, b: Window): boolean {
  if (a.from === b.from && a.to === b.to) return false;
  return (a.from ?? '') <= b.to && (b.from ?? '') <= a.to;
}

/** A window as it was before anything was read of it. */
export function boundsOf({ from, to }: Window): Window {
  return from === undefined ? { to } : { from, to };
}
