import type { CodeGraph, GraphParameter } from '../../../tools/lens-studio/files/graph-shader.ts';
import { writeGraphShader } from '../../../tools/lens-studio/files/write-graph-shader.ts';
import type { Shader } from '../../../tools/simulator/program.ts';
import { readShader } from '../../../tools/simulator/shaders/read-shader.ts';

/** A parameter, whose input in the code has its name with a capital first letter. */
export const parameter = (
  name: string,
  type: GraphParameter['type'],
  value: readonly number[] = [],
): GraphParameter => ({ name, title: name, type, default: value });

const INPUTS: Readonly<Record<GraphParameter['type'], string>> = {
  texture: 'texture_2d',
  float: 'float',
  vec2: 'vec2',
  vec3: 'vec3',
  vec4: 'vec4',
  color: 'color4',
};

/** The text of a graph whose code is given without its declarations. */
export function graphText(parameters: readonly GraphParameter[], code: string, kind: CodeGraph['kind'] = '3D'): string {
  const inputOf = ({ name }: GraphParameter) => name[0].toUpperCase() + name.slice(1);
  const declarations = parameters.map((one) => `input_${INPUTS[one.type]} ${inputOf(one)};`);
  return writeGraphShader(parameters, {
    kind,
    title: 'Test',
    code: [...declarations, 'output_vec4 Result;', code].join('\n'),
    inputs: new Map(parameters.map((one) => [inputOf(one), { parameter: one.name }])),
    output: 'Result',
  });
}

export const PATH = 'Assets/Test.graphShader';

/** @param code GLSL that sets Result. */
export const shaderOf = (parameters: readonly GraphParameter[], code: string): Shader =>
  readShader(graphText(parameters, code), PATH);
