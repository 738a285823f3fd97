import { distance } from 'fastest-levenshtein';

const MOST_SUGGESTIONS = 3;

/** The known names that someone may have meant, nearest first. */
export function nearMatches(name: string, known: Iterable<string>): readonly string[] {
  const wanted = name.toLowerCase();
  const scored: { readonly candidate: string; readonly score: number }[] = [];
  for (const candidate of new Set(known)) {
    const other = candidate.toLowerCase();
    const score = wanted.length > 100 ? Number.POSITIVE_INFINITY : distance(wanted, other);
    const isPartOf =
      wanted.length >= 3 && (other.includes(wanted) || (other.length > 3 && wanted.includes(other)));
    // Two letters that changed places count as two.
    const most = Math.max(wanted.length < 4 ? 1 : 2, Math.floor(wanted.length * 0.4));
    if (score <= most || isPartOf) scored.push({ candidate, score });
  }
  scored.sort((a, b) => a.score - b.score || (a.candidate < b.candidate ? -1 : 1));
  const best = scored[0];
  if (best === undefined) return [];
  return scored
    .filter(({ score }) => score <= best.score + 2)
    .slice(0, MOST_SUGGESTIONS)
    .map(({ candidate }) => candidate);
}

/** "Did you mean a or b?", or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const matches = nearMatches(name, known);
  return matches.length === 0 ? undefined : `Did you mean ${inWords(matches, 'or')}?`;
}

/** "a, b and c". */
export function inWords(words: readonly string[], conjunction: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${conjunction} ${words.at(-1)}`;
}
