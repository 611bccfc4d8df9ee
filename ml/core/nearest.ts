import { closest, distance } from 'fastest-levenshtein';

/** More wrong letters make another word, and a suggestion that is worse than none. */
const MOST_EDITS = 2;

/** The known name that was probably meant; undefined if none is within two edits. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const nearest = closest(name, known);
  return known.length > 0 && distance(name, nearest) <= MOST_EDITS ? nearest : undefined;
}
