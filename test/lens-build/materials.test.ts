import { describe, expect, it } from 'vitest';
import { MATERIALS, shaderOf } from '../../tools/lens-build/materials/materials.ts';
import { readCodePorts, withoutComments } from '../../tools/lens-studio/files/code-node.ts';

const SCREENS = MATERIALS.filter(({ kind }) => kind === 'Post Effect');

/** What code nodes have beyond GLSL ES 3.00, as far as ours use it. */
const METHODS = ['sample', 'textureSize', 'getSurfaceUVCoord0', 'getRandomFloat'];

describe.each(MATERIALS)('the shader $name', (material) => {
  it('takes the properties of its material, each by its name with a capital first, and gives one colour', async () => {
    const { inputs, outputs } = readCodePorts(await shaderOf(material), material.name);
    const types = { texture: 'texture_2d', color: 'vec4' } as Record<string, string>;
    expect(inputs).toEqual(
      material.parameters.map(({ name, type }) => ({
        name: `${name[0].toUpperCase()}${name.slice(1)}`,
        type: types[type] ?? type,
      })),
    );
    expect(outputs).toEqual([{ name: 'Result', type: 'vec4' }]);
  });

  it('is written in the part of GLSL that code nodes and the preview have', async () => {
    const code = withoutComments(await shaderOf(material));
    expect(code).not.toMatch(/#|\b(dFdx|dFdy|fwidth|texture|texture2D|discard|while|uniform|varying|in|out|gl_\w+)\b/);
    // Loops that end: over a counter with a constant bound.
    for (const [loop] of code.matchAll(/\bfor\b[^{]*/g)) expect(loop).toMatch(/^for \(int i = 0; i < \d; i\+\+\) $/);
    for (const [, name] of code.matchAll(/\.(\w+)\(/g)) expect(METHODS).toContain(name);
    expect(code.match(/\bvoid main\(\) \{/g)).toHaveLength(1);
    expect(code.split('{').length).toBe(code.split('}').length);
    // Lens Studio refuses integers where floats are meant, as GLSL ES does.
    expect(code.replace(/\b(for|int|i)\b[^;]*;/g, '')).not.toMatch(/[*/+-] \d+(?![\d.])/);
  });
});

describe.each(SCREENS)('the screen of $name', (material) => {
  it('is as it was at intensity 0', async () => {
    const code = withoutComments(await shaderOf(material));
    const main = code.slice(code.indexOf('void main()'));
    expect(main).toContain('    vec2 uv = system.getSurfaceUVCoord0();\n    vec3 original = picture(uv);\n');
    expect(main.trimEnd()).toMatch(/\n {4}show\(mix\(original, color, Intensity\)\);\n\}$/);
    expect(main.match(/\bshow\(/g)).toHaveLength(1);
    // Nothing else writes the result, or the original.
    expect(code.match(/\bResult =/g)).toHaveLength(1);
    expect(main.match(/\boriginal\b\s*[-+*/]?=/g)).toHaveLength(1);
  });
});
