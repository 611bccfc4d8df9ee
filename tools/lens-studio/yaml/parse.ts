import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type ParsedNode,
  parseDocument,
  Scalar,
} from 'yaml';
import { UserError } from '../../../ml/core/errors.ts';
import { isLfsPointer } from '../../../ml/core/other-formats.ts';
import { type Fields, Row, readPlain, Tagged, type Value, Vector } from './value.ts';

/** Characters of the longest text that is read; the largest scene seen has 2 million. */
export const MAX_TEXT_LENGTH = 16_000_000;
/** Deeper than any file seen. */
const MAX_DEPTH = 100;

/**
 * Reads a file of Lens Studio.
 * @param path names the file in errors.
 * @throws UserError with the line if it is not text or not YAML, or uses what Lens Studio never writes (anchors, two documents,
 *   keys that are no names, a key twice), or is longer or nested more deeply than its files are.
 */
export function parse(text: string, path: string): Value {
  if (text.includes('\0'))
    throw new UserError(`${path} is binary, not text; restore it from a backup, or export it again`);
  if (isLfsPointer(text))
    throw new UserError(`${path} is a Git LFS pointer, not the file itself; run \`git lfs pull\` in its repository`);
  if (text.length > MAX_TEXT_LENGTH)
    throw new UserError(
      `${path} has ${text.length} characters, expected at most ${MAX_TEXT_LENGTH}; restore it from a backup`,
    );
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    keepSourceTokens: false,
    schema: 'failsafe',
    logLevel: 'silent',
    // The reader compares keys itself: the library's comparison takes the square of their number.
    uniqueKeys: false,
    prettyErrors: false,
  });
  const [error] = document.errors;
  // The library overflows its stack on what is nested by thousands.
  if (error?.message.includes('call stack'))
    throw new UserError(
      `${path}:1: found something nested more than ${MAX_DEPTH} levels deep; restore it from a backup`,
    );
  if (error !== undefined) throw new UserError(`${path}:${lines.linePos(error.pos[0]).line}: ${error.message}`);
  return new Reader(path, lines).read((document as Document.Parsed).contents);
}

type ParsedMap = { flow?: boolean; items: { key: ParsedNode; value: ParsedNode | null }[] };

class Reader {
  #depth = 0;

  constructor(
    private readonly path: string,
    private readonly lines: LineCounter,
  ) {}

  read(node: ParsedNode | null): Value {
    if (node === null) return null;
    if (++this.#depth > MAX_DEPTH) this.#refuse(node, `something nested more than ${MAX_DEPTH} levels deep`);
    const value = this.#untagged(node);
    this.#depth--;
    const tag = node.tag;
    if (tag === undefined || tag.startsWith('tag:yaml.org,')) return value;
    return new Tagged(
      tag.replace(/^!(<.*>)?/, (_, name?: string) => name?.slice(1, -1) ?? ''),
      value,
      this.#line(node),
    );
  }

  #untagged(node: ParsedNode): Value {
    if (isScalar(node)) return scalar(node);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item as ParsedNode));
      return node.flow && items.length > 0 ? Row.from(items) : items;
    }
    if (isMap(node)) return this.#fields(node as ParsedMap);
    if (isAlias(node)) return this.#refuse(node, 'an alias (*), which Lens Studio never writes');
    return this.#refuse(node, 'something that is not a value');
  }

  #fields({ flow, items }: ParsedMap): Fields {
    const fields: Fields = flow && items.length > 0 ? new Vector() : new Map();
    for (const { key, value } of items) {
      if (!isScalar(key)) this.#refuse(key, 'a key that is not a name');
      const name = String((key as Scalar).source);
      if (fields.has(name)) this.#refuse(key, `the field ${name} twice, but field names must be unique`);
      fields.set(name, this.read(value));
    }
    return fields;
  }

  #line(node: ParsedNode): number {
    const { line } = this.lines.linePos(node.range[0]);
    // A list or mapping of several lines begins below its tag.
    return node.tag !== undefined && (isMap(node) || isSeq(node)) && !node.flow ? line - 1 : line;
  }

  #refuse(node: ParsedNode, what: string): never {
    throw new UserError(
      `${this.path}:${this.#line(node)}: found ${what}; open the project in Lens Studio and save it again`,
    );
  }
}

function scalar(node: Scalar): Value {
  const text = node.source ?? '';
  return node.type === Scalar.PLAIN && !(text === '' && node.tag !== undefined) ? readPlain(text) : text;
}
