/** The materials of the lens: their properties, and the shaders that draw them. */
import { fileURLToPath } from 'node:url';
import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { readText } from '../../../ml/core/files.ts';
import type { GraphKind, GraphParameter } from '../../lens-studio/files/graph-shader.ts';

/** A material of ours. */
export interface MaterialDescription {
  /** Of its files. */
  readonly name: string;
  readonly kind: GraphKind;
  /** How its result is laid over what is there. */
  readonly blend: string;
  /** What scripts set. A texture is that of the `.mat`, until then. */
  readonly parameters: readonly GraphParameter[];
  /** Files of GLSL next to this one, which make up its code. */
  readonly shader: readonly string[];
}

/** A cell of a sprite sheet, in straight alpha; blending as real materials of images have it. */
const SPRITE: MaterialDescription = {
  name: 'Sprite',
  kind: '3D',
  blend: 'PremultipliedAlphaAuto',
  parameters: [
    { name: 'baseTex', title: 'Sheet', type: 'texture', default: [] },
    { name: 'tint', title: 'Tint', type: 'color', default: [1, 1, 1, 1] },
    { name: 'grid', title: 'Columns and Rows', type: 'vec2', default: [1, 1] },
    { name: 'frame', title: 'Frame', type: 'float', default: [0] },
  ],
  shader: ['sprite.glsl'],
};

/** What changes the whole screen while an expression lasts; intensity 0 changes nothing. */
const screenOf = (emotion: string): MaterialDescription => ({
  name: `${emotion}Screen`,
  kind: 'Post Effect',
  blend: 'Disabled',
  parameters: [
    { name: 'screenTexture', title: 'Screen Texture', type: 'texture', default: [] },
    { name: 'intensity', title: 'Intensity', type: 'float', default: [0], range: [0, 1] },
    { name: 'time', title: 'Time', type: 'float', default: [0] },
  ],
  shader: ['screen.glsl', `${emotion.toLowerCase()}-screen.glsl`],
});

export const MATERIALS: readonly MaterialDescription[] = [SPRITE, ...EMOTIONS.map(screenOf)];

/** The code of a material's shader. */
export async function shaderOf({ shader }: MaterialDescription): Promise<string> {
  const parts = shader.map((file) => readText(fileURLToPath(new URL(`./${file}`, import.meta.url))));
  return (await Promise.all(parts)).map((part) => part.replaceAll('\r\n', '\n').trimEnd()).join('\n\n');
}
