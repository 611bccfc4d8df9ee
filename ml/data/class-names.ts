import type { DataConfig } from '../config/schema.ts';
import { CLASSES, isClassName, keyOf, MAX_LETTERS, unlessEmotions } from '../core/class-list.ts';
import { EMOTIONS, type Emotion } from '../core/emotions.ts';
import { nearestName, UserError } from '../core/errors.ts';

/** What a class is called in folders and tables, in lower case; misspelt as in a data set that is widely used. */
export const CLASS_NAMES: Readonly<Record<string, Emotion>> = {
  angry: 'Angry',
  anger: 'Angry',
  disgust: 'Disgust',
  disgusted: 'Disgust',
  fear: 'Fear',
  fearful: 'Fear',
  scared: 'Fear',
  afraid: 'Fear',
  happy: 'Happy',
  happiness: 'Happy',
  sad: 'Sad',
  sadness: 'Sad',
  surprise: 'Surprise',
  surprised: 'Surprise',
  suprise: 'Surprise',
  neutral: 'Neutral',
};

/** Says that faces of a class are left out. */
const NONE = 'none';

/** Numbers that data sets give to their classes. */
const NUMBERINGS: Readonly<Record<string, Readonly<Record<string, Emotion | typeof NONE>>>> = {
  /** Li et al. 2017, "Reliable Crowdsourcing and Deep Locality-Preserving Learning for Expression Recognition in the Wild". */
  rafdb: { 1: 'Surprise', 2: 'Fear', 3: 'Disgust', 4: 'Happy', 5: 'Sad', 6: 'Angry', 7: 'Neutral' },
  /** Mollahosseini et al. 2017, arXiv:1708.03985; 8 to 10 are no expressions. */
  affectnet: {
    0: 'Neutral',
    1: 'Happy',
    2: 'Sad',
    3: 'Surprise',
    4: 'Fear',
    5: 'Disgust',
    6: 'Angry',
    7: NONE,
    8: NONE,
    9: NONE,
    10: NONE,
  },
  fer2013: Object.fromEntries(EMOTIONS.map((name, label) => [label, name])),
};

/**
 * The classes of a source by the names that it gives them. They are the seven expressions under their usual names, a list of
 * others, or whatever names the source has.
 */
export class ClassNames {
  /** Whether any name is that of a class. */
  readonly isOpen: boolean;
  readonly #areEmotions: boolean;
  /** Class by the key of a name; null for those that are left out. */
  readonly #mapped: ReadonlyMap<string, string | null>;
  /** Class by the key of a name. */
  readonly #known: Map<string, string>;
  /** In the order of their labels. */
  #classes: string[];

  /**
   * @param map entries `name=Class` or `name=none`, or the name of a numbering: `rafdb`, `affectnet`, `fer2013`. They win over the
   * usual names.
   * @param chosen classes, as the configuration has them.
   * @throws UserError at an entry that is neither.
   */
  constructor(
    map: readonly string[] = [],
    readonly chosen: DataConfig['classes'] = 'emotions',
  ) {
    this.isOpen = chosen === 'from-data';
    const own = typeof chosen === 'string' ? undefined : unlessEmotions(chosen);
    this.#areEmotions = !this.isOpen && own === undefined;
    this.#classes = this.isOpen ? [] : [...(own ?? EMOTIONS)];
    this.#known = new Map(
      this.#areEmotions ? Object.entries(CLASS_NAMES) : this.#classes.map((name) => [keyOf(name), name] as const),
    );
    this.#mapped = new Map(map.flatMap((entry) => this.#entriesOf(entry)));
  }

  /** Names of the classes in the order of their labels, sorted once they are settled; undefined if they are the seven expressions. */
  get classes(): readonly string[] | undefined {
    return this.#areEmotions ? undefined : this.#classes;
  }

  /**
   * Label of the class, or null if its faces are left out. Nothing is guessed: numbers and unknown names are refused, unless
   * any name is that of a class.
   * @param name as the source writes it; case does not matter.
   * @param place of the name, as the message begins.
   * @throws UserError that names the map to use, or the nearest name; where any name is that of a class, at one that is
   * unusable, one too many, or an earlier one in another case.
   */
  labelOf(name: string, place: string): number | null {
    const label = this.isOpen ? this.#discover(name, place) : this.find(name);
    if (label !== undefined) return label;
    if (this.#areEmotions && /^\d+$/.test(name))
      throw new UserError(
        `${place}: the class is the number ${name}, which data sets define differently; pass ` +
          `${Object.keys(NUMBERINGS).map(describe).join(', or ')}`,
      );
    const known = [...this.#known.keys()];
    const meant = nearestName(keyOf(name), known);
    const target = meant === undefined ? this.#classes.at(-1) : this.#known.get(meant);
    throw new UserError(
      `${place}: unknown class ${JSON.stringify(name)}${meant === undefined ? '.' : `, did you mean "${meant}"?`} ` +
        `Expected ${(this.#areEmotions ? known : this.#classes).join(', ')}; rename it, pass --map "${name}=${target}", ` +
        `or leave its faces out with --map "${name}=${NONE}"`,
    );
  }

  /** As {@link labelOf}; undefined for unknown names, also for those that are not known yet. */
  find(name: string): number | null | undefined {
    const target = this.#targetOf(name);
    if (target === null) return null;
    const known = this.#known.get(keyOf(target));
    return known === undefined ? undefined : this.#classes.indexOf(known);
  }

  /**
   * Sorts the classes by name where any name is that of a class. It ends the reading of a source.
   * @returns what makes the final label of one that was given before.
   * @throws UserError if there are fewer than two classes.
   */
  settle(source: string): (label: number) => number {
    if (!this.isOpen) return (label) => label;
    const found = this.#classes;
    if (found.length < CLASSES.min)
      throw new UserError(
        `cannot use ${source}: it has ${found.length === 0 ? 'no class' : `only the class ${JSON.stringify(found[0])}`}; ` +
          `expected ${CLASSES.min} to ${CLASSES.max} classes, each with images of its own`,
      );
    this.#classes = [...found].sort();
    return (label) => this.#classes.indexOf(found[label]);
  }

  /** What a name stands for; null if its faces are left out. */
  #targetOf(name: string): string | null {
    // Systems differ in how they store letters with marks.
    const plain = name.normalize('NFC').trim();
    const mapped = this.#mapped.get(keyOf(plain));
    return mapped === undefined ? plain : mapped;
  }

  #discover(name: string, place: string): number | null {
    const target = this.#targetOf(name);
    if (target === null) return null;
    const known = this.#known.get(keyOf(target));
    if (known !== undefined && known !== target)
      throw new UserError(
        `${place}: the classes ${JSON.stringify(known)} and ${JSON.stringify(target)} differ only in case; rename one, or ` +
          `make them one with --map "${known}=${known}"`,
      );
    if (known === undefined) this.#add(target, place);
    return this.#classes.indexOf(target);
  }

  #add(name: string, place: string): void {
    if (!isClassName(name))
      throw new UserError(
        `${place}: a class is called ${JSON.stringify(name.slice(0, MAX_LETTERS))}; expected 1 to ${MAX_LETTERS} letters: rename it`,
      );
    if (this.#classes.length === CLASSES.max)
      throw new UserError(
        `${place}: ${JSON.stringify(name)} is class ${CLASSES.max + 1}; expected ${CLASSES.min} to ${CLASSES.max}: merge ` +
          `some with --map "${name}=${this.#classes[0]}", or leave some out with --map "${name}=${NONE}"`,
      );
    this.#known.set(keyOf(name), name);
    this.#classes.push(name);
  }

  #entriesOf(entry: string): [string, string | null][] {
    const numbering = entry.trim().toLowerCase();
    if (Object.hasOwn(NUMBERINGS, numbering))
      return Object.entries(NUMBERINGS[numbering]).map(([name, target]) => [name, target === NONE ? null : target]);
    const [, name, wanted] = /^\s*(.+?)\s*=\s*(.+?)\s*$/.exec(entry.normalize('NFC')) ?? [];
    const isNone = wanted?.toLowerCase() === NONE;
    const target = this.isOpen ? wanted : this.#known.get(keyOf(wanted ?? ''));
    if (name !== undefined && (isNone || target !== undefined)) return [[keyOf(name), isNone ? null : target!]];
    throw new UserError(
      `data.map: ${JSON.stringify(entry)} is neither NAME=CLASS nor one of ${Object.keys(NUMBERINGS).join(', ')}; ` +
        (this.isOpen
          ? `expected for example "smiling=Happy", or "smiling=${NONE}"`
          : `expected for example "disgusted=Disgust", with a class of ${this.#classes.join(', ')} or ${NONE}`),
    );
  }
}

/** For example `--map rafdb (1 Surprise, 2 Fear, …)`. */
function describe(numbering: string): string {
  const classes = Object.entries(NUMBERINGS[numbering]).filter(([, name]) => name !== NONE);
  return `--map ${numbering} (${classes.map(([number, name]) => `${number} ${name}`).join(', ')})`;
}

/**
 * Refuses what only exists for the seven expressions.
 * @param what such a thing, as the message begins.
 * @param classes of the configuration or of a model.
 * @throws UserError unless these are the classes.
 */
export function requireEmotions(what: string, classes: DataConfig['classes'] | readonly string[]): void {
  if (classes === 'emotions' || (typeof classes !== 'string' && !unlessEmotions(classes))) return;
  const found = typeof classes === 'string' ? 'those of the data (--classes from-data)' : classes.join(', ');
  throw new UserError(
    `${what} is for the seven expressions only, but the classes are ${found}; do without one of the two`,
  );
}
