import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { loadConfig } from '../../ml/config/load.ts';
import { type Config, ConfigSchema } from '../../ml/config/schema.ts';
import type { Setting } from '../../ml/config/settings.ts';
import { UserError } from '../../ml/core/errors.ts';
import { fileError, isFolder, isTemporary, readText, writeAtomic } from '../../ml/core/files.ts';
import { isLock, withLock } from '../../ml/core/lock.ts';
import type { Reporter } from '../../ml/core/progress.ts';

export const CONFIG_FILE = 'config.json';
export const DATA_FILE = 'data.json';
export const REPORT_FILE = 'report.html';
export const MODEL_FILE = 'emotion.onnx';

const DEFAULT_CACHE = ConfigSchema.parse({}).data.cache;

/** A folder of results with the configuration that they came from. */
export interface Run {
  readonly folder: string;
  readonly config: Config;
}

/** Folder of a head's exported model inside the run's. */
export function modelFolder({ folder, config }: Run, head: string): string {
  return join(folder, config.train.targets.length > 1 ? `model-${head}` : 'model');
}

/**
 * Makes `<runs>/<YYYY-MM-DD>-<name>`, with `-2`, `-3`, … appended if it is taken, and writes the configuration into it.
 * @param name by default the source of the data and the size of the input, for example `fer2013-96`.
 * @throws UserError if the place cannot be written.
 */
export async function createRun(config: Config, name: string | undefined, today: Date): Promise<Run> {
  const folder = await createFolder(config.runs, name ?? defaultName(config), today);
  await writeAtomic(join(folder, CONFIG_FILE), `${JSON.stringify(config, null, 2)}\n`);
  return { folder, config };
}

/**
 * Opens the folder of an earlier run, which somebody else may have made.
 * @param settings win over its configuration.
 * @throws UserError if it is none, or has a link or a special file in it.
 */
export async function openRun(folder: string, settings: readonly Setting[] = []): Promise<Run> {
  await checkPlain(folder);
  const config = await loadConfig(join(folder, CONFIG_FILE), settings);
  const chosen = settings.some(({ path }) => path === 'data.cache');
  if (chosen || (await isOurCache(config.data.cache))) return { folder, config };
  return { folder, config: { ...config, data: { ...config.data, cache: DEFAULT_CACHE } } };
}

/**
 * Whether a run that somebody else may have made can have a folder written into: the usual cache, one that our commands
 * made, or an empty folder. A cache changes no result.
 */
async function isOurCache(folder: string): Promise<boolean> {
  if (folder === DEFAULT_CACHE) return true;
  const names = await readdir(folder).catch(() => null);
  return names !== null && (names.length === 0 || names.some((name) => /\.(faces|faces\.part|landmarks)$/.test(name)));
}

/**
 * Whatever is written into the folder of a run stays in it.
 * @throws UserError if there is anything but folders and regular files, at any depth.
 */
export async function checkPlain(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await checkPlain(path);
    else if (!entry.isFile())
      throw new UserError(
        `${path} is a link, a pipe or a device; a run has only files and folders: replace or delete it`,
      );
  }
}

/**
 * Prepares a run and does its work, while no other process is at work in its folder; see {@link withLock}.
 * @param options a run that is there already as `resume`; any other is new, and has its folder when it is prepared.
 * @throws UserError if another process is at work there.
 */
export async function inRun<P extends { readonly run: Pick<Run, 'folder'> }, T>(
  options: object | { readonly resume: string },
  what: string,
  prepare: () => Promise<P>,
  work: (prepared: P) => Promise<T>,
): Promise<T> {
  if ('resume' in options) {
    if (!(await isFolder(options.resume))) throw new UserError(`${options.resume} is a file; give the folder of a run`);
    return withLock(options.resume, what, async () => work(await prepare()));
  }
  const prepared = await prepare();
  return withLock(prepared.run.folder, what, () => work(prepared));
}

/**
 * Writes into a folder, which is made if it is missing, while no other process does; see {@link withLock}.
 * @throws UserError if another process is at work there, or it cannot be written.
 */
export async function intoFolder<T>(folder: string, what: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true }).catch((thrown) => {
    throw fileError('write', folder, thrown);
  });
  return withLock(folder, what, work);
}

/** Removes the folder of a run that never began: nothing is in it but what describes the run. */
export async function removeUnbegun(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => null);
  const describes = (name: string) => [CONFIG_FILE, DATA_FILE].includes(name) || isLock(name) || isTemporary(name);
  if (entries?.every((entry) => entry.isDirectory() || describes(entry.name)))
    await rm(folder, { recursive: true }).catch(() => {});
}

/**
 * Opens a folder of work that can be resumed, only for the same configuration; another one's work is discarded.
 * @param what then starts again, for the message.
 * @throws UserError if the place cannot be read or written.
 */
export async function openWork(folder: string, config: object, what: string, reporter: Reporter): Promise<void> {
  const path = join(folder, CONFIG_FILE);
  const text = `${JSON.stringify(config, null, 2)}\n`;
  if (existsSync(path) && (await readText(path)) === text) return;
  if (existsSync(folder)) {
    reporter.note(`${folder} has another configuration; ${what} starts again`);
    await rm(folder, { recursive: true });
  }
  await mkdir(folder, { recursive: true });
  await writeAtomic(path, text);
}

/** Makes `<runs>/<YYYY-MM-DD>-<name>`, with a number appended if it is taken. */
export async function createFolder(runs: string, name: string, today: Date): Promise<string> {
  const wanted = join(runs, `${localDate(today)}-${name}`);
  for (let count = 1; ; count++) {
    const folder = count === 1 ? wanted : `${wanted}-${count}`;
    try {
      // Says whether it is new: undefined if it was there already.
      if (await mkdir(folder, { recursive: true })) return folder;
    } catch (thrown) {
      throw fileError('write', folder, thrown);
    }
  }
}

/** @throws UserError if this is not a name for a run. */
export function checkRunName(name: string): void {
  if (/^[\w-][\w.-]{0,99}$/.test(name)) return;
  throw new UserError(`--name ${name}: expected up to 100 letters, digits, dots, dashes and underscores, no dot first`);
}

function defaultName({ data, model }: Config): string {
  const source = basename(data.source).replace(/(\.csv)?(\.gz)?$/i, '');
  const plain = source.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '');
  return `${plain === '' ? 'data' : plain.slice(0, 60)}-${model.size}`;
}

function localDate(date: Date): string {
  const pad = (n: number) => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
}
