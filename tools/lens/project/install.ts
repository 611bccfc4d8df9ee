import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from '../../../ml/core/errors.ts';
import { readText, writeAtomic } from '../../../ml/core/files.ts';
import type { Asset } from '../files/asset.ts';
import { readProject } from '../files/project.ts';
import { readScript } from '../scripts/read-script.ts';
import { Tagged, type Value } from '../yaml/value.ts';
import type { LensModel } from './lens-model.ts';
import { modelMeta } from './model-meta.ts';

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
 * @throws UserError if it is no project, has no EmotionDetector with a model, or another asset has the model's name.
 */
export async function installModel(project: string, model: LensModel): Promise<Installed> {
  const { path: old, ids } = await findSlot(project);
  const path = `${dirname(old)}/${model.name}`;
  const meta = modelMeta(path, model, ids);
  const at = (file: string) => join(project, file);
  if (path !== old && existsSync(at(`${path}.meta`)))
    throw new UserError(`${path} is another asset of the project already; rename or delete it in Lens Studio first`);
  // Stopped anywhere in between, the project has one asset of these ids, and its file is a whole model.
  await writeAtomic(at(path), model.bytes);
  if (path !== old) await rename(at(`${old}.meta`), at(`${path}.meta`));
  await writeAtomic(at(`${path}.meta`), meta);
  for (const leftover of [old, ...otherForms(model, dirname(path))])
    if (leftover !== path && !existsSync(at(`${leftover}.meta`))) await rm(at(leftover), { force: true });
  return { path, removed: path === old ? null : old };
}

/** Files of the same model's other forms: one that was stopped halfway may have left such a file, which no asset has. */
function otherForms({ description }: LensModel, folder: string): string[] {
  return description.files.map(({ name }) => `${folder}/${name}`);
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
  const models = assets.filter(({ meta }) => meta !== null && linked.has(meta.primary));
  if (models.length > 1)
    throw new UserError(
      `${project} has EmotionDetectors with different models (${models.map(({ path }) => path).join(', ')}); ` +
        'give them the same one in the Inspector',
    );
  const [model] = models;
  if (!model?.meta)
    throw new UserError(
      `${project} has no EmotionDetector with a model in its scene${unread}; add the component to an object, assign any ` +
        'model asset to its input Model in the Inspector, save, and run this again',
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

function untagged(value: Value | undefined): Value {
  return value instanceof Tagged ? value.value : (value ?? null);
}
