import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { TrackedFace } from '../../../ml/faces/face.ts';
import { openBrowser } from '../../../tools/preview/browser.ts';
import type { Visual } from '../../../tools/simulator/lens.ts';

/** Red, green, blue, alpha, 0..255. */
export type Pixel = readonly [number, number, number, number];

export interface Scene {
  readonly width: number;
  readonly height: number;
  /** The camera's picture: one colour, or all pixels, [height, width, 4]. */
  readonly picture: Pixel | Uint8Array;
  readonly visuals: readonly Visual[];
  readonly faces?: ReadonlyArray<Omit<TrackedFace, 'points'> & { readonly points: readonly number[] }>;
  /** Pictures of assets. */
  readonly textures?: Readonly<
    Record<string, { readonly width: number; readonly height: number; readonly pixels: Uint8Array }>
  >;
  /** Seconds of the lens. */
  readonly time?: number;
}

/** What is painted, by place. */
export class Painted {
  constructor(
    readonly width: number,
    readonly pixels: Uint8Array,
  ) {}

  at(x: number, y: number): readonly number[] {
    const i = 4 * (y * this.width + x);
    return [...this.pixels.subarray(i, i + 3)];
  }

  /** Left, top, right, bottom (not counted) of the pixels that differ from a colour by more than `least`. */
  bounds([red, green, blue]: Pixel, least = 30): readonly [number, number, number, number] {
    let [left, top, right, bottom] = [Infinity, Infinity, 0, 0];
    for (let i = 0; i < this.pixels.length; i += 4) {
      const change = Math.max(
        Math.abs(this.pixels[i] - red),
        Math.abs(this.pixels[i + 1] - green),
        Math.abs(this.pixels[i + 2] - blue),
      );
      if (change <= least) continue;
      const [x, y] = [(i / 4) % this.width, Math.floor(i / 4 / this.width)];
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
    }
    return [left, top, right, bottom];
  }
}

/** A page with a painter, which draws materials too; crops of faces are red at the left and blue at the right. */
const PAGE = `
import { createMaterialDrawer } from './tools/preview/page/draw/materials/drawer.ts';
import { createPainter } from './tools/preview/page/draw/painter.ts';
import { projectHead } from './ml/faces/placement.ts';

const bytesOf = (base64) => Uint8ClampedArray.from(atob(base64), (letter) => letter.charCodeAt(0));

const canvasOf = (width, height, pixels) => {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d');
  if (typeof pixels === 'string') context.putImageData(new ImageData(bytesOf(pixels), width, height), 0, 0);
  else {
    context.fillStyle = 'rgb(' + pixels.slice(0, 3) + ')';
    context.fillRect(0, 0, width, height);
  }
  return canvas;
};

globalThis.paintScene = ({ width, height, picture, visuals, faces = [], textures = {}, time }) => {
  const pictures = Object.fromEntries(
    Object.entries(textures).map(([id, { width, height, pixels }]) => [id, canvasOf(width, height, pixels)]),
  );
  const target = document.createElement('canvas');
  Object.assign(target, { width, height });
  const shown = {
    pictureOf: (id) => pictures[id] ?? null,
    drawCrop: (context) => {
      context.fillStyle = 'red';
      context.fillRect(0, 0, 0.5, 1);
      context.fillStyle = 'blue';
      context.fillRect(0.5, 0, 0.5, 1);
    },
  };
  const materials = visuals.some(({ material }) => material) ? createMaterialDrawer(shown) : null;
  for (const { material } of visuals) if (material) materials.prepare(material.shader);
  const painter = createPainter(target, shown, materials);
  const tracked = faces.map((face) => ({ ...face, points: Float32Array.from(face.points) }));
  painter.paint({
    picture: canvasOf(width, height, picture),
    visuals,
    time,
    faces: tracked,
    project: (index, point, at) => {
      const face = tracked.find((one) => one.index === index);
      return face ? projectHead(face, point, at) : null;
    },
  });
  const { data } = target.getContext('2d').getImageData(0, 0, width, height);
  let letters = '';
  for (let i = 0; i < data.length; i += 8192) letters += String.fromCharCode(...data.subarray(i, i + 8192));
  return btoa(letters);
};
`;

/** Opens a page that paints scenes. @param program of a browser. */
export async function openStage(program: string) {
  const bundle = await build({
    stdin: { contents: PAGE, resolveDir: fileURLToPath(new URL('../../..', import.meta.url)), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'iife',
  });
  const browser = await openBrowser(program, 'none');
  const page = await browser.newPage();
  await page.addScriptTag({ content: bundle.outputFiles[0].text });
  return {
    paint: async (scene: Scene) => {
      const json = JSON.stringify(scene, (_, value) =>
        value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
      );
      return new Painted(scene.width, Buffer.from(await page.evaluate<string>(`paintScene(${json})`), 'base64'));
    },
    close: () => browser.close(),
  };
}
