import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EMOTIONS, type Emotion } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { fileError, readBytes, readText, writeAtomic } from '../../ml/core/files.ts';
import { pathInside } from '../../ml/core/untrusted-path.ts';
import { heldInputs, plain, readEntities } from '../lens-studio/files/entity.ts';
import { mediaHashOf, withProjectLock } from '../lens-studio/files/project.ts';
import { filesUnder } from '../lens-studio/files/stored-file.ts';
import { readScript } from '../lens-studio/scripts/read-script.ts';
import type { Script } from '../lens-studio/scripts/script.ts';
import { deviceCameraTexture, faceCropTexture, renderTarget } from './assets.ts';
import { type DetectorInputs, heldByDetector, inputsOfModel } from './detector-inputs.ts';
import { DETECTOR_COMPONENT, emotionScene, LENS_NAME, MODEL_IDS, PATHS, scriptAt } from './emotion-lens.ts';
import { assetId } from './ids.ts';
import { type LensModel, readLensModel } from './lens-model.ts';
import { materialFiles } from './materials/material-files.ts';
import { synthesizeSounds } from './media/sounds.ts';
import { SHEETS } from './media/sprites/sheets.ts';
import { assetMeta, modelMeta, scriptMeta } from './meta.ts';
import { esproj, GITIGNORE } from './project-files.ts';
import { writeScene } from './scene/scene-files.ts';
import { SHIPPED_LENS, SHIPPED_MODEL } from './shipped.ts';
import { SHIPPED_STUDIO, STUDIOS, type Studio, type StudioName } from './studio.ts';

const picture = (name: string) => readBytes(fileURLToPath(new URL(`./media/${name}`, import.meta.url)));

/** Contents of files by path from the project's folder. */
type Files = Map<string, string | Uint8Array>;

export interface BuildResult {
  /** Files that were written, as paths from the project's folder. */
  readonly written: string[];
  /** How many were already as they should be. */
  readonly unchanged: number;
}

/**
 * Writes the Lens Studio project around the scripts in a folder. Scripts that the shipped lens has and the folder lacks
 * are copied, and so is the shipped model where none is installed; the `.meta` files of scripts follow the scripts.
 * @param studio the Lens Studio that it is written for: the oldest that opens it.
 * @param force replaces files that differ from what would be written, because they were edited or saved by Lens Studio.
 * @throws UserError without writing anything if there are such files and `force` is false, a script cannot be read, a link
 *   leads out of the folder, the folder has shader graphs that the Lens Studio cannot open, or another process is at work
 *   there.
 */
export async function buildLens(
  folder: string,
  force = false,
  studio: StudioName = SHIPPED_STUDIO,
): Promise<BuildResult> {
  await mkdir(folder, { recursive: true }).catch((thrown) => {
    throw fileError('write', folder, thrown);
  });
  return withProjectLock(folder, 'lens build', () => writeProject(folder, force, studio));
}

async function writeProject(folder: string, force: boolean, name: StudioName): Promise<BuildResult> {
  const studio: Studio = STUDIOS[name];
  if (!studio.graphs && existsSync(join(folder, PATHS.material('Sprite'))))
    throw new UserError(
      `${folder} has shader graphs (${dirname(PATHS.material('Sprite'))}), which Lens Studio ${name} cannot open; choose another folder with --out`,
    );
  const copied = await missingScripts(folder);
  const sources = new Map(copied);
  for (const path of await scriptsIn(folder)) sources.set(path, await readText(join(folder, path)));
  const scripts = new Map([...sources].map(([path, text]) => [path, readScript(text, path)]));
  const refreshed: Files = new Map([...scripts].map(([path, script]) => [`${path}.meta`, scriptMeta(script)]));
  const model = await missingModel(folder);
  const brought = model ? inputsOfModel(model.description) : await sceneInputs(folder);
  const kept: Files = new Map([
    ...(model ? modelFiles(model) : []),
    ...(await assetFiles(scripts, brought, studio)),
    ...(await projectFiles(studio)),
  ]);

  const edited = await differing(folder, kept);
  const inTheWay = edited.filter((path) => existsSync(join(folder, path)));
  if (inTheWay.length > 0 && !force)
    throw new UserError(
      `${folder} contains files that differ from what would be written:\n${inTheWay.map((path) => `  ${path}`).join('\n')}\n` +
        'Keep them, or replace them with --force, which discards changes made in Lens Studio',
    );
  const changed = [...copied.keys(), ...(await differing(folder, refreshed)), ...edited];
  const all: Files = new Map([...copied, ...refreshed, ...kept]);
  const places = await Promise.all(changed.map((path) => pathInside(folder, path)));
  for (const [i, path] of changed.entries()) await writeAtomic(places[i], all.get(path)!);
  return { written: changed, unchanged: all.size - changed.length };
}

async function scriptsIn(folder: string): Promise<string[]> {
  return (await filesUnder(folder, 'Assets')).map(({ path }) => path).filter((path) => path.endsWith('.ts'));
}

/** The shipped scripts that a folder lacks. */
async function missingScripts(folder: string): Promise<Map<string, string>> {
  const missing = (await scriptsIn(SHIPPED_LENS)).filter((path) => !existsSync(join(folder, path)));
  return new Map(
    await Promise.all(missing.map(async (path) => [path, await readText(join(SHIPPED_LENS, path))] as const)),
  );
}

/** The shipped model, unless the folder has one. */
async function missingModel(folder: string): Promise<LensModel | undefined> {
  const place = join(folder, PATHS.models);
  const metas = existsSync(place) ? (await readdir(place)).filter((name) => /\.(tflite|onnx)\.meta$/.test(name)) : [];
  for (const name of metas) if ((await readText(join(place, name))).includes(MODEL_IDS.asset)) return undefined;
  return readLensModel(SHIPPED_MODEL, 'tflite');
}

function modelFiles(model: LensModel): Files {
  const path = `${PATHS.models}/${model.name}`;
  return new Map<string, string | Uint8Array>([
    [path, model.bytes],
    [`${path}.meta`, modelMeta(path, model, MODEL_IDS)],
  ]);
}

/** What came into the scene with the model that is installed; that of the seven expressions where it cannot be read. */
async function sceneInputs(folder: string): Promise<DetectorInputs> {
  const ofEmotions = inputsOfModel({ labels: [...EMOTIONS] });
  const file = join(folder, PATHS.scene);
  if (!existsSync(file)) return ofEmotions;
  try {
    const entities = readEntities((await readText(file)).replaceAll('\r\n', '\n'), PATHS.scene);
    const detector = entities.find(({ id }) => id === DETECTOR_COMPONENT);
    const inputs = detector && heldInputs(detector);
    return { ...ofEmotions, ...heldByDetector((name) => plain(inputs?.get(name) ?? null)) };
  } catch (thrown) {
    // A scene that is damaged is written anew.
    if (thrown instanceof UserError) return ofEmotions;
    throw thrown;
  }
}

/** Textures, sounds, the scene, each with its `.meta`. */
async function assetFiles(
  scripts: ReadonlyMap<string, Script>,
  brought: DetectorInputs,
  studio: Studio,
): Promise<Files> {
  const sounds = synthesizeSounds();
  const assets: Files = new Map<string, string | Uint8Array>([
    [PATHS.deviceCamera, deviceCameraTexture(PATHS.deviceCamera)],
    [PATHS.renderTarget, renderTarget(PATHS.renderTarget, PATHS.deviceCamera)],
    [PATHS.faceCrop, faceCropTexture(PATHS.faceCrop, PATHS.deviceCamera, scriptAt(scripts, PATHS.detector))],
    [PATHS.vignette, await picture('vignette.png')],
    ...EMOTIONS.map((emotion) => [PATHS.sound(emotion), sounds[emotion.toLowerCase() as Lowercase<Emotion>]] as const),
    ...(studio.graphs ? await artFiles() : []),
    [PATHS.scene, writeScene(PATHS.scene, emotionScene(scripts, brought, studio), PATHS.renderTarget, studio)],
  ]);
  return new Map(
    [...assets].flatMap(([path, content]) => [
      [path, content],
      [`${path}.meta`, assetMeta(path)],
    ]),
  );
}

/** Materials and sprite sheets. */
async function artFiles(): Promise<[string, string | Uint8Array][]> {
  const sheets = SHEETS.map(
    async ({ name }): Promise<[string, Uint8Array]> => [PATHS.sheet(name), await picture(`sprites/${name}.png`)],
  );
  return [...(await Promise.all(sheets)), ...(await materialFiles({ ...PATHS, sheet: PATHS.sheet(SHEETS[0].name) }))];
}

/** What lies next to `Assets/`. */
async function projectFiles(studio: Studio): Promise<Files> {
  const icon = await picture('icon.png');
  return new Map<string, string | Uint8Array>([
    [PATHS.icon, icon],
    ['.gitignore', GITIGNORE],
    [PATHS.project, esproj(studio, LENS_NAME, assetId(PATHS.scene), mediaHashOf(icon))],
  ]);
}

/** Which files are missing or differ on the disk. */
async function differing(folder: string, files: Files): Promise<string[]> {
  const paths: string[] = [];
  for (const [path, content] of files) {
    const file = join(folder, path);
    if (!existsSync(file) || !(await holds(file, content))) paths.push(path);
  }
  return paths;
}

/** Line ends do not count: Git may change them on Windows. */
async function holds(file: string, content: string | Uint8Array): Promise<boolean> {
  if (typeof content === 'string') return (await readText(file)).replaceAll('\r\n', '\n') === content;
  return Buffer.from(await readBytes(file)).equals(content);
}
