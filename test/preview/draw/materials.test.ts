import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../../tools/preview/browser.ts';
import type { BlendName, ImageVisual, MaterialUse, PostEffectVisual, Visual } from '../../../tools/simulator/lens.ts';
import type { Shader } from '../../../tools/simulator/program.ts';
import { parameter, shaderOf } from '../../simulator/shaders/code.ts';
import { faceAt, onHead, pixelsOf, placeAt, plain, textAt } from './made-up.ts';
import { openStage, type Painted, type Pixel, type Scene } from './stage.ts';

const browser = findBrowser();
const GREY: Pixel = [100, 100, 100, 255];
const BLOCK = '\u2588';

const close = (pixel: readonly number[], expected: readonly number[], most = 2) => {
  for (const [i, value] of expected.entries()) expect(Math.abs(pixel[i] - value)).toBeLessThanOrEqual(most);
};

const COLOR = [parameter('color', 'vec4', [1, 1, 1, 1])];
const flat = shaderOf(COLOR, 'void main() { Result = Color; }');
const SCREEN = [parameter('screenTexture', 'texture'), parameter('intensity', 'float', [1])];
const SHEET = [parameter('baseTex', 'texture')];
const plainSprite = shaderOf(SHEET, 'void main() { Result = BaseTex.sample(system.getSurfaceUVCoord0()); }');

function image(
  place: ImageVisual['place'],
  shader: Shader,
  values: MaterialUse['values'],
  more: Partial<ImageVisual> = {},
  blend: BlendName = 'Normal',
): ImageVisual {
  const material = { shader, blend, values };
  return { kind: 'image', order: 0, material, place, fit: null, flipX: false, flipY: false, ...more };
}

const postEffect = (code: string, values: MaterialUse['values'] = {}): PostEffectVisual => ({
  kind: 'postEffect',
  order: 0,
  material: {
    shader: shaderOf(SCREEN, code),
    blend: 'Disabled',
    values: { screenTexture: { kind: 'screen' }, intensity: [1], ...values },
  },
});

describe.skipIf(!browser)('materials', () => {
  let stage: Awaited<ReturnType<typeof openStage>>;
  beforeAll(async () => {
    stage = await openStage(browser!);
  });
  afterAll(() => stage.close());

  const paint = (visuals: Visual[], more: Partial<Scene> = {}): Promise<Painted> =>
    stage.paint({ width: 200, height: 160, picture: GREY, visuals, ...more });

  it('fill the place of an image, and leave all else', async () => {
    const painted = await paint([image(placeAt(80, 60, 40, 20), flat, { color: [1, 0.4, 0, 1] })]);
    expect(painted.bounds(GREY)).toEqual([60, 50, 100, 70]);
    expect(painted.at(61, 51)).toEqual([255, 102, 0]);
    expect(painted.at(10, 10)).toEqual([100, 100, 100]);
  });

  // Of grey 100 and the colour (0.8, 0.4, 0) = (204, 102, 0) at an alpha of a half.
  it.each<[BlendName, number[]]>([
    ['Normal', [152, 101, 50]],
    ['PremultipliedAlphaAuto', [152, 101, 50]],
    ['Add', [202, 151, 100]],
    ['PremultipliedAlphaHardware', [254, 152, 50]],
    ['Screen', [162, 131, 100]],
    ['Multiply', [90, 70, 50]],
    ['Max', [204, 102, 100]],
    ['Min', [100, 100, 0]],
    ['Disabled', [204, 102, 0]],
  ])('are blended: %s', async (blend, expected) => {
    const painted = await paint([image(placeAt(80, 60, 40, 20), flat, { color: [0.8, 0.4, 0, 0.5] }, {}, blend)]);
    close(painted.at(80, 60), expected);
  });

  it('lie between letters in their order', async () => {
    const block = (color: [number, number, number, number], x: number) =>
      textAt(BLOCK, placeAt(x, 60, 20, 20), { fill: plain(...color) });
    const painted = await paint([
      block([1, 0, 0, 1], 80),
      image(placeAt(80, 60, 40, 20), flat, { color: [0, 1, 0, 1] }),
      block([0, 0, 1, 1], 90),
    ]);
    expect([painted.at(75, 60), painted.at(90, 60)]).toEqual([
      [0, 255, 0],
      [0, 0, 255],
    ]);
  });

  const QUARTERS = {
    width: 2,
    height: 2,
    pixels: Uint8Array.from([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 255, 255, 255, 128]),
  };
  const quarters = (more: Partial<ImageVisual> = {}, place = placeAt(100, 80, 100, 100)) =>
    paint([image(place, plainSprite, { baseTex: { kind: 'picture', id: 'quarters' } }, more)], {
      textures: { quarters: QUARTERS },
    });

  it('show a picture upright, with straight alpha', async () => {
    const painted = await quarters();
    close(painted.at(55, 35), [255, 0, 0]);
    close(painted.at(145, 35), [0, 255, 0]);
    close(painted.at(55, 125), [0, 0, 255]);
    close(painted.at(145, 125), [178, 178, 178]);
  });

  it('flip it, and keep its aspect', async () => {
    const flipped = await quarters({ flipX: true, flipY: true });
    close(flipped.at(145, 125), [255, 0, 0]);
    const fitted = await quarters({ fit: 'baseTex' }, placeAt(100, 80, 160, 40));
    expect(fitted.bounds(GREY)).toEqual([80, 60, 120, 100]);
  });

  it('follow a head, and turn with it', async () => {
    const face = faceAt(100, 80, 5, Math.PI / 2);
    const on = onHead('HeadCenter', 0, -4, 2);
    const painted = await paint([image(on, flat, { color: [1, 1, 1, 1] })], { faces: [face] });
    const [left, top, right, bottom] = painted.bounds(GREY);
    expect([left, top, right, bottom].map((side) => Math.round(side))).toEqual([70, 70, 90, 90]);
    expect((await paint([image(on, flat, { color: [1, 1, 1, 1] })])).bounds(GREY)).toEqual([Infinity, Infinity, 0, 0]);
  });

  it('change all that is drawn below a post effect, and nothing above it', async () => {
    const painted = await paint([
      image(placeAt(50, 60, 20, 20), flat, { color: [1, 0, 0, 1] }),
      postEffect('void main() { Result = vec4(1.0 - ScreenTexture.sample(system.getScreenUVCoord()).rgb, 1.0); }'),
      image(placeAt(150, 60, 20, 20), flat, { color: [1, 0, 0, 1] }),
      postEffect(
        'void main() { vec4 c = ScreenTexture.sample(system.getSurfaceUVCoord0()); Result = vec4(c.gbr, 1.0); }',
      ),
    ]);
    close(painted.at(50, 60), [255, 255, 0]);
    close(painted.at(150, 60), [0, 0, 255]);
    close(painted.at(100, 120), [155, 155, 155]);
  });

  it('see the screen from its bottom left, as large as it is', async () => {
    const picture = pixelsOf(200, 160, (x, y) => [x, y, 0]);
    const code = `void main() {
      vec2 uv = system.getSurfaceUVCoord0();
      vec2 size = ScreenTexture.textureSize();
      Result = vec4(ScreenTexture.sample(uv + vec2(20.0, 10.0) * ScreenTexture.pixelSize()).rg, size.x / 255.0, 1.0);
    }`;
    const painted = await paint([postEffect(code)], { picture });
    close(painted.at(50, 90), [70, 80, 200], 1);
  });

  it('move with the time of the lens, and with what scripts set', async () => {
    const code =
      'void main() { Result = vec4(fract(system.getTimeElapsed()), Intensity, system.getCameraAspect() * 0.5, 1.0); }';
    const painted = await paint([postEffect(code, { intensity: [0.2] })], { time: 3.25 });
    close(painted.at(20, 20), [64, 51, 159], 1);
  });

  it('draw even randomness: each number once in a cell, all between 0 and 1', async () => {
    const code = `void main() {
      vec2 cell = floor(system.getSurfaceUVCoord0() * vec2(200.0, 160.0) / 10.0);
      Result = vec4(system.getRandomVec3(cell), 1.0);
    }`;
    const painted = await paint([postEffect(code)]);
    const cells = Array.from({ length: 320 }, (_, i) => painted.at(10 * (i % 20) + 5, 10 * Math.floor(i / 20) + 5));
    expect(painted.at(11, 11)).toEqual(painted.at(18, 18));
    for (const channel of [0, 1, 2]) {
      const values = cells.map((cell) => cell[channel]);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      // Of 320 even numbers the mean is off by 4.1 on average.
      expect(Math.abs(mean - 127.5)).toBeLessThan(16);
      expect(new Set(values).size).toBeGreaterThan(150);
    }
  });

  it('take remap, functions, arrays and loops as Snap uses them', async () => {
    const code = `vec3 tones[3];
    float third(float x) { return system.remap(x, 0.0, 3.0, 0.0, 1.0) * Intensity; }
    void main() {
      for (int i = 0; i < 3; i++) tones[i] = vec3(third(float(i + 1)));
      Result = vec4(tones[0].x, tones[1].y, tones[2].z, 1.0);
    }`;
    close((await paint([postEffect(code)])).at(5, 5), [85, 170, 255], 1);
  });

  it('are refused with file and line if they do not compile', async () => {
    const shader = shaderOf(COLOR, 'void main() {\n\tResult = Color * strength;\n}');
    const [, first] = /^#line (\d+)$/m.exec(shader.fragment)!;
    const before = shader.fragment.slice(shader.fragment.indexOf('#line')).split('strength')[0].split('\n').length - 2;
    const message = await paint([image(placeAt(80, 60, 40, 20), shader, {})]).catch(String);
    expect(message).toContain(`Assets/Test.graphShader:${Number(first) + before}: 'strength'`);
  });
});
