/**
 * Translates the GLSL of a code node (Lens Studio's shader graphs since 5.22) to a fragment shader of WebGL 2. Code nodes are
 * GLSL ES 3.00 with inputs and outputs as declarations, methods of textures, and functions of `system`.
 */
import { UserError } from '../../../ml/core/errors.ts';
import { withoutComments } from '../../lens-studio/files/code-node.ts';
import type { CodeGraph } from '../../lens-studio/files/graph-shader.ts';
import type { UniformType } from '../program.ts';
import { SYSTEM_NAMES, systemFor } from './system.ts';

export interface CodeNode extends Pick<CodeGraph, 'code' | 'line' | 'inputs' | 'output'> {
  /** The graph's file, for messages. */
  readonly path: string;
}

export interface Translation {
  readonly fragment: string;
  /** The inputs that take a parameter, by name. */
  readonly uniforms: ReadonlyMap<string, { readonly parameter: string; readonly type: UniformType }>;
}

/** Of inputs and outputs, in GLSL. */
const TYPES: Readonly<Record<string, UniformType>> = {
  float: 'float',
  vec2: 'vec2',
  vec3: 'vec3',
  vec4: 'vec4',
  color3: 'vec3',
  color4: 'vec4',
  int: 'int',
  bool: 'bool',
  texture_2d: 'sampler2D',
};

/** A color from an output; those without alpha are opaque. */
const COLORS: Partial<Record<UniformType, (name: string) => string>> = {
  float: (name) => `vec4(vec3(${name}), 1.0)`,
  vec2: (name) => `vec4(${name}, 0.0, 1.0)`,
  vec3: (name) => `vec4(${name}, 1.0)`,
  vec4: (name) => name,
};

const DECLARATION = /\b(input|output|global)_(\w+)\s+(\w+)\s*([^;]*);/g;
const MAIN = /\bvoid\s+main\s*\(\s*(?:void)?\s*\)/;

/**
 * @returns a fragment shader that takes `lens_uv` (0..1, from the bottom left) from a vertex shader, and besides the node's own
 *   uniforms `lens_time` (seconds), `lens_screen` (its sides in pixels) and `lens_fade` (see `systemFor`).
 * @throws UserError with file and line for what is not of the subset.
 */
export function translateCode({ path, line: first, inputs, output, ...node }: CodeNode): Translation {
  const code = withoutComments(node.code);
  const refuse = (at: number, what: string): never => {
    const line = first + code.slice(0, at).split('\n').length - 1;
    throw new UserError(`${path}:${line}: found ${what}, which the simulator does not support in a code node`);
  };
  const directive = code.indexOf('#');
  if (directive >= 0) refuse(directive, 'a directive of the preprocessor (#)');
  const reserved = code.search(/\b(lens|gl)_/);
  if (reserved >= 0) refuse(reserved, 'a name that begins with lens_ or gl_');

  const uniforms = new Map<string, { parameter: string; type: UniformType }>();
  const textures: string[] = [];
  const used = new Set<string>();
  let color: string | undefined;
  const body = code
    .replace(/\bsystem\s*\.\s*(\w+)/g, (whole, name: string, at: number) => {
      if (!SYSTEM_NAMES.has(name)) refuse(at, whole);
      used.add(name);
      return `lens_${name}`;
    })
    .replace(DECLARATION, (whole, kind: string, typeName: string, name: string, rest: string) => {
      const type = Object.hasOwn(TYPES, typeName) ? TYPES[typeName] : undefined;
      if (type === undefined || rest !== '' || kind === 'global' || (kind === 'output' && type === 'sampler2D'))
        return refuse(code.indexOf(whole), `\`${whole.replace(/\s+/g, ' ')}\``);
      if (kind === 'output') {
        if (name === output) color = COLORS[type]?.(name);
        return `${type} ${name};`;
      }
      if (type === 'sampler2D') textures.push(name);
      const source = inputs.get(name);
      if (source && 'parameter' in source) uniforms.set(name, { parameter: source.parameter, type });
      else if (type !== 'sampler2D') return `const ${type} ${name} = ${literal(type, source?.value ?? [])};`;
      return `uniform ${type} ${name};`;
    })
    .replace(MAIN, 'void lens_main()');
  if (!body.includes('void lens_main()')) refuse(0, 'no function main');
  if (color === undefined) refuse(0, `no output ${output} of numbers`);
  const end = `void main() {\n  lens_main();\n  lens_show(${color});\n}\n`;
  const fragment = `${systemFor(used)}\n#line ${first}\n${withTextures(body, textures)}\n${end}`;
  return { fragment, uniforms };
}

/** `sample` is a reserved word of GLSL, so a method that is not translated does not compile. */
function withTextures(code: string, textures: readonly string[]): string {
  if (textures.length === 0) return code;
  const method = (name: string) => new RegExp(`\\b(${textures.join('|')})\\s*\\.\\s*${name}`, 'g');
  return code
    .replace(method('sample\\s*\\('), 'texture($1, ')
    .replace(method('sampleLod\\s*\\('), 'textureLod($1, ')
    .replace(method('textureSize\\s*\\(\\s*\\)'), 'vec2(textureSize($1, 0))')
    .replace(method('pixelSize\\s*\\(\\s*\\)'), '(1.0 / vec2(textureSize($1, 0)))');
}

const SIZES: Partial<Record<UniformType, number>> = { vec2: 2, vec3: 3, vec4: 4 };

function literal(type: UniformType, numbers: readonly number[]): string {
  const values = Array.from({ length: SIZES[type] ?? 1 }, (_, at) => numbers[at] ?? 0);
  if (type === 'bool') return String(values[0] !== 0);
  if (type === 'int') return String(Math.trunc(values[0]));
  return `${type}(${values.map(decimal).join(', ')})`;
}

function decimal(value: number): string {
  const text = String(Number.isFinite(value) ? value : 0);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
