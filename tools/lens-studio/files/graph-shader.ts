import { z } from 'zod';
import { UserError } from '../../../ml/core/errors.ts';
import { parse } from '../yaml/parse.ts';
import { componentsOf, readCodePorts } from './code-node.ts';
import { plain } from './entity.ts';

/** What a material can set in a graph. */
export interface GraphParameter {
  /** By which scripts and materials know it. */
  readonly name: string;
  /** In the Inspector. */
  readonly title: string;
  readonly type: ParameterType;
  /** As many numbers as the type has; of a texture none. */
  readonly default: readonly number[];
  /** Least and most of a number; left out: any. */
  readonly range?: readonly [number, number];
}

export type ParameterType = 'texture' | keyof typeof CHANNELS;

/** Where a graph draws: on surfaces, images among them, or over the whole screen. */
export type GraphKind = '3D' | 'Post Effect';

/** What feeds an input of a code node: a parameter by its name, or numbers. */
export type InputSource = { readonly parameter: string } | { readonly value: readonly number[] };

/** A graph of one code node between its parameters and the result. */
export interface CodeGraph {
  readonly kind: GraphKind;
  readonly title: string;
  /** GLSL ES 3.00 with `input_` and `output_` declarations. */
  readonly code: string;
  /** By the name of the input. */
  readonly inputs: ReadonlyMap<string, InputSource>;
  /** The output that is the colour. */
  readonly output: string;
  /** Where in the file the code begins, from 1. */
  readonly line: number;
}

/** A `.graphShader` as Lens Studio 5.22 and later write it. */
export interface GraphShader {
  readonly parameters: readonly GraphParameter[];
  /** Null if the graph consists of other nodes too. */
  readonly program: CodeGraph | null;
}

/** Kinds of nodes. */
export const TEMPLATE = {
  texture: 'nodes_inputs_parameters_texture2d_object',
  numbers: 'nodes_inputs_parameters_float',
  code: 'node_util_custom',
  main: 'nodes_main_graph',
};
export const SYSTEM = 'dev.snap.shaders';
/** Place of each type in a parameter's list of channels, and how many numbers it has. */
export const CHANNELS = {
  vec4: [0, 4],
  color: [1, 4],
  vec3: [2, 3],
  vec2: [4, 2],
  float: [5, 1],
} as const;

const connection = z.object({ NodeLevelID: z.number(), PortID: z.string() });
const numberList = z.union([z.number().transform((one) => [one]), z.array(z.number())]);
const port = z.looseObject({
  String: z.unknown().optional(),
  ItemIndex: z.number().optional(),
  ItemList: z.string().optional(),
  Variable: z.unknown().optional(),
  Connection0: connection.optional(),
});
const node = z.object({
  LevelID: z.number(),
  TemplateID: z.string(),
  Ports: z.record(z.string(), port).default({}),
});
type Node = z.output<typeof node>;
const graphSchema = z.object({
  SystemID: z.literal(SYSTEM),
  Nodes: z.object({ ChildNodes: z.record(z.string(), z.unknown()) }),
});

/**
 * Reads a `.graphShader` of any project.
 * @throws UserError with the field if it is not a shader graph in this form, or its code node cannot be read; see
 *   {@link parse} for the rest.
 */
export function readGraphShader(source: string, path: string): GraphShader {
  const content = parse(source, path);
  if (!(content instanceof Map))
    throw new UserError(`${path}:1: found no fields, expected a shader graph of Lens Studio 5.22 or later`);
  const { Nodes } = checked(graphSchema, plain(content), path);
  // Next to nodes stand switches of theirs, such as Node3CheckValue.
  const nodes = Object.entries(Nodes.ChildNodes)
    .filter(([name]) => /^Node\d+$/.test(name))
    .map(([name, value]) => checked(node, value, `${path}: ${name}`));
  const parameters = nodes.flatMap(readParameter);
  return { parameters, program: readProgram(nodes, source, path) };
}

function checked<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const [{ path: field, message }] = read.error.issues;
  throw new UserError(
    `${path}: ${field.join('.')}: ${message}; open the project in Lens Studio 5.22 or later and save it again`,
  );
}

/** Those of the types that are not known here do not count. */
function readParameter({ TemplateID, Ports }: Node): GraphParameter[] {
  const given = { name: String(Ports.ScriptName?.String ?? ''), title: String(Ports.Title?.String ?? '') };
  if (TemplateID === TEMPLATE.texture) return [{ ...given, type: 'texture', default: [] }];
  if (TemplateID !== TEMPLATE.numbers) return [];
  const channels = Ports.Channels?.ItemIndex ?? 0;
  const type = channels === 3 ? 'vec3' : typesByChannels.get(channels);
  if (type === undefined) return [];
  const values = numberList.safeParse(Ports.Default?.Variable);
  const count = CHANNELS[type][1];
  return [{ ...given, type, default: values.success ? values.data.slice(0, count) : Array(count).fill(0) }];
}

const typesByChannels = new Map(
  Object.entries(CHANNELS).map(([type, [at]]) => [at as number, type as keyof typeof CHANNELS]),
);

/** Null for a graph that has more than parameters, a code node and the result. */
function readProgram(nodes: readonly Node[], source: string, path: string): CodeGraph | null {
  const codes = nodes.filter(({ TemplateID }) => TemplateID === TEMPLATE.code);
  const main = nodes.find(({ TemplateID }) => TemplateID === TEMPLATE.main);
  const known = Object.values(TEMPLATE);
  if (codes.length !== 1 || main === undefined || nodes.some(({ TemplateID }) => !known.includes(TemplateID)))
    return null;
  const [{ Ports, LevelID }] = codes;
  const shown = main.Ports.FinalColor?.Connection0;
  const code = String(Ports.Code?.String ?? '');
  if (shown?.NodeLevelID !== LevelID || code === '') return null;
  const names = new Map(nodes.map((one) => [one.LevelID, String(one.Ports.ScriptName?.String ?? '')]));
  const inputs = readCodePorts(code, path).inputs.map(({ name, type }): [string, InputSource] => {
    const from = Ports[name]?.Connection0;
    const parameter = from && names.get(from.NodeLevelID);
    if (parameter) return [name, { parameter }];
    const held = numberList.safeParse(Ports[name]?.Variable);
    return [name, { value: held.success ? held.data : Array(componentsOf(type)).fill(0) }];
  });
  return {
    kind: main.Ports.Type?.ItemIndex === 1 ? 'Post Effect' : '3D',
    title: String(Ports.Title?.String ?? ''),
    code,
    line: lineOfCode(source),
    inputs: new Map(inputs),
    output: shown.PortID,
  };
}

function lineOfCode(source: string): number {
  const before = /\n +Code:\r?\n(?: +ClassType1: TEXT\r?\n)? +String: [|>].*\r?\n/.exec(source);
  return before ? source.slice(0, before.index + before[0].length).split('\n').length : 1;
}
