import type { BlendName, HeadPlace, MaterialTexture, MaterialUse, MaterialVisual, ScreenPlace } from '../lens.ts';
import {
  StandInImage,
  type StandInMaterialVisual,
  type StandInPass,
  StandInPostEffect,
} from '../stand-in/materials.ts';
import { StandInScreen, StandInTexture } from '../stand-in/textures.ts';
import { BlendMode, StretchMode } from '../stand-in/visuals.ts';

/** The picture whose aspect an Image keeps, as its presets call it. */
const FITTED = 'baseTex';

export const isMaterialVisual = (component: unknown): component is StandInMaterialVisual =>
  component instanceof StandInImage || component instanceof StandInPostEffect;

/**
 * What an Image or a post effect shows; null without a material that can be run.
 * @param place of an Image; null where it cannot be seen.
 */
export function materialVisualOf(
  visual: StandInMaterialVisual,
  place: ScreenPlace | HeadPlace | null,
): MaterialVisual | null {
  const material = visual.mainPass && materialUse(visual.mainPass);
  if (!material) return null;
  const order = visual.renderOrder;
  if (!(visual instanceof StandInImage)) return { kind: 'postEffect', order, material };
  const { stretchMode, flipX, flipY } = visual;
  const fit = stretchMode !== StretchMode.Stretch && material.values[FITTED] ? FITTED : null;
  return place && { kind: 'image', order, material, place, fit, flipX, flipY };
}

function materialUse({ shader, blendMode, values }: StandInPass): MaterialUse | null {
  if (shader === null) return null;
  const read: Record<string, readonly number[] | MaterialTexture | null> = {};
  for (const [name, value] of values) read[name] = value instanceof StandInTexture ? textureOf(value) : value;
  return { shader, blend: (BlendMode[blendMode] ?? 'Normal') as BlendName, values: read };
}

/** Camera and render textures are what the screen shows. */
const textureOf = ({ control, source }: StandInTexture): MaterialTexture =>
  control instanceof StandInScreen ? { kind: 'screen' } : (source ?? { kind: 'screen' });
