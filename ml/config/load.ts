import type { z } from 'zod';
import { UserError } from '../core/errors.ts';
import { expectation, FIELDS, valueOfText } from './fields.ts';
import { readConfigFile } from './file.ts';
import { SYNTHETIC_PRESET } from './preset.ts';
import { type Config, type ConfigInput, ConfigSchema } from './schema.ts';
import { checkKnown, type Setting, settingsOf } from './settings.ts';

/**
 * Resolves the configuration of a run. Each of these wins over the ones before it: the defaults, the preset of the
 * synthetic faces (when they are the source) or else that of the command, the file, the flags in their order.
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
  if (file !== undefined) apply(await readConfigFile(file));
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
 * @param origin the flag as the user wrote it, for messages.
 */
export function settingOfText(path: string, text: string, origin: string): Setting {
  checkKnown(path, origin);
  return { path, value: valueOfText(path, text), origin };
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
