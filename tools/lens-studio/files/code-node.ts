import { UserError } from '../../../ml/core/errors.ts';

/** How many numbers a port of a code node takes, by the type in its declaration. */
const COMPONENTS = { float: 1, int: 1, bool: 1, vec2: 2, vec3: 3, color3: 3, vec4: 4, color4: 4 } as const;

export type PortType = keyof typeof COMPONENTS | 'texture_2d';

/** An input or output that the GLSL of a code node declares: `input_float Strength;`. */
export interface CodePort {
  readonly name: string;
  readonly type: PortType;
}

/** What the GLSL of a code node declares. */
export interface CodePorts {
  readonly inputs: readonly CodePort[];
  readonly outputs: readonly CodePort[];
}

const DECLARATION = /^[ \t]*(input|output)_(\w+)[ \t]+(\w+)[^;\n]*;/gm;

/**
 * The inputs and outputs of a code node, in the order of its source.
 * @param path names the file in errors.
 * @throws UserError if one has a type other than a 2D texture, numbers and vectors, or a name stands twice.
 */
export function readCodePorts(code: string, path: string): CodePorts {
  const inputs: CodePort[] = [];
  const outputs: CodePort[] = [];
  for (const [text, way, type, name] of withoutComments(code).matchAll(DECLARATION)) {
    if (type !== 'texture_2d' && !(type in COMPONENTS))
      throw new UserError(
        `${path}: found \`${text.trim()}\` in a code node, expected one of ${['texture_2d', ...Object.keys(COMPONENTS)].join(', ')} behind \`${way}_\``,
      );
    if ([...inputs, ...outputs].some((port) => port.name === name))
      throw new UserError(`${path}: a code node declares ${name} twice; rename one`);
    (way === 'input' ? inputs : outputs).push({ name, type: type as PortType });
  }
  return { inputs, outputs };
}

/** How many numbers a port takes; 0 for a texture. */
export function componentsOf(type: PortType): number {
  return type === 'texture_2d' ? 0 : COMPONENTS[type];
}

/** With spaces in place of comments, so that lines and columns stay. */
export function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '));
}
