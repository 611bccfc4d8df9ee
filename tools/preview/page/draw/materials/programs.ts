import type { Shader, UniformType } from '../../../../simulator/program.ts';

/** A shader of a material, ready to draw a square with. */
export interface Program {
  readonly program: WebGLProgram;
  /** The program's own, and those of its properties by the property's name. */
  readonly own: Readonly<
    Record<'lens_square' | 'lens_flip' | 'lens_time' | 'lens_screen' | 'lens_fade', WebGLUniformLocation | null>
  >;
  readonly properties: ReadonlyMap<string, readonly PropertyPlace[]>;
}

/** A uniform that a property sets. */
export interface PropertyPlace {
  readonly place: WebGLUniformLocation;
  readonly type: UniformType;
}

/** A shader that does not compile: its message begins with file and line. */
export class ShaderError extends Error {
  override readonly name = 'ShaderError';
}

/** Draws the square −1..1 where a matrix takes it; the corners need no buffer. */
const VERTEX = `#version 300 es
uniform mat3 lens_square;
uniform vec2 lens_flip;
out vec2 lens_uv;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;
  lens_uv = corner * lens_flip * 0.5 + 0.5;
  gl_Position = vec4((lens_square * vec3(corner, 1.0)).xy, 0.0, 1.0);
}`;

/** @throws ShaderError. */
export function compile(gl: WebGL2RenderingContext, shader: Shader): Program {
  const program = gl.createProgram();
  const vertex = attach(gl, program, gl.VERTEX_SHADER, VERTEX);
  const fragment = attach(gl, program, gl.FRAGMENT_SHADER, shader.fragment);
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    const log = gl.getShaderInfoLog(fragment) || gl.getShaderInfoLog(vertex) || gl.getProgramInfoLog(program);
    gl.deleteProgram(program);
    throw new ShaderError(describe(shader.path, log ?? ''));
  }
  const place = (name: string) => gl.getUniformLocation(program, name);
  const own = {
    lens_square: place('lens_square'),
    lens_flip: place('lens_flip'),
    lens_time: place('lens_time'),
    lens_screen: place('lens_screen'),
    lens_fade: place('lens_fade'),
  };
  const properties = shader.properties.map(({ name, uniforms }) => {
    const places = Object.entries(uniforms).flatMap(([uniform, type]): PropertyPlace[] => {
      const found = place(uniform);
      return found === null ? [] : [{ place: found, type }];
    });
    return [name, places] as const;
  });
  return { program, own, properties: new Map(properties) };
}

function attach(gl: WebGL2RenderingContext, program: WebGLProgram, type: number, source: string): WebGLShader {
  const shader = gl.createShader(type)!;
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  gl.attachShader(program, shader);
  // It lives as long as its program.
  gl.deleteShader(shader);
  return shader;
}

/** The first error of a log such as `ERROR: 0:57: 'foo' : undeclared identifier`. */
function describe(path: string, log: string): string {
  const [, line, what] = /^ERROR: \d+:(\d+): (.*)$/m.exec(log) ?? [];
  return line === undefined
    ? `${path}: ${log.trim().split('\n')[0] || 'it does not link'}`
    : `${path}:${line}: ${what}`;
}
