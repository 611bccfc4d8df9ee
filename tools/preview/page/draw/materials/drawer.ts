/**
 * Draws materials with WebGL 2 on what a 2-D canvas shows: the canvas goes to the graphics card as the lowest layer, all
 * materials of a run are drawn on it, and the result comes back. So letters and materials lie over each other in any order.
 */
import type { Affine } from '../../../../../ml/faces/face.ts';
import type {
  BlendName,
  ImageVisual,
  MaterialTexture,
  MaterialUse,
  PostEffectVisual,
} from '../../../../simulator/lens.ts';
import type { Numbers, Shader, UniformType } from '../../../../simulator/program.ts';
import type { Textures } from '../fills.ts';
import { compile, type Program } from './programs.ts';
import { Uploads } from './uploads.ts';

/** A material and where its square lies on the canvas; a post effect lies all over it. */
export interface PlacedMaterial {
  readonly visual: ImageVisual | PostEffectVisual;
  readonly square: Affine;
}

export interface MaterialDrawer {
  /** @throws ShaderError with file and line if the shader does not compile. */
  prepare(shader: Shader): void;
  /** Draws on what the canvas shows, lowest first. @param time seconds of the lens. */
  draw(context: CanvasRenderingContext2D, run: readonly PlacedMaterial[], time: number): void;
}

/** Shows a texture as it is: the canvas below all. */
const COPY: Shader = {
  path: 'canvas',
  fragment: `#version 300 es
precision mediump float;
uniform sampler2D below;
in vec2 lens_uv;
out vec4 color;
void main() { color = vec4(texture(below, lens_uv).rgb, 1.0); }`,
  properties: [{ name: 'below', type: 'texture', default: [], uniforms: { below: 'sampler2D' } }],
};
/** Of the square that covers the canvas, from −1..1 to −1..1. */
const WHOLE = [1, 0, 0, 0, 1, 0, 0, 0, 1];

/**
 * @param onLost is called when the browser takes the graphics card away, as from shaders that take too long; from then on
 *   nothing is drawn.
 * @returns null where the browser has no WebGL 2.
 */
export function createMaterialDrawer(textures: Textures, onLost: () => void = () => {}): MaterialDrawer | null {
  const canvas = document.createElement('canvas');
  canvas.addEventListener('webglcontextlost', onLost);
  const gl = canvas.getContext('webgl2', { antialias: false, depth: false, stencil: false });
  return gl && new GlDrawer(gl, canvas, new Uploads(gl, textures));
}

class GlDrawer implements MaterialDrawer {
  readonly #programs = new Map<Shader, Program>();
  readonly #copy: Program;

  constructor(
    readonly gl: WebGL2RenderingContext,
    readonly canvas: HTMLCanvasElement,
    readonly uploads: Uploads,
  ) {
    this.#copy = compile(gl, COPY);
    // The canvas is opaque, whatever a material's alpha is.
    gl.clearColor(0, 0, 0, 1);
  }

  prepare(shader: Shader): void {
    if (!this.#programs.has(shader)) this.#programs.set(shader, compile(this.gl, shader));
  }

  draw(context: CanvasRenderingContext2D, run: readonly PlacedMaterial[], time: number): void {
    const { gl, canvas, uploads } = this;
    const { width, height } = context.canvas;
    if (gl.isContextLost()) return;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    gl.viewport(0, 0, width, height);
    gl.disable(gl.BLEND);
    gl.colorMask(true, true, true, true);
    const pixels = context.getImageData(0, 0, width, height);
    uploads.takePixels(pixels);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!this.#coversAll(run[0].visual)) this.#fill(this.#copy, WHOLE, NO_FLIP, { below: { kind: 'screen' } });
    gl.colorMask(true, true, true, false);
    gl.enable(gl.BLEND);
    /** Whether the texture of the screen lacks something that was drawn. */
    let stale = false;
    for (const { visual, square } of run) {
      const { shader, blend, values } = visual.material;
      const program = this.#programs.get(shader);
      if (!program) continue;
      if (stale && Object.values(values).some((value) => isTexture(value) && value.kind === 'screen')) {
        uploads.takeDrawn();
        stale = false;
      }
      gl.useProgram(program.program);
      gl.uniform1f(program.own.lens_time, time);
      gl.uniform2f(program.own.lens_screen, width, height);
      this.#blend(blend, program);
      const flip = visual.kind === 'image' ? [visual.flipX ? -1 : 1, visual.flipY ? -1 : 1] : NO_FLIP;
      this.#fill(program, matrixOf(square, width, height), flip, values);
      stale = true;
    }
    // As pixels, which browsers copy several times faster than canvases of another kind; they begin at the bottom.
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels.data);
    turnOver(pixels);
    context.putImageData(pixels, 0, 0);
  }

  /** Draws a square. @param matrix from −1..1 to −1..1 of the canvas, y up, column by column. */
  #fill(program: Program, matrix: Numbers, flip: Numbers, values: MaterialUse['values']): void {
    const { gl } = this;
    gl.useProgram(program.program);
    gl.uniformMatrix3fv(program.own.lens_square, false, matrix);
    gl.uniform2f(program.own.lens_flip, flip[0], flip[1]);
    let unit = 0;
    for (const [name, uniforms] of program.properties) {
      const value = values[name];
      for (const { place, type } of uniforms)
        if (type !== 'sampler2D') setNumbers(gl, place, type, isTexture(value) || !value ? [] : value);
        else {
          const texture = this.uploads.textureOf(isTexture(value) ? value : null);
          gl.activeTexture(gl.TEXTURE0 + unit);
          gl.bindTexture(gl.TEXTURE_2D, texture);
          gl.uniform1i(place, unit++);
        }
    }
    gl.activeTexture(gl.TEXTURE0);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  /** Whether nothing is to be seen of what was drawn before. */
  #coversAll({ kind, material: { blend, shader } }: PlacedMaterial['visual']): boolean {
    return kind === 'postEffect' && blend === 'Disabled' && this.#programs.has(shader);
  }

  #blend(name: BlendName, { own }: Program): void {
    const { gl } = this;
    const { equation = 'FUNC_ADD', from, to, fade = NO_FADE } = BLENDS[name] ?? NORMAL;
    gl.blendEquation(gl[equation]);
    gl.blendFunc(gl[from], gl[to]);
    gl.uniform2f(own.lens_fade, fade[0], fade[1]);
  }
}

interface Blend {
  readonly equation?: 'FUNC_ADD' | 'MIN' | 'MAX';
  readonly from: 'ONE' | 'ZERO' | 'SRC_ALPHA' | 'DST_COLOR';
  readonly to: 'ONE' | 'ZERO' | 'ONE_MINUS_SRC_ALPHA' | 'ONE_MINUS_SRC_COLOR';
  /** How far alpha counts already in the colour, and what it fades to. */
  readonly fade?: Numbers;
}

const NO_FLIP = [1, 1];
const NO_FADE = [0, 0];
const NORMAL: Blend = { from: 'SRC_ALPHA', to: 'ONE_MINUS_SRC_ALPHA' };
/** Those that are not here are drawn as Normal. */
const BLENDS: Partial<Record<BlendName, Blend>> = {
  Disabled: { from: 'ONE', to: 'ZERO' },
  Add: { from: 'SRC_ALPHA', to: 'ONE' },
  Screen: { from: 'ONE', to: 'ONE_MINUS_SRC_COLOR', fade: [1, 0] },
  Multiply: { from: 'DST_COLOR', to: 'ZERO', fade: [1, 1] },
  Min: { equation: 'MIN', from: 'ONE', to: 'ONE' },
  Max: { equation: 'MAX', from: 'ONE', to: 'ONE' },
  PremultipliedAlpha: { from: 'ONE', to: 'ONE_MINUS_SRC_ALPHA' },
  PremultipliedAlphaHardware: { from: 'ONE', to: 'ONE_MINUS_SRC_ALPHA' },
};

const isTexture = (value: MaterialUse['values'][string] | undefined): value is MaterialTexture =>
  value != null && 'kind' in value;

/** Puts the last row first. */
function turnOver({ data, width, height }: ImageData): void {
  const bytes = 4 * width;
  const kept = new Uint8ClampedArray(bytes);
  for (let [top, bottom] = [0, bytes * (height - 1)]; top < bottom; top += bytes, bottom -= bytes) {
    kept.set(data.subarray(top, top + bytes));
    data.copyWithin(top, bottom, bottom + bytes);
    data.set(kept, bottom);
  }
}

/** From the square −1..1 to the canvas as WebGL has it, −1..1 with y up, column by column. */
function matrixOf([a, b, c, d, e, f]: Affine, width: number, height: number): Numbers {
  const [x, y] = [2 / width, -2 / height];
  return [a * x, b * y, 0, c * x, d * y, 0, e * x - 1, f * y + 1, 1];
}

/** One number for a vector is each of its components. */
function setNumbers(gl: WebGL2RenderingContext, place: WebGLUniformLocation, type: UniformType, value: Numbers): void {
  const at = (i: number) => value[value.length === 1 ? 0 : i] ?? (i === 3 ? 1 : 0);
  if (type === 'vec2') gl.uniform2f(place, at(0), at(1));
  else if (type === 'vec3') gl.uniform3f(place, at(0), at(1), at(2));
  else if (type === 'vec4') gl.uniform4f(place, at(0), at(1), at(2), at(3));
  else if (type === 'float') gl.uniform1f(place, at(0));
  else gl.uniform1i(place, Math.trunc(at(0)));
}
