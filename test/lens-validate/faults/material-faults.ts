import { assetId } from '../../../tools/lens-build/ids.ts';
import { edit, type Fault, NOWHERE, remove, write } from './fault.ts';
import { ESPROJ, SCENE } from './seeded-project.ts';

const SPRITE = 'Assets/Effects/Materials/Sprite.mat';
const GRAPH = 'Assets/Effects/Materials/Sprite.graphShader';
const SHEET = 'Assets/Effects/Art/Heart.png';

/** Materials, their graphs and textures. */
export const MATERIAL_FAULTS: readonly Fault[] = [
  {
    what: 'text graphs in a project of an older Lens Studio',
    seed: edit(ESPROJ, 'minor: 22', 'minor: 21'),
    code: 'graph-version',
    file: GRAPH,
  },
  {
    what: 'a graph of another program',
    seed: edit(GRAPH, 'SystemID: dev.snap.shaders', 'SystemID: dev.snap.particles'),
    code: 'unreadable-graph',
    file: GRAPH,
  },
  {
    what: 'a graph whose code declares what no code node has',
    seed: edit(GRAPH, 'input_vec4 Tint;', 'input_matrix Tint;'),
    code: 'unreadable-graph',
    file: GRAPH,
  },
  {
    what: 'a graph that is no YAML',
    seed: write(GRAPH, 'SchemaVersion: 1\nNodes: {\n'),
    code: 'unreadable-graph',
    file: GRAPH,
    at: (project) => project.read(GRAPH).split('\n').length,
  },
  {
    what: 'a material whose graph is gone',
    seed: (project) => {
      project.remove(GRAPH);
      project.remove(`${GRAPH}.meta`);
    },
    code: 'unresolved-link',
    file: SPRITE,
    at: 'Pass: ',
  },
  {
    what: 'a graph of which only the meta is left',
    seed: remove(GRAPH),
    code: 'absent-file',
    file: `${GRAPH}.meta`,
  },
  {
    what: 'a material that is gone',
    seed: (project) => {
      project.remove(SPRITE);
      project.remove(`${SPRITE}.meta`);
    },
    code: 'unresolved-link',
    file: SCENE,
    at: 'spriteMaterial: ',
  },
  {
    what: 'a sprite sheet that is gone',
    seed: (project) => {
      project.remove(SHEET);
      project.remove(`${SHEET}.meta`);
    },
    code: 'unresolved-link',
    file: SCENE,
    at: 'heartSheet: ',
  },
  {
    what: 'a material with a texture that is gone',
    seed: edit(SPRITE, /(value:\n {8}id: ).*/, `$1${NOWHERE}`),
    code: 'missing-texture',
    file: SPRITE,
    at: NOWHERE,
  },
  {
    what: 'a material with a material in place of a texture',
    seed: edit(SPRITE, /(value:\n {8}id: ).*/, `$1${assetId(SPRITE)}`),
    code: 'link-kind',
    file: SPRITE,
    at: `id: ${assetId(SPRITE)}`,
  },
  {
    what: 'a material without a pass',
    seed: edit(SPRITE, /- !<PassInfo[\s\S]*/, ''),
    code: 'unreadable-file',
    file: SPRITE,
    at: '- !<own>',
    also: ['unresolved-own'],
  },
];
