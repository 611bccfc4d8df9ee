import { join } from 'node:path';
import { messageOf, UserError } from '../../ml/core/errors.ts';
import { readText, writeAtomic } from '../../ml/core/files.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { type EdsrResult, type Settings, SettingsSchema, trainEdsr } from '../../ml/superres/train.ts';
import { CONFIG_FILE, checkPlain, createFolder, inRun, removeUnbegun } from './run-folder.ts';

const RUNS = 'runs';

/**
 * Checks settings of a training.
 * @param origin names what was written, for messages: a file, or the command line.
 * @throws UserError for the first thing that is wrong.
 */
export function parseSettings(raw: unknown, origin: string): Settings {
  const parsed = SettingsSchema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0];
  const field = path.join('.');
  const found = path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key], raw);
  throw new UserError(`${origin}: ${field || 'it'} is ${JSON.stringify(found)}; ${message}`);
}

/** What to train: a new run, or the folder of one that was stopped. */
export type EdsrOptions = { readonly settings: Settings; readonly name?: string } | { readonly resume: string };

/**
 * Trains an EDSR in a run folder.
 * @throws UserError if settings, photos or folder do not do; a run that never began leaves no folder behind.
 */
export async function runEdsr(
  options: EdsrOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<{ folder: string; settings: Settings; result: EdsrResult }> {
  const resume = 'resume' in options;
  return inRun(
    options,
    'upscale train',
    () => openEdsrRun(options),
    async ({ run: { folder }, settings }) => {
      try {
        if (!resume) await writeAtomic(join(folder, CONFIG_FILE), `${JSON.stringify(settings, null, 2)}\n`);
        reporter.note(`run folder: ${folder}`);
        return { folder, settings, result: await trainEdsr({ settings, folder, reporter, resume, signal }) };
      } catch (thrown) {
        if (!resume) await removeUnbegun(folder);
        throw thrown;
      }
    },
  );
}

async function openEdsrRun(options: EdsrOptions): Promise<{ run: { folder: string }; settings: Settings }> {
  if ('resume' in options) {
    await checkPlain(options.resume);
    return { run: { folder: options.resume }, settings: await readSettings(options.resume) };
  }
  const { settings, name = `edsr-${settings.network}-x${settings.scale}` } = options;
  return { run: { folder: await createFolder(RUNS, name, new Date()) }, settings };
}

async function readSettings(folder: string): Promise<Settings> {
  const path = join(folder, CONFIG_FILE);
  const text = await readText(path);
  try {
    return parseSettings(JSON.parse(text), path);
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError(`${path} is not JSON: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
