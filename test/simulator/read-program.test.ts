import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { bundleScripts } from '../../tools/simulator/load/bundle-scripts.ts';
import { inspectorLabel } from '../../tools/simulator/load/inspector.ts';
import { soundLength } from '../../tools/simulator/load/read-assets.ts';
import { readProgram } from '../../tools/simulator/load/read-program.ts';
import type { ProgramObject } from '../../tools/simulator/program.ts';
import { loadLens } from '../../tools/simulator/session/load-lens.ts';
import { Session } from '../../tools/simulator/session/session.ts';
import { ESPROJ, HAPPY, MODEL, SCENE, SeededProject } from '../lens-validate/faults/seeded-project.ts';
import { usesOf } from './overrides.ts';

vi.mock('../../tools/lens-studio/yaml/parse.ts', async (original) =>
  (await import('../lens-validate/remembered.ts')).rememberYaml(await original()),
);
vi.mock('../../tools/lens-studio/analysis/read-scripts.ts', async (original) =>
  (await import('../lens-validate/remembered.ts')).rememberScripts(await original()),
);

const NOWHERE = '12345678-1234-5234-9234-123456789abc';
const STAGE = 'Assets/Effects/EffectStage.ts';

describe('the shipped lens, read', () => {
  it('has no problems, and all objects below their parents', async () => {
    const { name, problems, objects } = await readProgram('lens');
    expect([name, problems]).toEqual(['Emotion Lens', []]);
    const depth = new Map<string | null, number>([[null, -1]]);
    const tree = objects.map(({ id, name, parent }) => {
      depth.set(id, depth.get(parent)! + 1);
      return '  '.repeat(depth.get(id)!) + name;
    });
    expect(tree).toEqual([
      'Camera Object',
      '  Effects',
      '    Angry Effect',
      '    Disgust Effect',
      '    Fear Effect',
      '    Happy Effect',
      '    Sad Effect',
      '    Surprise Effect',
      '    Neutral Effect',
      '      Face Retouch',
      'Emotion Lens',
      'Orthographic Camera',
      '  Full Frame Region',
    ]);
    expect(objects.find(({ name }) => name === 'Camera Object')).toMatchObject({
      position: [0, 0, 40],
      scale: [1, 1, 1],
    });
  });

  it('has the inputs of the scene, with links by id', async () => {
    const program = await readProgram('lens');
    const idOf = (name: string) => program.objects.find((object) => object.name === name)!.id;
    const assetOf = (path: string) => program.assets.find((asset) => asset.path.endsWith(path))!.id;
    const [detector] = usesOf(program, 'EmotionDetector');
    expect(detector.inputs).toMatchObject({
      model: { link: assetOf('emotion.int8.tflite') },
      faceCrop: { link: assetOf('Face Crop Texture.faceCropTexture') },
      faceIndex: 0,
      cropScale: 0.6,
      mirror: false,
      triggerPrefix: 'EMOTION_',
      callbackScript: null,
      screen: { link: idOf('Full Frame Region') },
    });
    const [effects] = usesOf(program, 'EmotionEffects');
    expect(effects.inputs).toMatchObject({
      detector: { link: detector.id },
      happyObjects: [{ link: idOf('Happy Effect') }],
      happySound: { link: assetOf('Sounds/Happy.wav') },
    });
    expect(usesOf(program, 'SadEffect')[0].inputs.tint).toEqual({ vector: [0.25, 0.45, 0.85, 0.6] });
  });

  it('has the model as it is imported, the face crop and the sounds', async () => {
    const { assets } = await readProgram('lens');
    const model = assets.find(({ kind }) => kind === 'model');
    expect(model).toMatchObject({
      path: MODEL,
      inputs: [
        { name: 'image', shape: [192, 192, 3], scale: Array(3).fill(0.007843), bias: [-1, -1, -1], flipX: false },
      ],
      outputs: [{ name: 'prob', shape: [1, 1, 7], scale: Array(7).fill(1) }],
    });
    expect(assets.find(({ kind }) => kind === 'faceCrop')).toMatchObject({ scale: [0.6, 0.6], mouthWeight: 0.1 });
    expect(assets.filter(({ kind }) => kind === 'sound')).toHaveLength(7);
    expect(assets.find(({ name }) => name === 'Sad')).toMatchObject({ kind: 'sound', seconds: 1.9 });
  });

  it('has what the Inspector shows of a script', async () => {
    const { scripts } = await readProgram('lens');
    const { inspector } = scripts.find(({ className }) => className === 'EmotionDetector')!;
    expect(inspector.slice(0, 2)).toMatchObject([
      { kind: 'groupStart', label: 'Model' },
      { kind: 'input', name: 'model', label: 'Model', type: 'Asset.MLAsset', widget: null },
    ]);
    const input = (name: string) => inspector.find((entry) => entry.kind === 'input' && entry.name === name);
    expect(input('faceCrop')).toMatchObject({ label: 'Face Crop' });
    expect(input('hold')).toMatchObject({
      label: 'Minimum Hold (s)',
      hint: 'Minimum time that an expression stays; at 0.5 the preset decides',
      widget: { kind: 'slider', min: 0, max: 3, step: 0.05 },
    });
    expect(input('triggerPrefix')).toMatchObject({ type: 'string', showIf: { input: 'useBehavior', value: true } });
    const tint = scripts.find(({ className }) => className === 'SadEffect')!.inspector;
    expect(tint.find((entry) => entry.kind === 'input' && entry.name === 'tint')).toMatchObject({
      type: 'vec4',
      widget: { kind: 'color' },
    });
  });

  it.each([
    ['faceCrop', 'Face Crop'],
    ['runsPerSecond', 'Runs Per Second'],
    ['max_size', 'Max Size'],
    ['useHTTPServer', 'Use HTTP Server'],
    ['top3', 'Top3'],
  ])('the Inspector calls %s %s', (name, label) => {
    expect(inspectorLabel(name)).toBe(label);
  });
});

describe('a project with something wrong in it', () => {
  let project: SeededProject;
  beforeEach(() => {
    project = new SeededProject();
  });
  afterEach(() => project.delete());

  const problems = async () => (await readProgram(project.folder)).problems;
  const edit = (from: string | RegExp, to: string) => project.edit(SCENE, from, to);
  /** The lens still tells a face that the model is sure of. */
  async function expectToRun(): Promise<Session> {
    const lens = await loadLens(project.folder);
    const answer = Float32Array.from([0.02, 0.02, 0.02, 0.88, 0.02, 0.02, 0.02]);
    const session = new Session({ lens, model: { run: async () => [answer] } });
    session.find(0, { size: 1, pixels: new Uint8Array(1) });
    await session.run(1);
    expect(session.frames.at(-1)!.emotion).toBe(3);
    return session;
  }

  it('a link to nothing', async () => {
    edit(/(happySound: \S+ ).*/, `$1${NOWHERE}`);
    expect(await problems()).toEqual([
      `EmotionEffects on the object "Emotion Lens": "happySound" links to something that is not in the project (${NOWHERE}); it is treated as empty`,
    ]);
    const session = await expectToRun();
    expect(session.sounds).toEqual([]);
    expect(session.frames.at(-1)!.effects).toEqual(['Happy Effect']);
  });

  it('a link to something of another kind', async () => {
    const sound = project.read(SCENE).match(/happySound: \S+ (.*)/)![1];
    edit(/(faceCrop: \S+ ).*/, `$1${sound}`);
    expect(await problems()).toEqual([
      expect.stringMatching(/^EmotionDetector on .*"faceCrop" links to something of type FileAudioTrack, not Texture/),
    ]);
  });

  it('a link to another component than the script asks for', async () => {
    edit(/(detector: \S+ ).*/, `$1${project.idOf('ScriptComponent', 'SadEffect')}`);
    expect(await problems()).toEqual([
      expect.stringContaining('"detector" links to the component SadEffect, not EmotionDetector'),
    ]);
  });

  it('a component that the simulator does not know', async () => {
    const happy = project.idOf('SceneObject', 'Happy Effect');
    const component = `- !<VFXComponent/${NOWHERE}>\n  PrefabRemaps:\n    []\n  Name: VFX\n  Enabled: true\n`;
    edit(/$/, component);
    edit(new RegExp(`(SceneObject/${happy}>[\\s\\S]*?Components:\n)`), `$1    - !<own> ${NOWHERE}\n`);
    expect(await problems()).toEqual([
      'the simulator does not support the component VFXComponent on the object "Happy Effect"; it is left out',
    ]);
    const session = await expectToRun();
    expect(session.lens.problems).toEqual([]);
    expect(session.frames.at(-1)!.effects).toEqual(['Happy Effect']);
  });

  it('files that are missing', async () => {
    project.remove('Assets/Effects/Sounds/Happy.wav');
    project.remove(HAPPY);
    expect(await problems()).toEqual([
      expect.stringContaining('its file Assets/Effects/HappyEffect.ts is missing'),
      expect.stringContaining('its file Assets/Effects/Sounds/Happy.wav is missing'),
      expect.stringMatching(
        /a script on the object "Happy Effect" is left out: Assets\/Effects\/HappyEffect\.ts is no/,
      ),
      expect.stringMatching(/"happySound" links to something that the simulator could not load/),
    ]);
    await expectToRun();
  });

  it('a script that is no TypeScript', async () => {
    project.edit(HAPPY, 'onAwake(): void {', 'onAwake(: void {');
    expect(await problems()).toEqual([
      expect.stringMatching(
        new RegExp(`^${HAPPY}:${project.line(HAPPY, 'onAwake(')}: .*[^.]; the script is left out$`),
      ),
      expect.stringContaining('a script on the object "Happy Effect" is left out'),
    ]);
    await expectToRun();
  });

  it('a child that is not there, and one that stands twice', async () => {
    const effects = `    - !<own> ${project.idOf('SceneObject', 'Effects')}\n`;
    edit(effects, `${effects}    - !<own> ${NOWHERE}\n${effects}`);
    const said = await problems();
    expect(said).toContainEqual(
      `${SCENE}: "Camera Object" contains an object that does not exist (${NOWHERE}); it is left out`,
    );
    expect(said).toContainEqual(expect.stringContaining('the object "Effects" is in the scene twice'));
    await expectToRun();
  });

  it('import settings of a model that cannot be read', async () => {
    project.edit(`${MODEL}.meta`, 'Shape: {x: 192.000000,', 'Shape: {w: 192.000000,');
    expect((await problems())[0]).toMatch(/\.meta: ImporterSettings\.Inputs\.0\.Shape\.x: .*import it again/);
  });

  it('objects in each other, thousands deep', async () => {
    const happy = project.idOf('SceneObject', 'Happy Effect');
    const idOf = (level: number) => `00000000-0000-4000-8000-${String(level).padStart(12, '0')}`;
    const levels = [...Array(3000).keys()].map((level) => level + 1);
    const objects = levels.map(
      (level) =>
        `- !<SceneObject/${idOf(level)}>\n  Name: Level ${level}\n  Children:\n    - !<own> ${idOf(level + 1)}\n`,
    );
    edit(/$/, objects.join(''));
    edit(new RegExp(`(SceneObject/${happy}>[\\s\\S]*?Children:\n) +\\[\\]\n`), `$1    - !<own> ${idOf(1)}\n`);
    const found = await problems();
    expect(found).toEqual([expect.stringMatching(/"Level 49\d" lies more than 500 levels deep; it is left out/)]);
  });

  it('a model of more channels than fit into the memory', async () => {
    project.edit('Assets/EmotionDetector/emotion.int8.tflite.meta', /z: \d+/, 'z: 4000000000');
    expect(await problems()).toContainEqual(
      expect.stringMatching(/ImporterSettings\..*Shape\.z: .*the model is left out/),
    );
  });

  it('a part that does not compile: file and line are named', async () => {
    project.edit(STAGE, 'private update(dt: number): void {', 'private update(dt: number)): void {');
    const program = await readProgram(project.folder);
    const bundling = bundleScripts(project.folder, program);
    await expect(bundling).rejects.toThrow(UserError);
    const line = project.line(STAGE, 'private update(');
    await expect(bundling).rejects.toThrow(new RegExp(`^${STAGE}:${line}: .*; fix the script`));
  });

  it('an import of nothing in an effect: it is left out alone', async () => {
    project.edit(HAPPY, "from './Easing'", "from './Missing'");
    const line = project.line(HAPPY, "from './Missing'");
    const { lens } = await expectToRun();
    expect(lens.scripts.map(({ className }) => className)).not.toContain('HappyEffect');
    expect(lens.problems).toEqual([]);
    expect((await loadLens(project.folder)).program.problems).toEqual([
      `${HAPPY}:${line}: Could not resolve "./Missing"; the script is left out`,
    ]);
  });

  it('an import of nothing in a part that scripts share', async () => {
    project.edit(STAGE, /from '\.\/[^']*'/, "from './Missing'");
    const program = await readProgram(project.folder);
    await expect(bundleScripts(project.folder, program)).rejects.toThrow(
      /EffectStage\.ts:\d+: Could not resolve "\.\/Missing"; fix the script/,
    );
  });

  it('a scene that is no YAML: its line and what the parser says', async () => {
    const name = "  Name: 'Emotion Lens\n";
    edit('  Name: Emotion Lens\n', name);
    await expect(readProgram(project.folder)).rejects.toThrow(
      /^Assets\/Scene\.scene:\d+: Missing closing 'quote; correct the scene, or restore it from a backup$/,
    );
  });

  it('no scene', async () => {
    project.edit(ESPROJ, /sceneId: .*/, `sceneId: ${NOWHERE}`);
    await expect(readProgram(project.folder)).rejects.toThrow(
      /EmotionLens\.esproj: sceneId: found .*not the id of a scene in the project/,
    );
  });

  it('a rotation is in degrees there', async () => {
    edit(/(Name: Happy Effect[\s\S]*?Rotation: )\{[^}]*\}/, '$1{x: 0.000000, y: 90.000000, z: -180.000000}');
    const { objects } = await readProgram(project.folder);
    const { rotation } = objects.find(({ name }) => name === 'Happy Effect') as ProgramObject;
    expect(rotation[1]).toBeCloseTo(Math.PI / 2, 12);
    expect(rotation[2]).toBeCloseTo(-Math.PI, 12);
  });
});

describe('the length of a sound', () => {
  /** A WAV file of these chunks; a chunk of odd length is filled up. */
  function wav(chunks: readonly [string, number[]][]): Uint8Array {
    const body = chunks.flatMap(([name, data]) => {
      const size = new Uint8Array(Uint32Array.of(data.length).buffer);
      return [...Buffer.from(name), ...size, ...data, ...(data.length % 2 ? [0] : [])];
    });
    return Uint8Array.from([...Buffer.from('RIFF\0\0\0\0WAVE'), ...body]);
  }
  /** Mono, 8,000 samples a second, 16 bits. */
  const format = [1, 0, 1, 0, 0x40, 0x1f, 0, 0, 0x80, 0x3e, 0, 0, 2, 0, 16, 0];

  it('is that of its data, whatever else stands in the file', () => {
    const data = new Array(8000).fill(0);
    expect(
      soundLength(
        wav([
          ['fmt ', format],
          ['data', data],
        ]),
      ),
    ).toBe(0.5);
    expect(
      soundLength(
        wav([
          ['LIST', [1, 2, 3]],
          ['fmt ', format],
          ['data', data],
        ]),
      ),
    ).toBe(0.5);
  });

  it('is not known of other files, or cut ones', () => {
    expect(soundLength(Uint8Array.from(Buffer.from('ID3 an MP3 file, as it begins')))).toBeNull();
    expect(soundLength(wav([['fmt ', format]]))).toBeNull();
    expect(
      soundLength(
        wav([
          ['fmt ', format.slice(0, 8)],
          ['data', [0, 0]],
        ]),
      ),
    ).toBeNull();
    expect(soundLength(new Uint8Array(3))).toBeNull();
  });
});
