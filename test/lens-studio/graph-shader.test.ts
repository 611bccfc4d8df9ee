import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { UserError } from '../../ml/core/errors.ts';
import { readCodePorts, withoutComments } from '../../tools/lens-studio/files/code-node.ts';
import { type GraphParameter, readGraphShader } from '../../tools/lens-studio/files/graph-shader.ts';
import { type NewCodeGraph, writeGraphShader } from '../../tools/lens-studio/files/write-graph-shader.ts';

const CODE = `input_texture_2d Picture;
input_color4 Tint;
input_vec2 Grid;
input_float Strength;
output_vec4 Result;

// input_float NotThisOne;
void main() {
    Result = Picture.sample(system.getSurfaceUVCoord0() * Grid) * Tint * Strength;
}`;

const PARAMETERS: readonly GraphParameter[] = [
  { name: 'picture', title: 'Picture', type: 'texture', default: [] },
  { name: 'tint', title: 'Tint', type: 'color', default: [1, 0.5, 0.25, 1] },
  { name: 'grid', title: 'Grid', type: 'vec2', default: [4, 2] },
  { name: 'strength', title: 'Strength', type: 'float', default: [0.5], range: [0, 2] },
];

const GRAPH: NewCodeGraph = {
  kind: 'Post Effect',
  title: 'Tinted',
  code: CODE,
  inputs: new Map([
    ['Picture', { parameter: 'picture' }],
    ['Tint', { parameter: 'tint' }],
    ['Grid', { parameter: 'grid' }],
    ['Strength', { parameter: 'strength' }],
  ]),
  output: 'Result',
};

interface Node {
  TemplateID: string;
  LevelID: number;
  DependencyIndex: number;
  Ports: Record<string, Record<string, unknown>>;
}

/** The nodes of a written graph, as another reader of YAML finds them. */
function nodesOf(text: string): Node[] {
  return Object.values((parseYaml(text) as { Nodes: { ChildNodes: Record<string, Node> } }).Nodes.ChildNodes);
}

describe('a written shader graph', () => {
  const text = writeGraphShader(PARAMETERS, GRAPH);
  const nodes = nodesOf(text);
  const named = (id: string) => nodes.filter(({ TemplateID }) => TemplateID === id);

  it('has the nodes of graphs that Lens Studio 5.22 writes, each with an id and place of its own', () => {
    expect(parseYaml(text)).toMatchObject({ SchemaVersion: 1, SystemID: 'dev.snap.shaders' });
    expect(nodes.map(({ TemplateID }) => TemplateID)).toEqual([
      'nodes_inputs_parameters_texture2d_object',
      'nodes_inputs_parameters_float',
      'nodes_inputs_parameters_float',
      'nodes_inputs_parameters_float',
      'node_util_custom',
      'nodes_main_graph',
    ]);
    expect(new Set(nodes.map(({ LevelID }) => LevelID)).size).toBe(nodes.length);
    expect(nodes.map(({ DependencyIndex }) => DependencyIndex)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('has the ports that those nodes have there', () => {
    // As counted in graphs that Lens Studio 5.22 and 5.23 wrote.
    expect(Object.keys(named('nodes_inputs_parameters_texture2d_object')[0].Ports).join(' ')).toBe(
      'DepthMap ExtraOutputs Group PixelSize ScriptName SortIndex Texture TextureSize Title Tooltip',
    );
    expect(Object.keys(named('nodes_inputs_parameters_float')[0].Ports).join(' ')).toBe(
      'Channels Default EnableMax EnableMin Group Max Min Output ScriptName SortIndex Step Title Tooltip',
    );
    const own = ['Grid', 'Picture', 'Result', 'Strength', 'Tint'];
    expect(
      Object.keys(named('node_util_custom')[0].Ports)
        .filter((port) => !own.includes(port))
        .join(' '),
    ).toBe(
      'Code CustomCodeNodeAsset Description Examples ID Locked Stage Title UseExternalFile ngs_Height ngs_Version',
    );
    expect(Object.keys(named('nodes_main_graph')[0].Ports).join(' ')).toBe(
      'Depth DepthMode DontFreezeSpec FinalColor FinalColor1 FinalColor2 FinalColor3 GSplatPointSize GSplatRotation ' +
        'GSplatScale Motion Vector Pass Negative PrevWorldPosition RayDirection RayOrigin ShowPrevPos Targets Type ' +
        'WorldNormal WorldPosition WorldTangent WriteDepth',
    );
  });

  it('connects the code to its parameters and the result to the code', () => {
    const [{ Ports: ports, LevelID }] = named('node_util_custom');
    const idOf = (name: string) => nodes.find(({ Ports }) => Ports.ScriptName?.String === name)?.LevelID;
    expect(ports.Picture).toEqual({
      ClassType2: 'TEXTURE_OBJECT_2D',
      Connection0: { NodeLevelID: idOf('picture'), PortID: 'Texture' },
    });
    expect(ports.Tint).toMatchObject({ Connection0: { NodeLevelID: idOf('tint'), PortID: 'Output' } });
    const [main] = named('nodes_main_graph');
    expect(main.Ports.FinalColor).toMatchObject({ Connection0: { NodeLevelID: LevelID, PortID: 'Result' } });
    expect(main.Ports.Type).toMatchObject({ ItemIndex: 1 });
  });

  it('holds the code to the letter, and the defaults of its parameters', () => {
    expect(named('node_util_custom')[0].Ports.Code).toEqual({ ClassType1: 'TEXT', String: CODE });
    const numbers = named('nodes_inputs_parameters_float').map(({ Ports }) => [
      Ports.Channels.ItemIndex,
      Ports.Default.Variable,
    ]);
    expect(numbers).toEqual([
      [1, [1, 0.5, 0.25, 1]],
      [4, [4, 2, 1, 1]],
      [5, [0.5, 1, 1, 1]],
    ]);
    expect(text).toContain('        Default:\n          Variable: [1.0, 0.5, 0.25, 1.0]\n');
  });

  it('is read again as it was described', () => {
    const { parameters, program } = readGraphShader(text, 'Tinted.graphShader');
    expect(parameters).toEqual(PARAMETERS.map(({ range: _, ...parameter }) => parameter));
    const { line, ...rest } = program!;
    expect(rest).toEqual(GRAPH);
    expect(text.split('\n')[line - 1].trim()).toBe('input_texture_2d Picture;');
  });

  it('is refused if its parts do not fit together', () => {
    const wrong =
      (change: Partial<NewCodeGraph>, parameters = PARAMETERS) =>
      () =>
        writeGraphShader(parameters, { ...GRAPH, ...change });
    expect(wrong({ output: 'Color' })).toThrow('Tinted: the code has no `output_vec4 Color;`, which the graph shows');
    expect(wrong({ inputs: new Map() })).toThrow('nothing feeds the input Picture');
    expect(wrong({}, PARAMETERS.slice(1))).toThrow('takes the parameter picture, which is missing');
    const grid: GraphParameter = { ...PARAMETERS[2], type: 'vec3', default: [1, 1, 1] };
    expect(wrong({}, PARAMETERS.with(2, grid))).toThrow('the input Grid is a vec2, but its parameter grid a vec3');
  });
});

describe('a shader graph of another project', () => {
  const text = writeGraphShader(PARAMETERS, GRAPH);
  const read = (from: string | RegExp, to: string) => readGraphShader(text.replace(from, to), 'Other.graphShader');

  it('has no program if other nodes take part', () => {
    const { parameters, program } = read(
      'TemplateID: nodes_inputs_parameters_texture2d_object',
      'TemplateID: nodes_math_sin',
    );
    expect(program).toBeNull();
    expect(parameters.map(({ name }) => name)).toEqual(['tint', 'grid', 'strength']);
  });

  it('has numbers where nothing feeds an input', () => {
    const { program } = read(/(Grid:\n) +Connection0:\n.*\n.*\n/, '$1');
    expect(program?.inputs.get('Grid')).toEqual({ value: [0, 0] });
  });

  it.each([
    ['- !<Material/x>\n', 'found no fields'],
    ['SchemaVersion: 1\nSystemID: dev.snap.particles\nNodes:\n  ChildNodes:\n    {}\n', 'SystemID: '],
    ['SystemID: dev.snap.shaders\nNodes: 3\n', 'Nodes: '],
    [text.replace('LevelID: 1\n', 'LevelID: one\n'), 'Node0: LevelID: '],
    ['a: *b\n', 'Other.graphShader:1'],
  ])('is refused with a reason: %#', (source, reason) => {
    expect(() => readGraphShader(source, 'Other.graphShader')).toThrow(UserError);
    expect(() => readGraphShader(source, 'Other.graphShader')).toThrow(reason);
  });
});

describe('a damaged shader graph', () => {
  it('is read, or refused with a message, whatever the damage is', () => {
    const text = writeGraphShader(PARAMETERS, GRAPH);
    const junk = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat({ max: text.length }), junk, fc.nat({ max: 40 }), (at, inserted, removed) => {
        const damaged = text.slice(0, at) + inserted + text.slice(at + removed);
        try {
          expect(readGraphShader(damaged, 'x.graphShader').parameters.length).toBeLessThanOrEqual(PARAMETERS.length);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('the ports of a code node', () => {
  it('are its declarations, without those in comments', () => {
    expect(readCodePorts(CODE, 'x')).toEqual({
      inputs: [
        { name: 'Picture', type: 'texture_2d' },
        { name: 'Tint', type: 'color4' },
        { name: 'Grid', type: 'vec2' },
        { name: 'Strength', type: 'float' },
      ],
      outputs: [{ name: 'Result', type: 'vec4' }],
    });
  });

  it('are of known types and have a name each', () => {
    expect(() => readCodePorts('input_curve Fade;', 'x.graphShader')).toThrow(
      /x\.graphShader: found `input_curve Fade;`/,
    );
    expect(() => readCodePorts('input_float A;\noutput_float A;', 'x')).toThrow('declares A twice');
  });

  it('stay in their lines and columns without comments', () => {
    expect(withoutComments('a /* b\nc */ d // e\nf')).toBe('a     \n     d     \nf');
  });
});
