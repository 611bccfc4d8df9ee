import { drawFace } from './generate.ts';
import type { Identity } from './identity.ts';
import type { Light, Sitter } from './sitter.ts';

type Vary = (sitter: Sitter) => Sitter;

const looks =
  (changed: Partial<Identity>): Vary =>
  (sitter) => ({ ...sitter, identity: { ...sitter.identity, ...changed } });

const litFrom =
  (light: Light): Vary =>
  (sitter) => ({ ...sitter, light });

/** How hair falls on the head of someone drawn bald. */
const LOCKS = { parting: 0, strand: 0.06, curl: 12 };
const hair =
  (hairStyle: Identity['hairStyle']): Vary =>
  ({ identity, light, locks }) => ({
    identity: { ...identity, hairStyle },
    light,
    locks: hairStyle === 'bald' ? null : (locks ?? LOCKS),
  });

/** What can be changed about a drawn person while everything else stays, and how: ways by name. */
export const VARIATIONS = {
  skin: {
    light: looks({ skin: 0.85 }),
    medium: looks({ skin: 0.6 }),
    dark: looks({ skin: 0.4 }),
    'very dark': looks({ skin: 0.25 }),
  },
  light: {
    front: litFrom([0, 0]),
    left: litFrom([-1, 0]),
    right: litFrom([1, 0]),
    above: litFrom([0, -1]),
    below: litFrom([0, 1]),
  },
  glasses: { none: looks({ glasses: 'none' }), clear: looks({ glasses: 'clear' }), dark: looks({ glasses: 'dark' }) },
  beard: {
    none: looks({ beard: 0, moustache: 0 }),
    moustache: looks({ beard: 0, moustache: 0.9 }),
    full: looks({ beard: 0.8, moustache: 0.9 }),
  },
  age: { young: looks({ age: 0 }), middle: looks({ age: 0.5 }), old: looks({ age: 1 }) },
  hair: { bald: hair('bald'), short: hair('short'), fringe: hair('fringe'), long: hair('long') },
  'hair colour': { dark: looks({ hair: 0.08 }), fair: looks({ hair: 0.7 }) },
} as const satisfies Record<string, Record<string, Vary>>;

/**
 * Draws one person in every way that an attribute can be; see {@link drawFace}.
 * @returns grey values 0..255 by the name of the way, each [48, 48].
 */
export function drawVariations(
  attribute: keyof typeof VARIATIONS,
  label: number,
  seed: number,
  index: number,
): Map<string, Uint8Array> {
  const ways: Readonly<Record<string, Vary>> = VARIATIONS[attribute];
  return new Map(Object.entries(ways).map(([name, vary]) => [name, drawFace(label, seed, index, vary)]));
}
