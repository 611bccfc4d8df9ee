import { UserError } from '../../../ml/core/errors.ts';
import { Decimal, type Fields, fields, Row, type Value } from '../yaml/value.ts';
import { write } from '../yaml/write.ts';
import { type CodePort, componentsOf, readCodePorts } from './code-node.ts';
import { CHANNELS, type CodeGraph, type GraphParameter, SYSTEM, TEMPLATE } from './graph-shader.ts';

/** A graph that has no place in a file yet. */
export type NewCodeGraph = Omit<CodeGraph, 'line'>;

const CHANNEL_LIST = 'xyzw : rgba : xyz : rgb : xy : x';
const KINDS = '3D : Post Effect : Hair : Gaussian Splatting';
/** Ids of nodes as Lens Studio gives them; parameters get those between and above. */
const CODE_ID = 0;
const MAIN_ID = 4;

/**
 * Writes a graph of one code node.
 * @throws UserError if an input of the code has no parameter of its name and type, or the output is not one of the code.
 */
export function writeGraphShader(parameters: readonly GraphParameter[], graph: NewCodeGraph): string {
  const { inputs, outputs } = readCodePorts(graph.code, graph.title);
  if (!outputs.some(({ name, type }) => name === graph.output && type === 'vec4'))
    throw new UserError(`${graph.title}: the code has no \`output_vec4 ${graph.output};\`, which the graph shows`);
  const idOf = (name: string) => {
    const at = parameters.findIndex((parameter) => parameter.name === name);
    if (at < 0)
      throw new UserError(`${graph.title}: an input of the code takes the parameter ${name}, which is missing`);
    return at + 1 < MAIN_ID ? at + 1 : at + 2;
  };
  const nodes = [
    ...parameters.map((parameter, at) => parameterNode(parameter, idOf(parameter.name), at)),
    codeNode(graph, inputs, parameters, idOf),
    mainNode(graph),
  ];
  const children = nodes.map((node, at) => [`Node${at}`, sorted({ ...node, DependencyIndex: at })] as const);
  return write(
    fields({
      SchemaVersion: 1,
      Nodes: fields({
        ChildNodes: fields(Object.fromEntries(children)),
        ...Object.fromEntries([0, 1, 2, 3].map((at) => [`IsSubGraph${at}`, true])),
        LevelID: 0,
        NodeType: 3,
        PositionX: 0,
        PositionY: 0,
        TemplateID: 'nodes_main_subgraph',
        Title1: '',
      }),
      SystemID: SYSTEM,
    }),
  );
}

function parameterNode(parameter: GraphParameter, id: number, row: number): Record<string, Value> {
  const { name, title, type } = parameter;
  const common = {
    Group: text(''),
    ScriptName: text(name),
    SortIndex: variable(row),
    Title: text(title),
    Tooltip: text(''),
  };
  const place = { LevelID: id, NodeCount: 0, NodeType: 1, PositionX: -400, PositionY: 120 * row, Title2: title };
  if (type === 'texture')
    return {
      ...place,
      Ports: sorted({
        ...common,
        DepthMap: variable(false),
        ExtraOutputs: variable(false),
        PixelSize: output(2),
        Texture: fields({ ClassType2: 'TEXTURE_OBJECT_2D', IOType: 1 }),
        TextureSize: output(2),
      }),
      TemplateID: TEMPLATE.texture,
      TemplateVersionMinor: 1,
      Title1: 'Texture 2D Object Parameter',
    };
  const [channels] = CHANNELS[type];
  const [least, most] = parameter.range ?? [0, 1];
  return {
    ...place,
    Ports: sorted({
      ...common,
      Channels: choice(channels, CHANNEL_LIST),
      // Always of four numbers, of which the type takes the first.
      Default: variable([...parameter.default, 1, 1, 1].slice(0, 4)),
      EnableMax: variable(parameter.range !== undefined),
      EnableMin: variable(parameter.range !== undefined),
      Max: fields({ Variable: decimal(most) }),
      Min: fields({ Variable: decimal(least) }),
      Output: output(4),
      Step: fields({ Variable: decimal(0.01) }),
    }),
    TemplateID: TEMPLATE.numbers,
    Title1: 'Float Parameter',
  };
}

function codeNode(
  { title, code, output: result, inputs: sources }: NewCodeGraph,
  inputs: readonly CodePort[],
  parameters: readonly GraphParameter[],
  idOf: (parameter: string) => number,
): Record<string, Value> {
  const ports = inputs.map((port) => {
    const source = sources.get(port.name);
    if (source === undefined) throw new UserError(`${title}: nothing feeds the input ${port.name} of the code`);
    if (!('parameter' in source)) return [port.name, numbers(source.value)] as const;
    const id = idOf(source.parameter);
    const parameter = parameters.find(({ name }) => name === source.parameter)!;
    const count = parameter.type === 'texture' ? 0 : CHANNELS[parameter.type][1];
    if (count !== componentsOf(port.type))
      throw new UserError(
        `${title}: the input ${port.name} is a ${port.type}, but its parameter ${source.parameter} a ${parameter.type}`,
      );
    return [port.name, connected(port, id)] as const;
  });
  return {
    LevelID: CODE_ID,
    NodeCount: 0,
    NodeType: 1,
    PositionX: -60,
    PositionY: 0,
    Ports: sorted({
      Code: fields({ ClassType1: 'TEXT', String: code.trimEnd() }),
      CustomCodeNodeAsset: fields({ ClassType1: 'REFUID', String: '' }),
      Description: fields({ ClassType1: 'TEXT', String: '' }),
      Examples: choice(
        0,
        'Custom : Input/Output/Global Types : Extra Functions : Procedural Execution : Lighting Loop : System Built-In Values/Functions',
      ),
      ID: variable(CODE_ID),
      Locked: variable(false),
      Stage: choice(1, 'Vertex : Pixel'),
      Title: text(title),
      UseExternalFile: variable(false),
      ...Object.fromEntries(ports),
      ngs_Height: variable(400),
      ngs_Version: text('0.1.0'),
      [result]: output(4),
    }),
    TemplateID: TEMPLATE.code,
    TemplateVersionMinor: 2,
    Title1: title,
  };
}

function connected({ type }: CodePort, id: number): Fields {
  const count = componentsOf(type);
  const from = { Connection0: fields({ NodeLevelID: id, PortID: count === 0 ? 'Texture' : 'Output' }) };
  return count === 0
    ? fields({ ClassType2: 'TEXTURE_OBJECT_2D', ...from })
    : fields({ ...from, ...Object.fromEntries(numbers(Array(count).fill(0))) });
}

function mainNode({ kind, output: result }: NewCodeGraph): Record<string, Value> {
  const color = (from: Record<string, Value> = {}) =>
    fields({ ClassType1: 'COLOR', ...from, Variable: row([1, 1, 1, 1]) });
  return {
    CommentSizeX: 0,
    CommentSizeY: 0,
    LevelID: MAIN_ID,
    NodeCount: 0,
    NodeType: 1,
    PositionX: 220,
    PositionY: 0,
    Ports: sorted({
      Depth: fields({ Variable: decimal(1) }),
      DepthMode: choice(
        0,
        'Non-Linear - Normalized [0 to 1] : Linear - Normalized [-1 to 1] : View Space - Non-Normalized [-near to -far]',
      ),
      DontFreezeSpec: variable(false),
      FinalColor: color({ Connection0: fields({ NodeLevelID: CODE_ID, PortID: result }) }),
      FinalColor1: color(),
      FinalColor2: color(),
      FinalColor3: color(),
      GSplatPointSize: numbers([0]),
      GSplatRotation: numbers([0, 0, 0, 1]),
      GSplatScale: numbers([0, 0, 0]),
      'Motion Vector Pass': choice(
        0,
        'Write Velocity and Depth : Discard Velocity but Write Depth : Discard Velocity and Depth',
      ),
      Negative: variable(false),
      PrevWorldPosition: numbers([0, 0, 0]),
      RayDirection: numbers([0, 1, 0]),
      RayOrigin: numbers([0, 0, 0]),
      ShowPrevPos: variable(false),
      Targets: choice(0, '1 : 2 : 3 : 4'),
      Type: choice(KINDS.split(' : ').indexOf(kind), KINDS),
      WorldNormal: numbers([0, 1, 0]),
      WorldPosition: numbers([0, 0, 0]),
      WorldTangent: numbers([0, 0, 1]),
      WriteDepth: variable(false),
    }),
    TemplateID: TEMPLATE.main,
    Title1: 'Shader',
    Title2: kind,
  };
}

const text = (value: string) => fields({ String: value });
const choice = (at: number, list: string) => fields({ ItemIndex: at, ItemList: list });
const variable = (value: number | boolean | readonly number[]) =>
  fields({ Variable: typeof value === 'object' ? row(value) : value });
const numbers = (values: readonly number[]) =>
  fields({ Variable: values.length === 1 ? decimal(values[0]) : row(values) });
const output = (count: number) => fields({ IOType: 1, Variable: row(Array(count).fill(0)) });
const row = (values: readonly number[]) => Row.from(values.map(decimal));

/** A float as graphs write it: a double that holds what 32 bits do. */
function decimal(value: number): Decimal {
  const text = String(Math.fround(value));
  return new Decimal(/[.e]/.test(text) ? text : `${text}.0`);
}

/** Fields by name, as Lens Studio orders those of a graph. */
function sorted(object: Record<string, Value>): Fields {
  return new Map(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
