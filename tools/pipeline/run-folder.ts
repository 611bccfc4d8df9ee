import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { loadConfig } from '../../ml/config/load.ts';
import type { Config } from '../../ml/config/schema.ts';
import type { Setting } from '../../ml/config/settings.ts';
import { UserError } from '../../ml/core/errors.ts';
import { fileError, readText, writeAtomic } from '../../ml/core/files.ts';
import type { Reporter } from '../../ml/core/progress.ts';

export const CONFIG_FILE = 'config.json';
export const DATA_FILE = 'data.json';
export const REPORT_FILE = 'report.html';
export const MODEL_FILE = 'emotion.onnx';

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
 * Opens the folder of an earlier run.
 * @param settings win over its configuration.
 * @throws UserError if it is none.
 */
export async function openRun(folder: string, settings: readonly Setting[] = []): Promise<Run> {
  return { folder, config: await loadConfig(join(folder, CONFIG_FILE), settings) };
}

/**
 * Opens a folder of work that can be resumed, for the same configuration alone; another one's work is given up.
 * @param what begins anew then, for the message.
 * @throws UserError if the place cannot be read or written.
 */
export async function openWork(folder: string, config: object, what: string, reporter: Reporter): Promise<void> {
  const path = join(folder, CONFIG_FILE);
  const text = `${JSON.stringify(config, null, 2)}\n`;
  if (existsSync(path) && (await readText(path)) === text) return;
  if (existsSync(folder)) {
    reporter.note(`${folder} is of another configuration; ${what} begins anew`);
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

/** @throws UserError if this is no name for a run. */
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
