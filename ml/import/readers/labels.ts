import { extname } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { readText } from '../../core/files.ts';
import { parseJson } from './tfjs-files.ts';

/** Bytes of a list of labels. */
const MAX_BYTES = 1_000_000;

/**
 * Labels one per line, as `Happy` or, like Teachable Machine, as `0 Happy`.
 * @param from for messages.
 * @throws UserError if the numbers are not 0, 1, 2 and so on.
 */
export function labelsOfText(text: string, from: string): readonly string[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const numbered = lines.map((line) => /^(\d+)[\s:,]+(.+)$/.exec(line));
  if (!numbered.every((match) => match !== null)) return lines;
  const wrong = numbered.findIndex(([, index], at) => Number(index) !== at);
  if (wrong >= 0) {
    throw new UserError(
      `${from}, line ${wrong + 1}: ${JSON.stringify(lines[wrong])}; expected the label with number ${wrong}`,
    );
  }
  return numbered.map(([, , name]) => name);
}

const LabelsSchema = z.union([
  z.array(z.string()),
  z.object({ labels: z.array(z.string()) }).transform(({ labels }) => labels),
]);

/**
 * Reads a file of labels: a text with one per line, or JSON, as a list or a `metadata.json`.
 * @throws UserError if it is neither.
 */
export async function readLabels(file: string): Promise<readonly string[]> {
  const text = await readText(file, MAX_BYTES);
  if (extname(file).toLowerCase() !== '.json') return labelsOfText(text, file);
  const parsed = LabelsSchema.safeParse(parseJson(new TextEncoder().encode(text), file));
  if (parsed.success) return parsed.data;
  throw new UserError(`${file}: expected a list of labels, or an object with a list "labels"`);
}
