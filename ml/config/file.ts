import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import { messageOf, UserError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import { type Setting, settingsOf } from './settings.ts';

/** Ten times as long as every field with a comment; the reader of YAML takes quadratic time for many keys. */
const MAX_BYTES = 1 << 16;

/**
 * Reads the fields that a YAML or JSON file sets. JSON is read as YAML, of which it is a part.
 * @throws UserError with file, line and column if it is missing, malformed or has an unknown field.
 */
export async function readConfigFile(path: string): Promise<Setting[]> {
  const text = new TextDecoder().decode(await readBytes(path, MAX_BYTES));
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) throw new UserError(`${place(error.pos[0])}: this is neither YAML nor JSON: ${error.message}`);
  visit(document, {
    Alias: (_, { source, range }, parents) => {
      if (parents.some((parent) => isNode(parent) && 'anchor' in parent && parent.anchor === source))
        throw new UserError(
          `${place(range?.[0] ?? 0)}: *${source} is a part of what it stands for; write the values out`,
        );
    },
  });
  let tree: unknown;
  try {
    tree = document.toJS();
  } catch (thrown) {
    throw new UserError(`${path}: ${messageOf(thrown)}; write the values out`, { cause: thrown });
  }
  return settingsOf(tree, (steps, key = false) => place(offsetOf(document, steps, key)));
}

/** Where the value or the key at a path begins in the text. */
function offsetOf(document: Document, steps: readonly string[], wantKey: boolean): number {
  if (!wantKey) {
    const node = steps.length > 0 ? document.getIn(steps, true) : document.contents;
    return isNode(node) ? (node.range?.[0] ?? 0) : 0;
  }
  const parent = steps.length > 1 ? document.getIn(steps.slice(0, -1), true) : document.contents;
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === steps.at(-1))
    : null;
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0;
}
