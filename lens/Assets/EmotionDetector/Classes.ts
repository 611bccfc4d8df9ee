/** How many classes a model may tell apart. */
export const CLASS_COUNT = { min: 2, max: 64 };

/** Names with the same key stand for the same class: neither case nor spaces around a name matter. */
export const keyOf = (name: string): string => name.trim().toLowerCase();

/** Place of a class among the labels of a model, whatever its case; -1 if there is none. */
export function classOf(labels: readonly string[], name: string): number {
  const key = keyOf(name);
  return key === '' ? -1 : labels.findIndex((label) => keyOf(label) === key);
}

/** A class as triggers name it: `Thumbs up!` is `THUMBS_UP`. Letters of all scripts stay. */
export function triggerName(label: string): string {
  return label
    .toUpperCase()
    .replace(/[\s!-/:-@[-`{-~]+/g, '_')
    .replace(/^_|_$/g, '');
}

/** What is wrong with the labels of a model in words, or undefined. */
export function faultOfLabels(labels: readonly string[]): string | undefined {
  const { min, max } = CLASS_COUNT;
  if (labels.length < min || labels.length > max)
    return `there are ${labels.length} names of classes, and a model may have ${min} to ${max}`;
  const names = labels.map(triggerName);
  for (let i = 0; i < labels.length; i++) {
    if (hasControlCharacter(labels[i])) return `the name of class ${i + 1} contains a control character`;
    if (names[i] === '') return `the name of class ${i + 1}, "${labels[i]}", has no letter or digit`;
    const first = names.indexOf(names[i]);
    if (first < i)
      return `the classes "${labels[first]}" and "${labels[i]}" would both send the triggers ${names[i]}_…`;
  }
  return undefined;
}

function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}
