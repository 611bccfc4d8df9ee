import { isClassName, keyOf, MAX_LETTERS, repeatedName } from '../core/class-list.ts';
import { EMOTIONS } from '../core/emotions.ts';
import { nearestName, UserError } from '../core/errors.ts';
import { CLASS_NAMES } from '../data/class-names.ts';

/** Shorter words are near to too many others. */
const MIN_LETTERS = 4;

/** A class of the source, and its name in the lens. */
export interface MappedClass {
  readonly source: string;
  readonly label: string;
  /** Whether the label is one of the lens's emotions, and how it was recognised. */
  readonly by: 'name' | 'synonym' | '--map' | 'kept';
}

export interface MappedClasses {
  /** In the order of the source's output. */
  readonly classes: readonly MappedClass[];
  /** Labels in the order of the new output. */
  readonly labels: readonly string[];
  /** For each class of the new output, its place in the source's. */
  readonly order: readonly number[];
}

const isEmotion = (name: string) => EMOTIONS.some((emotion) => keyOf(emotion) === keyOf(name));

/**
 * Names the classes of a model: emotions by their names and common synonyms, others as they are, or as the user says. Nothing is
 * guessed. A model of all seven emotions gets their order, and is then one as this project trains them.
 * @param names in the order of the output.
 * @param from where they come from, for messages.
 * @param map what the user says, by the names.
 * @throws UserError if a name is unusable, nearly an emotion, or two classes would have one name.
 */
export function mapClasses(names: readonly string[], from: string, map: ReadonlyMap<string, string>): MappedClasses {
  for (const key of map.keys()) {
    if (names.some((name) => keyOf(name) === key)) continue;
    const nearest = nearestName(key, names);
    throw new UserError(
      `--map ${JSON.stringify(`${key}=…`)}: ${from} has no class of this name${nearest ? `; did you mean ${nearest}?` : `: ${names.join(', ')}`}`,
    );
  }
  const classes = names.map((source) => mapped(source, map, names));
  const labels = classes.map(({ label }) => label);
  const unusable = labels.findIndex((label) => !isClassName(label));
  if (unusable >= 0) {
    throw new UserError(
      `${from}: class ${unusable} is called ${JSON.stringify(labels[unusable].slice(0, MAX_LETTERS))}; expected 1 to ${MAX_LETTERS} letters: name it with --map`,
    );
  }
  const [first, again] = repeatedName(labels) ?? [];
  if (first !== undefined && again !== undefined) {
    throw new UserError(
      `${from}: the classes ${JSON.stringify(names[first])} and ${JSON.stringify(names[again])} would both be ${labels[again]}; ` +
        `name one otherwise, for example --map ${JSON.stringify(`${names[again]}=Other`)}`,
    );
  }
  const ours = EMOTIONS.map((emotion) => labels.indexOf(emotion));
  const order = names.length === EMOTIONS.length && ours.every((place) => place >= 0) ? ours : names.map((_, at) => at);
  return { classes, labels: order.map((place) => labels[place]), order };
}

function mapped(source: string, map: ReadonlyMap<string, string>, names: readonly string[]): MappedClass {
  const key = keyOf(source);
  const said = map.get(key);
  if (said !== undefined)
    return { source, label: EMOTIONS.find((emotion) => keyOf(emotion) === keyOf(said)) ?? said, by: '--map' };
  const known = Object.hasOwn(CLASS_NAMES, key) ? CLASS_NAMES[key] : undefined;
  if (known) return { source, label: known, by: isEmotion(source) ? 'name' : 'synonym' };
  const nearest = nearestName(key, Object.keys(CLASS_NAMES));
  const others = names.some((name) => Object.hasOwn(CLASS_NAMES, keyOf(name)));
  if (nearest && others && key.length >= MIN_LETTERS) {
    const emotion = CLASS_NAMES[nearest];
    throw new UserError(
      `the class ${JSON.stringify(source)} may be ${emotion}, but that is not certain; say so with --map ${JSON.stringify(`${source}=${emotion}`)}, ` +
        `or keep its name with --map ${JSON.stringify(`${source}=${source}`)}`,
    );
  }
  return { source, label: source.trim(), by: 'kept' };
}

/** The table of classes, as it is printed. */
export function describeClasses({ classes, labels }: MappedClasses): string {
  const width = Math.max(...classes.map(({ source }) => source.length));
  const how = { name: '', synonym: ' (synonym)', '--map': ' (--map)', kept: ' (kept)' };
  return classes
    .map(
      ({ source, label, by }, at) =>
        `  ${String(at).padStart(2)} ${source.padEnd(width)} → ${String(labels.indexOf(label)).padStart(2)} ${label}${how[by]}`,
    )
    .join('\n');
}
