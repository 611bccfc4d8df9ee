import { describe, expect, it } from 'vitest';
import { UserError } from '../../../ml/core/errors.ts';
import { type CodeNode, translateCode } from '../../../tools/simulator/shaders/translate.ts';
import { graphText, PATH, parameter, shaderOf } from './code.ts';

const node = (code: string, inputs: CodeNode['inputs'] = new Map(), line = 10): CodeNode => ({
  path: PATH,
  line,
  code,
  inputs,
  output: 'Result',
});
const MAIN = 'output_vec4 Result;\nvoid main() { Result = vec4(1.0); }';

/** The node's own lines of a fragment shader. */
const bodyOf = (fragment: string) => fragment.slice(fragment.indexOf('#line'), fragment.indexOf('\nvoid main() {'));

describe('translating a code node', () => {
  it('makes uniforms of connected inputs, constants of others, and keeps each line where it was', () => {
    const code = [
      'input_texture_2d Tex; // the sheet',
      'input_color3 Tint;',
      'input_vec2 Grid;',
      'input_float Speed;',
      'input_int Count;',
      'input_bool On;',
      'output_vec4 Result;',
      '/* two',
      '   lines */ void main(void)',
      '{ Result = vec4(Tint, Speed); }',
    ].join('\n');
    const { fragment, uniforms } = translateCode(
      node(
        code,
        new Map([
          ['Tex', { parameter: 'tex' }],
          ['Tint', { parameter: 'tint' }],
          ['Grid', { value: [4, 2.5] }],
          ['Count', { value: [3] }],
          ['On', { value: [1] }],
        ]),
        30,
      ),
    );
    const lines = bodyOf(fragment).split('\n');
    expect(lines.map((line) => line.trim())).toEqual([
      '#line 30',
      'uniform sampler2D Tex;',
      'uniform vec3 Tint;',
      'const vec2 Grid = vec2(4.0, 2.5);',
      'const float Speed = float(0.0);',
      'const int Count = 3;',
      'const bool On = true;',
      'vec4 Result;',
      '',
      'void lens_main()',
      '{ Result = vec4(Tint, Speed); }',
    ]);
    expect(Object.fromEntries(uniforms)).toEqual({
      Tex: { parameter: 'tex', type: 'sampler2D' },
      Tint: { parameter: 'tint', type: 'vec3' },
    });
  });

  it('translates methods of textures, and of nothing else', () => {
    const code = `input_texture_2d Tex;\nstruct S { float sample; };\noutput_vec4 Result;
vec4 at(vec2 uv) { return Tex.sample(uv + Tex.pixelSize()) + Tex . sampleLod (uv, 0.0); }
void main() { Result = at(vec2(0.5)) / Tex.textureSize( ).x; }`;
    const body = bodyOf(translateCode(node(code, new Map([['Tex', { parameter: 'tex' }]]))).fragment);
    expect(body).toContain('return texture(Tex, uv + (1.0 / vec2(textureSize(Tex, 0)))) + textureLod(Tex, uv, 0.0);');
    expect(body).toContain('at(vec2(0.5)) / vec2(textureSize(Tex, 0)).x');
    expect(body).toContain('struct S { float sample; };');
  });

  it('brings what the code uses of system, and no more', () => {
    const code = `output_float Result;\nvoid main() { Result = system.getTimeElapsed() * system . getRandomFloat(vec2(3.0)); }`;
    const { fragment } = translateCode(node(code));
    expect(fragment).toContain('Result = lens_getTimeElapsed() * lens_getRandomFloat(vec2(3.0));');
    expect(fragment).toContain('float lens_getTimeElapsed()');
    expect(fragment).toContain('lens_show(vec4(vec3(Result), 1.0));');
    expect(fragment).not.toContain('lens_remap');
  });

  it.each([
    ['#define A 1\n', 10, 'a directive of the preprocessor (#)'],
    ['// here\nfloat lens_uv;\n', 11, 'a name that begins with lens_ or gl_'],
    ['\n\ninput_texture_cube Sky;\n', 12, '`input_texture_cube Sky;`'],
    ['global_vec4 Shared;\n', 10, '`global_vec4 Shared;`'],
    ['input_droplist Mode("A : B");\n', 10, '`input_droplist Mode("A : B");`'],
    ['input_float A;\nvec3 n() {\n  return system.getSurfaceNormal();\n}\n', 12, 'system.getSurfaceNormal'],
  ])('names file and line of what it cannot translate: %j', (before, line, what) => {
    const translate = () => translateCode(node(before + MAIN));
    expect(translate).toThrow(UserError);
    expect(translate).toThrow(`${PATH}:${line}: found ${what}, which the simulator does not support in a code node`);
  });

  it('needs a main and the output', () => {
    expect(() => translateCode(node('output_vec4 Result;'))).toThrow('found no function main');
    expect(() => translateCode(node('output_vec4 Other;\nvoid main() {}'))).toThrow('found no output Result');
  });
});

describe('reading a shader graph', () => {
  it('gives the properties of the pass with the uniforms that they set', () => {
    const { properties, path } = shaderOf(
      [
        parameter('baseTex', 'texture'),
        parameter('tint', 'color', [1, 0.5, 0.25, 1]),
        parameter('unused', 'float', [2]),
      ],
      'void main() { Result = BaseTex.sample(vec2(0.5)) * Tint; }',
    );
    expect(path).toBe(PATH);
    expect(properties).toEqual([
      { name: 'baseTex', type: 'texture', default: [], uniforms: { BaseTex: 'sampler2D' } },
      { name: 'tint', type: 'vec4', default: [1, 0.5, 0.25, 1], uniforms: { Tint: 'vec4' } },
      { name: 'unused', type: 'float', default: [2], uniforms: { Unused: 'float' } },
    ]);
  });

  it('lets the compiler count lines as the file does', () => {
    const text = graphText([parameter('time', 'float', [0])], 'void main() {\n  Result = missing;\n}');
    const shader = shaderOf([parameter('time', 'float', [0])], 'void main() {\n  Result = missing;\n}');
    const [, first] = /^#line (\d+)$/m.exec(shader.fragment)!;
    const lines = shader.fragment.slice(shader.fragment.indexOf('#line')).split('\n').slice(1);
    const offset = lines.findIndex((line) => line.includes('missing'));
    expect(text.split('\n')[Number(first) + offset - 1].trim()).toBe('Result = missing;');
  });

  it('refuses code that is longer than any in use', () => {
    const long = `void main() { Result = vec4(0.0); }${' '.repeat(10)}${'//'.padEnd(60_000, 'x')}\n`;
    expect(() => shaderOf([], `${long}float end;`)).toThrow(
      /Test\.graphShader:\d+: the code has \d+ characters, expected/,
    );
  });
});
