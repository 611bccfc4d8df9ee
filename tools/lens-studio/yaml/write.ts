import { Decimal, type Fields, Row, readPlain, Tagged, type Value, Vector } from './value.ts';

/**
 * Writes a file as Lens Studio does: two spaces, vectors on one line, `[]` and `{}` on a line of their own, `~` for nothing.
 * What {@link parse} reads of a file that Lens Studio wrote comes back to the letter.
 */
export function write(value: Value): string {
  const lines: string[] = [];
  emit(lines, '', '', value);
  return `${lines.join('\n')}\n`;
}

/** Writes `value` behind `head`, which is a key, a dash or nothing; what needs further lines goes below `indent`. */
function emit(lines: string[], indent: string, head: string, value: Value): void {
  let opening = head;
  const content = value instanceof Tagged ? value.value : value;
  if (value instanceof Tagged) opening = join(opening, `!<${value.tag}>`);
  if (content instanceof Row && content.every(isScalar))
    lines.push(join(opening, `[${content.map(scalar).join(', ')}]`));
  else if (Array.isArray(content)) emitList(lines, indent, opening, content);
  else if (content instanceof Map) emitFields(lines, indent, opening, content);
  else if (typeof content === 'string' && isBlock(content)) emitBlock(lines, indent, opening, content);
  else lines.push(join(opening, scalar(content as Scalar)));
}

function join(head: string, tail: string): string {
  return head === '' || head.endsWith(' ') ? head + tail : `${head} ${tail}`;
}

function emitList(lines: string[], indent: string, opening: string, items: Value[]): void {
  if (opening !== '') lines.push(opening);
  if (items.length === 0) lines.push(`${indent}[]`);
  for (const item of items) emit(lines, `${indent}  `, `${indent}- `, item);
}

function emitFields(lines: string[], indent: string, opening: string, fields: Fields): void {
  if (fields instanceof Vector) {
    lines.push(
      join(opening, `{${[...fields].map(([key, value]) => `${key}: ${scalar(value as Scalar)}`).join(', ')}}`),
    );
    return;
  }
  // A mapping in a list begins on the line of its dash.
  let first = opening.endsWith('- ') && fields.size > 0 ? opening : indent;
  if (opening !== '' && first === indent) lines.push(opening.trimEnd());
  if (fields.size === 0) lines.push(`${indent}{}`);
  for (const [key, value] of fields) {
    const nested = value instanceof Tagged ? value.value : value;
    emit(
      lines,
      Array.isArray(nested) || nested instanceof Map || typeof nested === 'string' ? `${indent}  ` : indent,
      `${first}${quoted(key, true)}:`,
      value,
    );
    first = indent;
  }
}

/** Texts of several lines stand as a block, unless a block could not give them back. */
function isBlock(text: string): boolean {
  return /^[^\s].*\n/.test(text) && !/[^\n\P{Cc}]/u.test(text);
}

function emitBlock(lines: string[], indent: string, opening: string, text: string): void {
  const body = text.replace(/\n+$/, '');
  const ends = text.length - body.length;
  lines.push(join(opening, ends === 0 ? '|-' : ends === 1 ? '|' : '|+'));
  for (const line of body.split('\n')) lines.push(indent + line);
  // Lens Studio leaves a line free below a text that ends with one line break.
  for (let blank = 0; blank < Math.max(ends - 1, Math.min(ends, 1)); blank++) lines.push('');
}

type Scalar = string | number | boolean | null | Decimal;

function isScalar(value: Value): value is Scalar {
  return value === null || typeof value !== 'object' || value instanceof Decimal;
}

function scalar(value: Scalar): string {
  if (value === null) return '~';
  if (value instanceof Decimal) return value.text;
  return typeof value === 'string' ? quoted(value) : String(value);
}

/** Plain where yaml-cpp writes it plain, unless it would be read as something else. */
function quoted(text: string, isKey = false): string {
  const special = /^[-#&*!|>%@`\s]|["',:?[\]{}\p{Cc}]| #|\s$/u.test(text);
  if (text !== '' && !special && (isKey || readPlain(text) === text)) return text;
  if (text.includes('"') && !/['\p{Cc}]/u.test(text)) return `'${text}'`;
  return JSON.stringify(text);
}
