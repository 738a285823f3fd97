import type { Report } from '../language/problem.ts';
import type { Exposure, ShownData } from './exposure.ts';
import { isPersonType } from './personal-data.ts';

/**
 * What one column masks must not leave through another as it is: the same data by the same way (whatever the
 * arguments), a part of it, or the same field of a person reached by another way.
 */
export function reportLeaks(stream: string, exposures: readonly Exposure[], report: Report): void {
  const masked = exposures.filter(({ privacy }) => privacy === 'masked');
  for (const exposure of exposures) {
    if (exposure.privacy !== 'plain') continue;
    const other = masked.find((candidate) => isSameData(candidate, exposure));
    if (other === undefined) continue;
    report({
      severity: 'error',
      code: 'pii/leak',
      ...exposure.column.place,
      stream,
      columnName: exposure.columnName,
      message: `The column shows ${inPath(exposure)} as it is, which "${other.columnName}" masks.`,
      hint: 'Mask it here too, remove it, or say `pii: allow` where that is on purpose.',
    });
  }
}

function isSameData(a: ShownData, b: ShownData): boolean {
  if (
    a.use !== undefined &&
    b.use !== undefined &&
    isPersonType(a.use.type) &&
    a.use.type === b.use.type &&
    a.use.field === b.use.field
  ) {
    return a.trail.pick === b.trail.pick;
  }
  const shared = Math.min(a.trail.names.length, b.trail.names.length);
  for (let at = 0; at < shared; at += 1) if (a.trail.names[at] !== b.trail.names[at]) return false;
  return a.trail.pick === undefined || b.trail.pick === undefined || a.trail.pick === b.trail.pick;
}

function inPath({ trail }: ShownData): string {
  if (trail.pick === undefined) return trail.names.join('.');
  return [...trail.names.slice(0, -1)].join('.') + trail.pick;
}
