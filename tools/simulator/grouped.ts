/** Characters by which a message is compared; names in it may have any length. */
const COMPARED_LENGTH = 400;
/** Names of a group that are listed after its first message. */
const MAX_NAMES = 5;

/** What differs from one message of a kind to the next: texts in quotes, files, ids, numbers, and names of types. */
const NAMES =
  /"[^"]*"|\b(?:Assets|Packages)\/[^:;"]*?\.\w+(?=[:;,\s]|$)|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d+|\b\w*[A-Z]\w*/g;

/**
 * Messages of one kind as one line: the first of them, how many more there are, and the names in some of them. A large project
 * has hundreds of a few kinds.
 */
export function grouped(messages: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const message of messages) {
    const kind = message.slice(0, COMPARED_LENGTH).replace(NAMES, '');
    const group = groups.get(kind);
    if (group) group.push(message);
    else groups.set(kind, [message]);
  }
  return [...groups.values()].map(lineOf);
}

function lineOf([first, ...others]: readonly string[]): string {
  const reported = new Set([first]);
  const names = new Set<string>();
  for (const message of others) {
    if (!reported.has(message)) names.add(namesIn(message, first));
    reported.add(message);
  }
  if (others.length === 0) return first;
  const shown = [...names].filter((name) => name !== '').slice(0, MAX_NAMES);
  const rest = names.size > shown.length ? ', …' : '';
  return `${first} (and ${others.length} more like it${shown.length > 0 ? `: ${shown.join(', ')}${rest}` : ''})`;
}

/** What a message names that another one of its kind does not. */
function namesIn(message: string, first: string): string {
  const inOne = (text: string) => text.slice(0, COMPARED_LENGTH).match(NAMES) ?? [];
  const known = new Set<string>(inOne(first));
  return inOne(message)
    .filter((name) => !known.has(name) && !/^\d/.test(name))
    .join(' ');
}
