import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeMaterial } from '../../tools/lens-studio/files/material.ts';
import type { MaterialVisual } from '../../tools/simulator/lens.ts';
import { readProgram } from '../../tools/simulator/load/read-program.ts';
import type { MaterialAsset } from '../../tools/simulator/program.ts';
import { startLens } from '../../tools/simulator/run-lens.ts';
import { readVisuals } from '../../tools/simulator/scene/read-visuals.ts';
import { loadLens } from '../../tools/simulator/session/load-lens.ts';
import {
  type StandInImage,
  StandInMaterial,
  type StandInPostEffect,
} from '../../tools/simulator/stand-in/materials.ts';
import { Vec2, Vec4 } from '../../tools/simulator/stand-in/math.ts';
import { rootsOf, StandInSceneObject } from '../../tools/simulator/stand-in/scene.ts';
import { StandInFaceCrop, StandInScreen, StandInTexture } from '../../tools/simulator/stand-in/textures.ts';
import { BlendMode, StretchMode } from '../../tools/simulator/stand-in/visuals.ts';
import '../../tools/simulator/stand-in/api.ts';
import { World } from '../../tools/simulator/stand-in/world.ts';
import { HAPPY, SCENE, SeededProject } from '../lens-validate/faults/seeded-project.ts';
import { graphText, parameter, shaderOf } from './shaders/code.ts';

const PARAMETERS = [
  parameter('baseTex', 'texture'),
  parameter('tint', 'vec4', [1, 1, 1, 1]),
  parameter('grid', 'vec2', [1, 1]),
  parameter('frame', 'float', [0]),
];
const CODE = 'void main() { Result = BaseTex.sample(system.getSurfaceUVCoord0() * Grid + Frame) * Tint; }';
const SHADER = shaderOf(PARAMETERS, CODE);
const SCREEN = { width: 400, height: 800 };

/** The pass as a script sees it. */
const passOf = (material: StandInMaterial) => material.mainPass as unknown as Record<string, unknown>;

describe('the pass of a material', () => {
  it('has the properties of its graph, copies vectors, and knows no others', () => {
    const pass = passOf(new StandInMaterial(SHADER));
    expect(pass['tint']).toEqual(new Vec4(1, 1, 1, 1));
    expect(pass['frame']).toBe(0);
    expect(pass['baseTex']).toBeNull();
    const tint = new Vec4(1, 0, 0, 0.5);
    pass['tint'] = tint;
    tint.x = 0;
    expect(pass['tint']).toEqual(new Vec4(1, 0, 0, 0.5));
    pass['grid'] = new Vec2(4, 2);
    expect(pass['grid']).toEqual(new Vec2(4, 2));
    expect(pass['mainColor']).toBeUndefined();
    expect(() => {
      pass['mainColor'] = tint;
    }).toThrow(TypeError);
  });

  it.each([
    ['frame', 'fast', 'a number'],
    ['tint', new Vec2(1, 1), 'a vec4'],
    ['baseTex', 'Sparkle.png', 'a Texture'],
  ])('refuses a value of another type for %s', (name, value, expected) => {
    const pass = passOf(new StandInMaterial(SHADER));
    expect(() => {
      pass[name] = value;
    }).toThrow(`the property ${name} of a pass takes ${expected}`);
  });

  it('has mainColor only if the graph could not be compiled', () => {
    const pass = passOf(new StandInMaterial(null));
    expect(pass['mainColor']).toEqual(new Vec4(1, 1, 1, 1));
    expect(pass['tint']).toBeUndefined();
  });

  it('is copied with a clone, which goes its own way', () => {
    const texture = new StandInTexture();
    const first = new StandInMaterial(SHADER, 'Sprite');
    passOf(first)['baseTex'] = texture;
    first.mainPass.blendMode = BlendMode.Add;
    const second = first.clone();
    passOf(second)['frame'] = 3;
    expect([second.name, second.mainPass.blendMode]).toEqual(['Sprite', BlendMode.Add]);
    expect(passOf(second)['baseTex']).toBe(texture);
    expect(passOf(first)['frame']).toBe(0);
  });
});

describe('what materials show', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
    world.activate();
  });
  const visuals = () => readVisuals(rootsOf(world), SCREEN, { cropPlace: () => null }) as MaterialVisual[];
  const image = (object: StandInSceneObject, material = new StandInMaterial(SHADER)) => {
    const made = object.createComponent('Image') as unknown as StandInImage;
    made.mainMaterial = material;
    return made;
  };

  it('lies on the screen where its transform does', () => {
    const object = new StandInSceneObject('sprite');
    object.createComponent('ScreenTransform');
    const made = image(object);
    made.setRenderOrder(7);
    passOf(made.mainMaterial)['baseTex'] = new StandInTexture(undefined, 'sheet');
    made.stretchMode = StretchMode.Stretch;
    made.mainPass.blendMode = BlendMode.Add;
    expect(visuals()).toEqual([
      {
        kind: 'image',
        order: 7,
        material: {
          shader: SHADER,
          blend: 'Add',
          values: { baseTex: { kind: 'picture', id: 'sheet' }, tint: [1, 1, 1, 1], grid: [1, 1], frame: [0] },
        },
        place: { on: 'screen', square: [200, 0, 0, -400, 200, 400] },
        fit: null,
        flipX: false,
        flipY: false,
      },
    ]);
  });

  it('lies on a head two units wide times the scale, and keeps the aspect of baseTex', () => {
    const head = new StandInSceneObject('head');
    head.createComponent('Head');
    const object = new StandInSceneObject('sprite');
    object.setParent(head);
    object.getTransform().setLocalScale({ x: 3, y: 2, z: 1 } as vec3);
    passOf(image(object).mainMaterial)['baseTex'] = new StandInTexture(new StandInFaceCrop());
    const [visual] = visuals();
    expect(visual).toMatchObject({ fit: 'baseTex', place: { on: 'head', right: [3, 0, 0], up: [0, 2, 0] } });
    expect(visual.material.values['baseTex']).toMatchObject({ kind: 'faceCrop' });
  });

  it('is nothing without a material that runs, or where it is disabled', () => {
    const object = new StandInSceneObject('sprite');
    object.createComponent('ScreenTransform');
    object.createComponent('Image');
    image(object, new StandInMaterial(null));
    image(object).enabled = false;
    expect(visuals()).toEqual([]);
  });

  it('may be all over the screen, with what is drawn below it', () => {
    const object = new StandInSceneObject('effect');
    const effect = object.createComponent('PostEffectVisual') as unknown as StandInPostEffect;
    effect.mainMaterial = new StandInMaterial(SHADER);
    // As a texture of the screen is in a project: it is more than the camera's picture.
    passOf(effect.mainMaterial)['baseTex'] = new StandInTexture(new StandInScreen(new World()));
    effect.renderOrder = 2;
    expect(visuals()).toMatchObject([
      { kind: 'postEffect', order: 2, material: { values: { baseTex: { kind: 'screen' } } } },
    ]);
  });
});

const MAT = 'Assets/Effects/Glow.mat';
const GRAPH = 'Assets/Effects/Glow.graphShader';
const IDS = {
  material: '11111111-1111-4111-8111-111111111111',
  pass: '22222222-2222-4222-8222-222222222222',
  graph: '33333333-3333-4333-8333-333333333333',
  image: '44444444-4444-4444-8444-444444444444',
};

describe('a project with materials', () => {
  let project: SeededProject;
  beforeEach(() => {
    project = new SeededProject();
  });
  afterEach(() => project.delete());

  const meta = (key: string, importer: string, asset: string, id: string) => `- !<AssetImportMetadata/${id}>
  ImportedAssetIds:
    ${key}: !<reference> ${asset}
  ImporterName: ${importer}
  PrimaryAsset: !<reference> ${asset}
`;
  const vignette = () => /Texture: !<reference> (\S+)/.exec(project.read('Assets/Effects/Vignette.png.meta'))![1];
  const addGlow = (graph = graphText(PARAMETERS, CODE)) => {
    project.write(GRAPH, graph);
    project.write(
      `${GRAPH}.meta`,
      meta('ShaderGraph', 'ShaderGraphPassImporter', IDS.graph, IDS.graph.replace('33', '55')),
    );
    const properties = new Map([
      ['tint', [1, 0.5, 0, 1]],
      ['baseTex', { texture: vignette() }],
    ] as const);
    project.write(
      MAT,
      writeMaterial({ asset: IDS.material, pass: IDS.pass }, { graph: IDS.graph, blend: 'Add', properties }),
    );
    project.write(`${MAT}.meta`, meta('Material', 'MaterialImporter', IDS.material, IDS.material.replace('11', '66')));
  };
  const glowOf = ({ assets }: { assets: readonly { path: string }[] }) =>
    assets.find(({ path }) => path === MAT) as MaterialAsset;

  it('gives materials with their shader, blend mode and values', async () => {
    addGlow();
    const program = await readProgram(project.folder);
    expect(program.problems).toEqual([]);
    expect(glowOf(program)).toMatchObject({
      kind: 'material',
      id: IDS.material,
      name: 'Glow',
      blendMode: 'Add',
      values: { tint: [1, 0.5, 0, 1], baseTex: { link: vignette() } },
      shader: { path: GRAPH, properties: SHADER.properties },
    });
  });

  it.each([
    [
      'is missing',
      (): void => project.remove(`${GRAPH}.meta`),
      `${MAT}: its shader graph (${IDS.graph}) is not in the project`,
    ],
    [
      'has other nodes',
      (): void => project.edit(GRAPH, 'node_util_custom', 'node_math_add'),
      `${GRAPH}: found other nodes`,
    ],
    ['has code of another kind', (): void => project.edit(GRAPH, 'void main()', '#if 1\nvoid main()'), `${GRAPH}:`],
  ])('tells which graph cannot be run because it %s', async (_, seed, text) => {
    addGlow();
    seed();
    const program = await readProgram(project.folder);
    expect(glowOf(program).shader).toBeNull();
    const said = program.problems.filter((problem) => problem.includes('Glow'));
    expect(said.join('\n')).toContain(text);
    expect(said.join('\n')).toContain(`the material ${MAT} shows nothing`);
  });

  it('is drawn by its scene and its scripts', async () => {
    addGlow();
    const object = project.idOf('ScreenTransform', 'Screen Transform');
    project.edit(SCENE, `- !<own> ${object}\n`, `- !<own> ${object}\n    - !<own> ${IDS.image}\n`);
    const scene = project.read(SCENE);
    project.write(
      SCENE,
      `${scene}- !<Image/${IDS.image}>
  PrefabRemaps:
    []
  Name: Image
  Enabled: true
  RenderOrder: 3
  StretchMode: Stretch
  Materials:
    - !<reference> ${IDS.material}
  FlipX: true
  FlipY: false
`,
    );
    project.edit(HAPPY, 'onAwake()', `onAwake() { print(requireAsset('./Glow.mat').name); this.wake(); }\n  wake()`);
    const lens = await loadLens(project.folder);
    expect(lens.program.problems).toEqual([]);
    const running = startLens(lens.program, lens.scripts, {
      now: () => 0,
      loadModel: () => new Promise(() => {}),
      drawCrop: () => false,
      cropPlace: () => null,
      playSound: () => {},
      stopSound: () => {},
    });
    expect(running.log).toContain('Glow');
    const image = running.visuals(SCREEN).find(({ kind }) => kind === 'image');
    expect(image).toMatchObject({ order: 3, fit: null, flipX: true, material: { blend: 'Add' } });
    expect((image as MaterialVisual).material.values).toMatchObject({
      tint: [1, 0.5, 0, 1],
      baseTex: { kind: 'picture', id: vignette() },
    });
    running.destroy();
  });
});
