/** What code nodes find under `system`, in GLSL ES 3.00, and what surrounds their code in a fragment shader. */

const HEAD = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;
in vec2 lens_uv;
out vec4 lens_color;
uniform float lens_time;
uniform vec2 lens_screen;
uniform vec2 lens_fade;
void lens_show(vec4 color) {
  // Blend modes that ignore alpha get a color that has none: x is how far alpha counts, y what the color fades to.
  lens_color = vec4(mix(color.rgb, mix(vec3(lens_fade.y), color.rgb, color.a), lens_fade.x), color.a);
}`;

const overloads = (of: (type: string) => string) => ['float', 'vec2', 'vec3', 'vec4'].map(of).join('\n');

/**
 * Numbers of a seed: pcg4d (Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 2020) of whole seeds, since Lens
 * Studio's documentation says that seeds within a unit give one number; which, only Lens Studio knows.
 */
const RANDOM = `vec4 lens_hash(vec4 seed) {
  uvec4 v = uvec4(ivec4(floor(seed))) * 1664525u + 1013904223u;
  v += v.yzxy * v.wxyz;
  v ^= v >> 16u;
  v += v.yzxy * v.wxyz;
  return vec4(v >> 8u) / 16777216.0;
}
vec4 lens_seed(float seed) { return vec4(seed, 1.0, 2.0, 3.0); }
vec4 lens_seed(vec2 seed) { return vec4(seed, 2.0, 3.0); }
vec4 lens_seed(vec3 seed) { return vec4(seed, 3.0); }
vec4 lens_seed(vec4 seed) { return seed; }`;

const random = (name: string, result: string, swizzle: string) =>
  overloads((type) => `${result} lens_${name}(${type} seed) { return lens_hash(lens_seed(seed))${swizzle}; }`);

const FUNCTIONS: Readonly<Record<string, string>> = {
  getSurfaceUVCoord0: 'vec2 lens_getSurfaceUVCoord0() { return lens_uv; }',
  getSurfaceUVCoord1: 'vec2 lens_getSurfaceUVCoord1() { return lens_uv; }',
  getSurfaceColor: 'vec4 lens_getSurfaceColor() { return vec4(1.0); }',
  getScreenUVCoord: 'vec2 lens_getScreenUVCoord() { return gl_FragCoord.xy / lens_screen; }',
  getCameraAspect: 'float lens_getCameraAspect() { return lens_screen.x / lens_screen.y; }',
  getTimeElapsed: 'float lens_getTimeElapsed() { return lens_time; }',
  pi: 'float lens_pi() { return 3.14159265358979; }',
  remap: overloads(
    (type) =>
      `${type} lens_remap(${type} value, ${type} a, ${type} b, ${type} c, ${type} d) { return c + (value - a) * (d - c) / (b - a); }`,
  ),
  getRandomFloat: random('getRandomFloat', 'float', '.x'),
  getRandomVec2: random('getRandomVec2', 'vec2', '.xy'),
  getRandomVec3: random('getRandomVec3', 'vec3', '.xyz'),
  getRandomVec4: random('getRandomVec4', 'vec4', ''),
};

/** What code nodes may use of it. */
export const SYSTEM_NAMES: ReadonlySet<string> = new Set(Object.keys(FUNCTIONS));

/** The lines before the code of a node that uses these names. */
export function systemFor(used: ReadonlySet<string>): string {
  const needsRandom = [...used].some((name) => name.startsWith('getRandom'));
  return [HEAD, ...(needsRandom ? [RANDOM] : []), ...[...used].map((name) => FUNCTIONS[name])].join('\n');
}
