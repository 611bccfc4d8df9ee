import type { Tagged } from '../lens-studio/yaml/value.ts';

/** The id in an entity's tag, `Type/id`. */
export function idIn({ tag }: Tagged): string {
  return tag.split('/')[1];
}

/** The order in which Lens Studio writes entities. */
export function sortedById(entities: readonly Tagged[]): Tagged[] {
  return [...entities].sort((a, b) => (idIn(a) < idIn(b) ? -1 : 1));
}
