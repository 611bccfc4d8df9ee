import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../ml/core/errors.ts';
import { fileError, fileSize, readBytes, readText, writeBeside } from '../../ml/core/files.ts';
import { pathInside } from '../../ml/core/untrusted-path.ts';
import { sha256Of } from '../../ml/model/exported-file.ts';
import { isModel } from '../lens-studio/analysis/model-interface.ts';
import type { Asset } from '../lens-studio/files/contents.ts';
import { findEsproj, readProject, withProjectLock } from '../lens-studio/files/project.ts';
import { readScript } from '../lens-studio/scripts/read-script.ts';
import { untagged, type Value } from '../lens-studio/yaml/value.ts';
import type { LensModel } from './lens-model.ts';
import { assetMeta, modelMeta } from './meta.ts';

/** The model asset of a project that the detector uses. */
interface Slot {
  /** Of the model's file, from the project's folder. */
  readonly path: string;
  readonly ids: { readonly asset: string; readonly meta: string };
}

export interface Installed {
  /** From the project's folder. */
  readonly path: string;
  /** The file that it took the place of, if that had another name. */
  readonly removed: string | null;
}

/**
 * Puts a model into a Lens Studio project in place of the one that its EmotionDetector uses. The asset keeps its ids, so
 * that everything that links to it goes on working.
 * @param project folder with the `.esproj`.
 * @throws UserError if it is not a project, has no EmotionDetector with a model, another asset or file has the model's name, a
 *   link leads out of the project, or another process is at work there.
 */
export async function installModel(project: string, model: LensModel): Promise<Installed> {
  await findEsproj(project);
  return withProjectLock(project, 'lens install', async () => {
    const { path: old, ids } = await findSlot(project);
    const path = `${dirname(old)}/${model.name}`;
    await pathInside(project, path);
    if (path !== old) await refuseTaken(project, path, model);
    await swap(project, old, path, model, ids);
    await removeLeftovers(project, path, model);
    return { path, removed: path === old ? null : old };
  });
}

/** @throws UserError if something of the project has the name, unless it is the model itself. */
async function refuseTaken(project: string, path: string, { bytes }: LensModel): Promise<void> {
  const file = join(project, path);
  if (existsSync(`${file}.meta`))
    throw new UserError(
      `${path} already belongs to another asset of the project; rename or delete it in Lens Studio first`,
    );
  if (
    existsSync(file) &&
    !((await fileSize(file)) === bytes.length && Buffer.from(await readBytes(file)).equals(bytes))
  )
    throw new UserError(`${path} already exists as another file of the project; rename or delete it first`);
}

/**
 * Writes all that is new next to its place, then moves it there in steps. Killed between any two of them, the project is
 * valid: the asset has its ids once, its file is whole, and its import settings fit it or, in between, are left to Lens
 * Studio to make.
 */
async function swap(project: string, old: string, path: string, model: LensModel, ids: Slot['ids']): Promise<void> {
  const at = (file: string) => join(project, file);
  const move = (from: string, to: string) =>
    rename(from, to).catch((thrown) => {
      throw fileError('write', to, thrown);
    });
  const staged: string[] = [];
  try {
    for (const [place, content] of [
      [`${old}.meta`, assetMeta(old, { ids })],
      [path, model.bytes],
      [`${path}.meta`, modelMeta(path, model, ids)],
    ] as const)
      staged.push(await writeBeside(at(place), content));
    const [withoutSettings, file, meta] = staged;
    await move(withoutSettings, at(`${old}.meta`));
    await move(file, at(path));
    if (path !== old) {
      await move(at(`${old}.meta`), at(`${path}.meta`));
      await rm(at(old), { force: true });
    }
    await move(meta, at(`${path}.meta`));
  } finally {
    for (const temporary of staged) await rm(temporary, { force: true }).catch(() => {});
  }
}

/**
 * Removes the same model's other forms next to it, which no asset has: an installation that was killed may have left
 * them. A file that merely has the name of one stays.
 */
async function removeLeftovers(project: string, path: string, { description }: LensModel): Promise<void> {
  for (const { name, bytes, sha256 } of description.files) {
    const leftover = `${dirname(path)}/${name}`;
    const file = join(project, leftover);
    if (leftover === path || !existsSync(file) || existsSync(`${file}.meta`)) continue;
    if ((await fileSize(file)) === bytes && sha256Of(await readBytes(file)) === sha256) await rm(file);
  }
}

async function findSlot(project: string): Promise<Slot> {
  const { assets, faults } = await readProject(project);
  const unread = faults.length > 0 ? ` (unreadable: ${faults[0].path}:${faults[0].line}: ${faults[0].message})` : '';
  const detectors = await detectorIds(project, assets);
  if (detectors.length === 0)
    throw new UserError(
      `${project} has no EmotionDetector script${unread}; drag EmotionDetector.lspkg into its Asset Browser first, ` +
        'and unpack it if it is packed',
    );
  const linked = new Set(assets.flatMap(({ entities }) => entities ?? []).flatMap(modelLinks(detectors)));
  const models = assets.filter(({ path, meta }) => meta !== null && isModel(path) && linked.has(meta.primary));
  if (models.length > 1)
    throw new UserError(
      `${project} has EmotionDetectors with different models (${models.map(({ path }) => path).join(', ')}); ` +
        'assign the same one to all of them in the Inspector',
    );
  const [model] = models;
  if (!model?.meta)
    throw new UserError(
      `${project} has no EmotionDetector with a model in its scene${unread}; add the component to an object, assign any ` +
        'model asset to its input Model in the Inspector, save, and run the command again',
    );
  return { path: model.path, ids: { asset: model.meta.primary, meta: model.meta.entity.id } };
}

/** Ids of the script assets that are our detector. */
async function detectorIds(project: string, assets: readonly Asset[]): Promise<string[]> {
  const ids: string[] = [];
  for (const { path, meta, file } of assets) {
    if (!path.endsWith('/EmotionDetector.ts') || !meta || !file) continue;
    const { component } = readScript(await readText(join(project, path)), path);
    if (component?.className === 'EmotionDetector') ids.push(meta.primary);
  }
  return ids;
}

/** The ids in the input `model` of components with one of these scripts. */
function modelLinks(scripts: readonly string[]) {
  return ({ type, fields }: { type: string; fields: ReadonlyMap<string, Value> }): string[] => {
    if (type !== 'ScriptComponent' || !scripts.includes(String(untagged(fields.get('ScriptAsset'))))) return [];
    const inputs = untagged(fields.get('ScriptInputs'));
    const values = inputs instanceof Map ? untagged(inputs.get('')) : null;
    const model = values instanceof Map ? untagged(values.get('model')) : null;
    return typeof model === 'string' ? [model] : [];
  };
}
