import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { messageOf, UserError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import { expectation, FIELDS, valueOfText } from './fields.ts';
import { presentField, presentValue } from './former-names.ts';
import { SYNTHETIC_PRESET } from './preset.ts';
import { type Config, type ConfigInput, ConfigSchema } from './schema.ts';
import { checkKnown, type Setting, settingsOf } from './settings.ts';

/**
 * Resolves the configuration of a run. Each of these overrides the ones before it: the defaults, the preset of the
 * synthetic faces (if they are the source) or else that of the command, the file, the flags in their order.
 * @param file YAML or JSON with any part of a configuration.
 * @param preset defaults of the command for all but the synthetic faces.
 * @throws UserError that names the file and line or the flag, what was found and what was expected.
 */
export async function loadConfig(
  file: string | undefined,
  flags: readonly Setting[],
  preset: ConfigInput = {},
): Promise<Config> {
  const settings = new Map<string, Setting>();
  const apply = (layer: readonly Setting[]) => {
    for (const setting of layer) settings.set(setting.path, setting);
  };
  if (file !== undefined) {
    const { tree, place } = await readWritten(file);
    apply(settingsOf(tree, place));
  }
  apply(flags);
  const source = settings.get('data.source')?.value ?? FIELDS.get('data.source')?.default;
  const synthetic = source === 'synthetic';
  const origin = `the preset of ${synthetic ? 'the synthetic faces' : 'this command'}`;
  const presets = settingsOf(synthetic ? SYNTHETIC_PRESET : preset, () => origin);
  apply(presets.filter(({ path }) => !settings.has(path)));
  const result = ConfigSchema.safeParse(treeOf(settings.values()));
  if (!result.success) throw describeIssue(result.error.issues[0], settings);
  return result.data;
}

/**
 * The setting that a flag makes.
 * @param name dotted path of the field.
 * @param origin the flag as the user wrote it, for messages.
 */
export function settingOfText(name: string, text: string, origin: string): Setting {
  const path = presentField(name);
  checkKnown(path, origin);
  return { path, value: presentValue(path, valueOfText(path, text)), origin };
}

/**
 * Reads `section.field=value`, the argument of `--set`.
 * @throws UserError if it has no `=` or names no field.
 */
export function parseAssignment(text: string): Setting {
  const origin = `--set ${text}`;
  const [, path, value] = /^\s*([^=]+?)\s*=(.*)$/s.exec(text) ?? [];
  if (path === undefined) throw new UserError(`${origin}: expected field=value, for example --set train.epochs=5`);
  return settingOfText(path, value, origin);
}

function treeOf(settings: Iterable<Setting>): Record<string, unknown> {
  const tree: Record<string, unknown> = {};
  for (const { path, value } of settings) {
    const [section, field] = path.split('.');
    if (field === undefined) tree[section] = value;
    else tree[section] = { ...(tree[section] as object | undefined), [field]: value };
  }
  return tree;
}

function describeIssue(issue: z.core.$ZodIssue, settings: ReadonlyMap<string, Setting>): UserError {
  const path = issue.path.slice(0, 2).join('.');
  const setting = settings.get(path);
  const found = typeof setting?.value === 'number' ? String(setting.value) : JSON.stringify(setting?.value);
  const about = FIELDS.get(path)?.description;
  const message = `${setting?.origin}: ${path} is ${found}; expected ${expectation(path)}`;
  return new UserError(about === undefined ? message : `${message} (${about})`);
}

/** Ten times the size of a file with all fields and comments; the YAML parser takes quadratic time for many keys. */
const MAX_BYTES = 1 << 16;

/** What a YAML or JSON file says, and where. */
export interface Written {
  readonly tree: unknown;
  /** File, line and column of the value at a path, or of its key. */
  place(steps: readonly string[], key?: boolean): string;
}

/**
 * Reads a YAML or JSON file. JSON is read as YAML, of which it is a part.
 * @throws UserError with file, line and column if it is missing, malformed or too large.
 */
export async function readWritten(path: string): Promise<Written> {
  const text = new TextDecoder().decode(await readBytes(path, MAX_BYTES));
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error) throw new UserError(`${place(error.pos[0])}: invalid YAML or JSON: ${error.message}`);
  visit(document, {
    Alias: (_, { source, range }, parents) => {
      if (parents.some((parent) => isNode(parent) && 'anchor' in parent && parent.anchor === source))
        throw new UserError(
          `${place(range?.[0] ?? 0)}: *${source} refers to a value that contains it; write the values out`,
        );
    },
  });
  try {
    return { tree: document.toJS(), place: (steps, key = false) => place(offsetOf(document, steps, key)) };
  } catch (thrown) {
    throw new UserError(`${path}: ${messageOf(thrown)}; write the values out`, { cause: thrown });
  }
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
