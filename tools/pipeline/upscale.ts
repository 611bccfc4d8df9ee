import { existsSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { UserError } from '../../ml/core/errors.ts';
import { writeAtomic } from '../../ml/core/files.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { loadFaces } from '../../ml/data/load.ts';
import { contactSheet } from '../../ml/evaluate/contact-sheet.ts';
import { bicubic, evaluateFolder, type SetQuality } from '../../ml/superres/evaluate.ts';
import { EDSR_FILE, type EdsrModel, readEdsr } from '../../ml/superres/model-file.ts';
import { listPictures, readPicture, writePicture } from '../../ml/superres/pictures.ts';
import { openUpscaled, type UpscaleResult, upscaleFaces } from '../../ml/superres/upscale-faces.ts';
import { Upscaler } from '../../ml/superres/upscaler.ts';
import { type SheetImages, UPSCALE_SHEET, upscaleTiles } from './sheets.ts';

/** Which network is wanted: a file, or a factor that the shipped one of it is for. */
export interface ModelChoice {
  readonly model?: string;
  readonly scale?: number;
}

const DEFAULT_SCALE = 4;
/** Of an upscaled picture, which takes some 20 bytes each while it is made. */
const MAX_PIXELS = 200_000_000;

/**
 * Reads the network that was chosen.
 * @throws UserError if there is none, or it is for another factor.
 */
export async function chooseEdsr({ model, scale }: ModelChoice): Promise<EdsrModel> {
  if (model !== undefined) return readEdsr(model, scale);
  const wanted = scale ?? DEFAULT_SCALE;
  const shipped = fileURLToPath(new URL(`../../ml/models/edsr-x${wanted}/${EDSR_FILE}`, import.meta.url));
  if (existsSync(shipped)) return readEdsr(shipped, wanted);
  throw new UserError(
    `no network for factor ${wanted} is shipped; train one with ` +
      `"emotion-lens upscale train --scale ${wanted}" and name its ${EDSR_FILE} with --model`,
  );
}

export interface FolderQuality {
  readonly folder: string;
  readonly bicubic: SetQuality;
  readonly edsr: SetQuality;
}

/** Measures a network compared with bicubic scaling on folders of pictures. */
export async function evaluateEdsr(
  model: EdsrModel,
  folders: readonly string[],
  reporter: Reporter,
): Promise<FolderQuality[]> {
  const upscaler = await Upscaler.open(model);
  const results: FolderQuality[] = [];
  try {
    for (const folder of folders) {
      const [plain, edsr] = await evaluateFolder([bicubic(upscaler.scale), upscaler], folder, reporter);
      results.push({ folder, bicubic: plain, edsr });
    }
  } finally {
    await upscaler.close();
  }
  return results;
}

export interface PictureOptions {
  readonly out: string;
  /** Replaces pictures that are there. */
  readonly force?: boolean;
  /** Passes over pictures that are there. */
  readonly resume?: boolean;
}

export interface UpscaledPictures {
  readonly written: readonly string[];
  /** Pictures that were there. */
  readonly kept: readonly string[];
}

/**
 * Upscales pictures into a folder, as PNG of the same names, each whole or not at all.
 * @param paths pictures, or folders of them.
 * @throws UserError if one cannot be read or written, is too large, is there already, or has the name of another one.
 */
export async function upscalePictures(
  model: EdsrModel,
  paths: readonly string[],
  { out, force = false, resume = false }: PictureOptions,
  reporter: Reporter,
): Promise<UpscaledPictures> {
  const targets = targetsOf(await listPictures(paths), out);
  const kept = force ? [] : [...targets.keys()].filter((target) => existsSync(target));
  if (kept.length > 0 && !resume) {
    throw new UserError(
      `${kept[0]} already exists; choose another --out, continue with --resume, or replace it with --force`,
    );
  }
  const todo = [...targets].filter(([target]) => !kept.includes(target));
  const written: string[] = [];
  const upscaler = await Upscaler.open(model);
  try {
    for (const [target, source] of todo) {
      reporter.progress({ step: 'upscaling', done: written.length, total: todo.length, unit: 'img' });
      const picture = await readPicture(source);
      const [width, height] = [picture.width, picture.height].map((side) => side * upscaler.scale);
      if (width * height > MAX_PIXELS)
        throw new UserError(
          `${source} has ${picture.width}×${picture.height} pixels and would become ${width}×${height}, at most ` +
            `${MAX_PIXELS / 1e6} million are written; cut it into parts, or exclude it`,
        );
      await writePicture(target, await upscaler.picture(picture));
      written.push(target);
    }
  } finally {
    await upscaler.close();
  }
  reporter.progress({ step: 'upscaling', done: written.length, total: todo.length, unit: 'img' });
  return { written, kept };
}

/** Sources by the paths of their results. */
function targetsOf(sources: readonly string[], out: string): Map<string, string> {
  const targets = new Map<string, string>();
  for (const source of sources) {
    const target = join(out, `${basename(source, extname(source))}.png`);
    const other = targets.get(target);
    if (other !== undefined) throw new UserError(`${source} and ${other} would both become ${target}; rename one`);
    targets.set(target, source);
  }
  return targets;
}

/**
 * Upscales every face of a data set into the cache, those too that training would leave out.
 * @param sheet of some faces next to what plain scaling makes of them; it is drawn when all are done.
 */
export async function upscaleDataset(
  model: EdsrModel,
  data: { readonly source: string; readonly skipBadRows?: boolean; readonly cache?: string },
  reporter: Reporter,
  signal: AbortSignal,
  sheet?: SheetImages,
): Promise<UpscaleResult> {
  const config = ConfigSchema.parse({ data: { ...data, keepDuplicates: true, keepConstant: true } });
  const { dataset } = await loadFaces(config.data, config.seed, reporter);
  const result = await upscaleFaces(dataset.pixels, model, config.data.cache, reporter, signal);
  if (sheet && result.completed) {
    const store = await openUpscaled(dataset.pixels, model, config.data.cache, reporter);
    const tiles = upscaleTiles(dataset, store, Uint32Array.from(dataset.rows.keys()), sheet.seed);
    store.close();
    await writeAtomic(sheet.path, await contactSheet(tiles, UPSCALE_SHEET));
  }
  return result;
}
