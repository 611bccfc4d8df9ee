import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { areEmotions } from '../../lens/Assets/EmotionDetector/Emotions.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { fileError, fileSize, readBytes, readText, writeBeside } from '../../ml/core/files.ts';
import { pathInside } from '../../ml/core/untrusted-path.ts';
import { sha256Of } from '../../ml/model/exported-file.ts';
import type { ModelJson } from '../../ml/model/model-json.ts';
import { isModel } from '../lens-studio/analysis/model-interface.ts';
import type { Asset, Fault } from '../lens-studio/files/contents.ts';
import { type Entity, heldInputs, plain } from '../lens-studio/files/entity.ts';
import { findEsproj, readProject, withProjectLock } from '../lens-studio/files/project.ts';
import { readScript } from '../lens-studio/scripts/read-script.ts';
import { type EntityFile, readEntityFile, replaceInput } from '../lens-studio/scripts/replace-input.ts';
import type { Literal, ScriptInput } from '../lens-studio/scripts/script.ts';
import { untagged } from '../lens-studio/yaml/value.ts';
import { assignmentsOf, heldByDetector, inputsOfModel } from './detector-inputs.ts';
import type { LensModel } from './lens-model.ts';
import { assetMeta, modelMeta } from './meta.ts';

/** The model asset of a project that the detector uses. */
interface Slot {
  /** Of the model's file, from the project's folder. */
  readonly path: string;
  readonly ids: { readonly asset: string; readonly meta: string };
  readonly detectors: readonly Detector[];
}

/** A script of a project that is our detector. */
interface Detector {
  readonly id: string;
  readonly path: string;
  readonly inputs: readonly ScriptInput[];
}

export interface Installed {
  /** From the project's folder. */
  readonly path: string;
  /** The file that it took the place of, if that had another name. */
  readonly removed: string | null;
}

/**
 * Puts a model into a Lens Studio project in place of the one that its EmotionDetector uses. The asset keeps its ids, so
 * that everything that links to it goes on working. Detectors in scenes and prefabs get the model's labels, its class of rest if
 * its labels are new, and its bias for acted faces, or that of their script if `model.json` says none.
 * @param project folder with the `.esproj`.
 * @throws UserError if it is not a project, has no EmotionDetector with a model, another asset or file has the model's name, its
 *   detector is a former one that knows other labels only, a link leads out of the project, or another process is at work there.
 */
export async function installModel(project: string, model: LensModel): Promise<Installed> {
  await findEsproj(project);
  return withProjectLock(project, 'lens install', async () => {
    const { assets, faults } = await readProject(project);
    const { path: old, ids, detectors } = await findSlot(project, assets, faults);
    const path = `${dirname(old)}/${model.name}`;
    await pathInside(project, path);
    if (path !== old) await refuseTaken(project, path, model);
    refuseFormer(detectors, model);
    const scenes = await withInputs(assets, detectors, model);
    for (const scene of scenes) await pathInside(project, scene.path);
    await swap(project, old, path, model, ids, scenes);
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
 * @param scenes what scenes and prefabs then hold.
 */
async function swap(
  project: string,
  old: string,
  path: string,
  model: LensModel,
  ids: Slot['ids'],
  scenes: readonly EntityFile[],
): Promise<void> {
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
      ...scenes.map((scene) => [scene.path, scene.text] as const),
    ] as const)
      staged.push(await writeBeside(at(place), content));
    const [withoutSettings, file, meta, ...edited] = staged;
    await move(withoutSettings, at(`${old}.meta`));
    await move(file, at(path));
    if (path !== old) {
      await move(at(`${old}.meta`), at(`${path}.meta`));
      await rm(at(old), { force: true });
    }
    await move(meta, at(`${path}.meta`));
    for (const [i, scene] of scenes.entries()) await move(edited[i], at(scene.path));
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

/** @throws UserError if a detector's script cannot be told the labels of a model that it does not have anyway. */
function refuseFormer(detectors: readonly Detector[], { description: { labels } }: LensModel): void {
  const former = detectors.find(({ inputs }) => !inputs.some(({ name }) => name === 'labels'));
  if (former !== undefined && !areEmotions(labels))
    throw new UserError(
      `${former.path} is a former EmotionDetector that knows only ${EMOTIONS.join(', ')}, in this order, and the model has ` +
        `${labels.join(', ')}; replace its folder by that of the current EmotionDetector.lspkg`,
    );
}

/** Scenes and prefabs that change with what a model brings into its detectors. */
async function withInputs(
  assets: readonly Asset[],
  detectors: readonly Detector[],
  { description }: LensModel,
): Promise<EntityFile[]> {
  const changed: EntityFile[] = [];
  for (const { file, entities } of assets) {
    const inFile = (entities ?? []).flatMap((entity) => {
      const detector = detectors.find(({ id }) => id === scriptOf(entity));
      return detector ? [{ entity, detector }] : [];
    });
    if (file === null || inFile.length === 0) continue;
    const before = await readEntityFile(file);
    let { text } = before;
    for (const { entity, detector } of inFile)
      for (const [input, value] of newValues(entity, detector, description))
        text = replaceInput({ ...before, text }, entity.id, input, value);
    if (text !== before.text) changed.push({ ...before, text });
  }
  return changed;
}

/** What changes in a detector of a scene. */
function newValues(entity: Entity, { inputs }: Detector, description: ModelJson): [ScriptInput, Literal][] {
  const values = heldInputs(entity);
  const held = heldByDetector((name) => plain(values?.get(name) ?? null));
  const { labels } = description;
  const before = held.labels ?? EMOTIONS;
  const { rest, ...brought } = inputsOfModel(description);
  // With the same labels the rest is the creator's choice.
  const isNew = before.length !== labels.length || before.some((label, at) => label !== labels[at]);
  const assigned = assignmentsOf({ ...brought, rest: isNew ? rest : (held.rest ?? rest) });
  return inputs.flatMap((input): [ScriptInput, Literal][] => {
    const { name } = input;
    const value = assigned[name] ?? (name === 'actedBias' ? input.default : undefined);
    // A scene that was not saved since its detector is of this version has no value yet, and goes by the script's.
    const isHeld = values?.has(name) || (name === 'labels' && isNew);
    if (value === undefined || !isHeld) return [];
    return JSON.stringify(value) === JSON.stringify(plain(values?.get(name) ?? null)) ? [] : [[input, value]];
  });
}

async function findSlot(project: string, assets: readonly Asset[], faults: readonly Fault[]): Promise<Slot> {
  const unread = faults.length > 0 ? ` (unreadable: ${faults[0].path}:${faults[0].line}: ${faults[0].message})` : '';
  const detectors = await findDetectors(project, assets);
  if (detectors.length === 0)
    throw new UserError(
      `${project} has no EmotionDetector script${unread}; drag EmotionDetector.lspkg into its Asset Browser first, ` +
        'and unpack it if it is packed',
    );
  const linked = new Set(
    assets.flatMap(({ entities }) => entities ?? []).flatMap(modelLinks(detectors.map(({ id }) => id))),
  );
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
  return { path: model.path, ids: { asset: model.meta.primary, meta: model.meta.entity.id }, detectors };
}

async function findDetectors(project: string, assets: readonly Asset[]): Promise<Detector[]> {
  const found: Detector[] = [];
  for (const { path, meta, file } of assets) {
    if (!path.endsWith('/EmotionDetector.ts') || !meta || !file) continue;
    const { component, inputs } = readScript(await readText(join(project, path)), path);
    if (component?.className === 'EmotionDetector') found.push({ id: meta.primary, path, inputs });
  }
  return found;
}

type Fielded = Pick<Entity, 'type' | 'fields'>;

/** The id of the script that a component runs; undefined for other entities. */
const scriptOf = ({ type, fields }: Fielded): string | undefined =>
  type === 'ScriptComponent' ? String(untagged(fields.get('ScriptAsset'))) : undefined;

/** The ids in the input `model` of components with one of these scripts. */
function modelLinks(scripts: readonly string[]) {
  return (entity: Fielded): string[] => {
    if (!scripts.includes(scriptOf(entity) ?? '')) return [];
    const model = untagged(heldInputs(entity)?.get('model'));
    return typeof model === 'string' ? [model] : [];
  };
}
