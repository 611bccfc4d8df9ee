/** Characters by which a message is compared; names in it may be as long as somebody likes. */
const COMPARED = 400;
/** Names that are told of a group beside its first message. */
const MOST_NAMES = 5;

/** What differs from one message of a kind to the next: texts in quotes, files, ids, numbers, and names of types. */
const NAMES =
  /"[^"]*"|\b(?:Assets|Packages)\/[^:;"]*?\.\w+(?=[:;,\s]|$)|\b[0-9a-f]{8}-[0-9a-f-]{27}\b|\d+|\b\w*[A-Z]\w*/g;

/**
 * Messages of one kind as one line: the first of them, how many more there are, and the names of some. A large project has
 * hundreds of a few kinds.
 */
export function grouped(messages: readonly string[]): string[] {
  const groups = new Map<string, string[]>();
  for (const message of messages) {
    const kind = message.slice(0, COMPARED).replace(NAMES, '');
    const group = groups.get(kind);
    if (group) group.push(message);
    else groups.set(kind, [message]);
  }
  return [...groups.values()].map(lineOf);
}

function lineOf([first, ...others]: readonly string[]): string {
  const told = new Set([first]);
  const names = new Set<string>();
  for (const message of others) {
    if (!told.has(message)) names.add(namesIn(message, first));
    told.add(message);
  }
  if (others.length === 0) return first;
  const some = [...names].filter((name) => name !== '').slice(0, MOST_NAMES);
  const rest = names.size > some.length ? ', …' : '';
  return `${first} (and ${others.length} more like it${some.length > 0 ? `: ${some.join(', ')}${rest}` : ''})`;
}

/** What a message names that another one of its kind does not. */
function namesIn(message: string, first: string): string {
  const inOne = (text: string) => text.slice(0, COMPARED).match(NAMES) ?? [];
  const known = new Set<string>(inOne(first));
  return inOne(message)
    .filter((name) => !known.has(name) && !/^\d/.test(name))
    .join(' ');
}
