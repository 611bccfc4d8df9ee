import { UserError } from '../../../ml/core/errors.ts';
import { readGraphShader } from '../../lens-studio/files/graph-shader.ts';
import type { Shader, ShaderProperty } from '../program.ts';
import { translateCode } from './translate.ts';

/** Characters of a node's code; Snap's longest has a third. */
const MAX_CODE = 50_000;

/**
 * Reads a `.graphShader` as WebGL runs it.
 * @param path of the graph in the project.
 * @throws UserError with the file if it cannot be read, or is more than one code node with its parameters; with the line for
 *   what its code cannot do here.
 */
export function readShader(text: string, path: string): Shader {
  const { parameters, program } = readGraphShader(text, path);
  if (program === null)
    throw new UserError(
      `${path}: found other nodes than parameters and one code node, which the simulator does not run`,
    );
  const { length } = program.code;
  if (length > MAX_CODE)
    throw new UserError(`${path}:${program.line}: the code has ${length} characters, expected at most ${MAX_CODE}`);
  const { fragment, uniforms } = translateCode({ ...program, path });
  const properties = parameters.map(({ name, type, default: value }): ShaderProperty => {
    const own = [...uniforms].filter(([, { parameter }]) => parameter === name);
    return {
      name,
      type: type === 'color' ? 'vec4' : type,
      default: value,
      uniforms: Object.fromEntries(own.map(([uniform, { type: wanted }]) => [uniform, wanted])),
    };
  });
  return { path, fragment, properties };
}
