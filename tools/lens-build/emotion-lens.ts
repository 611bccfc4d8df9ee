/** The shipped lens: its scene, and where its files lie. Everything here can be rearranged; ids follow from names and paths. */
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import type { Script } from '../lens-studio/scripts/script.ts';
import { assignmentsOf, type DetectorInputs } from './detector-inputs.ts';
import { assetId, idOf } from './ids.ts';
import { SHEETS } from './media/sprites/sheets.ts';
import {
  canvas,
  faceRetouch,
  fullFrameRegion,
  type InputAssignment,
  orthographicCamera,
  perspectiveCamera,
  screenTransform,
  script,
} from './scene/components.ts';
import { componentId, objectId, SCREEN, type SceneObject } from './scene/scene-files.ts';
import type { Studio } from './studio.ts';

export const LENS_NAME = 'Emotion Lens';

/** Folder of the detector's files, from the project's folder. */
export const DETECTOR_FOLDER = 'Assets/EmotionDetector';
const EFFECTS_FOLDER = 'Assets/Effects';

/** Files of the lens, from the project's folder. */
export const PATHS = {
  project: 'EmotionLens.esproj',
  icon: 'icon.png',
  scene: 'Assets/Scene.scene',
  renderTarget: 'Assets/Render/Render Target.renderTarget',
  deviceCamera: 'Assets/Render/Device Camera Texture.deviceCameraTexture',
  faceCrop: `${DETECTOR_FOLDER}/Face Crop Texture.faceCropTexture`,
  detector: `${DETECTOR_FOLDER}/EmotionDetector.ts`,
  effects: `${EFFECTS_FOLDER}/EmotionEffects.ts`,
  models: DETECTOR_FOLDER,
  effect: (emotion: string) => `${EFFECTS_FOLDER}/${emotion}Effect.ts`,
  vignette: `${EFFECTS_FOLDER}/Vignette.png`,
  material: (name: string) => `${EFFECTS_FOLDER}/Materials/${name}.mat`,
  graph: (name: string) => `${EFFECTS_FOLDER}/Materials/${name}.graphShader`,
  screenTexture: `${EFFECTS_FOLDER}/Materials/Screen Texture.screenTexture`,
  sheet: (name: string) => `${EFFECTS_FOLDER}/Art/${name}.png`,
  sound: (emotion: string) => `${EFFECTS_FOLDER}/Sounds/${emotion}.wav`,
};

/** Ids of the model, whatever its format and file name are. */
export const MODEL_IDS = { asset: idOf('emotion model'), meta: idOf('meta of the emotion model') };

const MAIN = 'Emotion Lens';
/** Of the detector in the scene. */
export const DETECTOR_COMPONENT = componentId(MAIN, 'EmotionDetector');
const REGION = 'Full Frame Region';
const RETOUCH = 'Face Retouch';
const effectObject = (emotion: string) => `${emotion} Effect`;

/**
 * The objects of the scene. Effects lie below the camera, as everything on a face does; what they put on the screen they
 * put into the region of the orthographic camera. Nothing needs light: no visual is shaded.
 * @param scripts by path.
 * @param brought what the model brings into the detector.
 * @param studio that it is written for; without graphs effects have no art, and show emoji.
 * @throws UserError if a script is missing or lacks an input that is set here.
 */
export function emotionScene(
  scripts: ReadonlyMap<string, Script>,
  brought: DetectorInputs,
  studio: Studio,
): SceneObject[] {
  const add = (path: string, given: Readonly<Record<string, InputAssignment>>) =>
    script(scriptAt(scripts, path), given);
  const screen = { id: objectId(REGION) };
  const retouch: SceneObject = { name: RETOUCH, components: [faceRetouch()] };
  /** What effects may have, by the input that takes it. */
  const offers = {
    screen,
    vignette: { id: assetId(PATHS.vignette) },
    faceRetouch: { id: componentId(RETOUCH, RETOUCH) },
  };
  const effect = (emotion: string): SceneObject => {
    const path = PATHS.effect(emotion);
    const all = { ...offers, ...(studio.graphs && artOf(emotion)) };
    const takes = (name: string) => scriptAt(scripts, path).inputs.some((input) => input.name === name);
    return {
      name: effectObject(emotion),
      components: [add(path, Object.fromEntries(Object.entries(all).filter(([name]) => takes(name))))],
      children: takes('faceRetouch') ? [retouch] : [],
    };
  };
  return [
    {
      name: 'Camera Object',
      position: [0, 0, 40],
      components: [perspectiveCamera(PATHS.renderTarget)],
      children: [
        {
          name: 'Effects',
          children: EMOTIONS.map(effect),
        },
      ],
    },
    {
      name: MAIN,
      components: [
        add(PATHS.detector, {
          model: { id: MODEL_IDS.asset },
          faceCrop: { id: assetId(PATHS.faceCrop) },
          ...assignmentsOf(brought),
          screen,
        }),
        add(PATHS.effects, {
          detector: { id: DETECTOR_COMPONENT },
          ...Object.fromEntries(EMOTIONS.flatMap(assigned)),
        }),
      ],
    },
    {
      name: 'Orthographic Camera',
      layer: SCREEN,
      position: [0, 0, 40],
      components: [orthographicCamera(PATHS.renderTarget), canvas(studio)],
      children: [{ name: REGION, layer: SCREEN, components: [screenTransform(studio), fullFrameRegion()] }],
    },
  ];
}

/** Materials and sprite sheets for an effect, by the input that takes each. */
function artOf(emotion: string): Record<string, { readonly id: string }> {
  const sheets = SHEETS.map(({ name }) => [
    `${name[0].toLowerCase()}${name.slice(1)}Sheet`,
    { id: assetId(PATHS.sheet(name)) },
  ]);
  return {
    spriteMaterial: { id: assetId(PATHS.material('Sprite')) },
    screenMaterial: { id: assetId(PATHS.material(`${emotion}Screen`)) },
    ...Object.fromEntries(sheets),
  };
}

/** What `EmotionEffects` has for an expression. */
function assigned(emotion: string): [string, InputAssignment][] {
  const name = emotion.toLowerCase();
  return [
    [`${name}Objects`, [{ id: objectId(effectObject(emotion)) }]],
    [`${name}Sound`, { id: assetId(PATHS.sound(emotion)) }],
  ];
}

/** @throws UserError if there is none. */
export function scriptAt(scripts: ReadonlyMap<string, Script>, path: string): Script {
  const script = scripts.get(path);
  if (script === undefined) throw new UserError(`${path} is missing, but the scene needs it; restore the file`);
  return script;
}
