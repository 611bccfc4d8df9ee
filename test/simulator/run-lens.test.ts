import { describe, expect, it } from 'vitest';
import type { HostModel, LensHost, LensScripts, Overrides, PictureFormat } from '../../tools/simulator/lens.ts';
import type { InputValue, LensProgram, ProgramAsset, ProgramObject } from '../../tools/simulator/program.ts';
import { startLens } from '../../tools/simulator/run-lens.ts';

type Script = new () => BaseScriptComponent;
type Make = (api: { BaseScriptComponent: abstract new () => BaseScriptComponent } & typeof globalThis) => Script;

const CROP: ProgramAsset = {
  kind: 'faceCrop',
  id: 'crop',
  name: 'Crop',
  path: 'c',
  faceIndex: 0,
  scale: [0.6, 0.7],
  mouthWeight: 0.2,
};
const SOUND: ProgramAsset = { kind: 'sound', id: 'sound', name: 'Sound', path: 's.wav', seconds: 0.5 };
const MODEL: ProgramAsset = {
  kind: 'model',
  id: 'model',
  name: 'Model',
  path: 'm.onnx',
  inputs: [{ name: 'in', shape: [2, 1, 3], scale: [1, 2, 0.5], bias: [0, -1, 10], flipX: false, flipY: true }],
  outputs: [{ name: 'out', shape: [1, 1, 2], scale: [1, 10], bias: [0, 1], flipX: false, flipY: false }],
};

const object = (id: string, fields: Partial<ProgramObject> = {}): ProgramObject => ({
  id,
  name: id,
  enabled: true,
  parent: null,
  layers: 1,
  position: [0, 0, 0],
  rotation: [0, 0, 0],
  scale: [1, 1, 1],
  components: [],
  ...fields,
});

/** A script on an object of its own, `Name Object`. */
interface Part {
  readonly make: Make;
  readonly inputs?: Record<string, InputValue>;
  readonly enabled?: boolean;
}

function build(parts: Record<string, Part>): { program: LensProgram; scripts: LensScripts } {
  const names = Object.keys(parts);
  const program: LensProgram = {
    name: 'Test',
    problems: [],
    assets: [CROP, SOUND, MODEL],
    objects: names.map((name) => {
      const { inputs = {}, enabled = true } = parts[name];
      return object(`${name} Object`, {
        enabled,
        components: [{ kind: 'script', id: name, enabled: true, script: `${name} asset`, inputs }],
      });
    }),
    scripts: names.map((name) => ({ id: `${name} asset`, path: `${name}.ts`, className: name, inspector: [] })),
  };
  const scripts = (api: unknown) =>
    Object.fromEntries(names.map((name) => [`${name}.ts`, () => ({ [name]: parts[name].make(api as never) })]));
  return { program, scripts };
}

/** A host that keeps what it is asked. */
function hostOf(model: () => HostModel = () => ({ run: async () => [Float32Array.of(0.25, 0.75)] })) {
  const said: string[] = [];
  const formats: PictureFormat[] = [];
  const host: LensHost = {
    now: () => 0,
    loadModel: async () => model(),
    drawCrop: (crop, format, into) => {
      said.push(`crop ${Object.values(crop)}`);
      formats.push(format);
      into.set([1, 2, 3, 4, 5, 6]);
      return true;
    },
    cropPlace: () => null,
    playSound: (sound, volume) => said.push(`play ${sound} ${volume}`),
    stopSound: (sound, fade) => said.push(`stop ${sound} ${fade}`),
  };
  return { host, said, formats };
}

function run(parts: Record<string, Part>, { host } = hostOf(), overrides?: Overrides) {
  const { program, scripts } = build(parts);
  return startLens(program, scripts, host, overrides);
}

/** What is waited for has come. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** A script that tells of its life. */
const teller: Make = (api) =>
  class Teller extends api.BaseScriptComponent {
    onAwake() {
      api.print('awake');
      for (const type of ['OnStartEvent', 'UpdateEvent', 'OnEnableEvent', 'OnDisableEvent', 'OnDestroyEvent'] as const)
        this.createEvent(type).bind(() => api.print(type));
      this.createEvent('FaceFoundEvent').bind(({ faceIndex }) => api.print(`found ${faceIndex}`));
    }
  };

describe('a lens that runs', () => {
  it('wakes, starts, updates, hears of faces, and is destroyed', () => {
    const lens = run({ Teller: { make: teller } });
    expect(lens.log).toEqual(['awake', 'OnEnableEvent']);
    lens.frame(0.1);
    lens.faceFound(2);
    lens.frame(0.1);
    lens.destroy();
    lens.frame(0.1);
    expect(lens.log.slice(2)).toEqual(['OnStartEvent', 'UpdateEvent', 'found 2', 'UpdateEvent', 'OnDestroyEvent']);
    expect(lens.objects()).toEqual([]);
  });

  it('calls nothing of a script that another one has destroyed in the same frame', () => {
    const destroyer: Make = (api) =>
      class Destroyer extends api.BaseScriptComponent {
        target!: SceneObject;
        onAwake() {
          this.createEvent('UpdateEvent').bind(() => this.target.destroy());
        }
      };
    const lens = run({
      Destroyer: { make: destroyer, inputs: { target: { link: 'Teller Object' } } },
      Teller: { make: teller },
    });
    lens.frame(0.1);
    expect(lens.log.slice(2)).toEqual(['OnStartEvent', 'OnDestroyEvent']);
  });

  it('tells a script that another one turns off and on again', () => {
    const switcher: Make = (api) =>
      class Switcher extends api.BaseScriptComponent {
        target!: ScriptComponent;
        onAwake() {
          this.createEvent('UpdateEvent').bind(() => {
            this.target.enabled = !this.target.enabled;
          });
        }
      };
    const lens = run({
      Switcher: { make: switcher, inputs: { target: { link: 'Teller' } } },
      Teller: { make: teller },
    });
    lens.frame(0.1);
    lens.frame(0.1);
    expect(lens.log.slice(2)).toEqual(['OnStartEvent', 'OnDisableEvent', 'OnEnableEvent', 'UpdateEvent']);
  });

  it('leaves scripts asleep on hidden objects until these are shown', () => {
    const shower: Make = (api) =>
      class Shower extends api.BaseScriptComponent {
        target!: SceneObject;
        onAwake() {
          this.createEvent('UpdateEvent').bind(() => {
            this.target.enabled = true;
          });
        }
      };
    const lens = run({
      Teller: { make: teller, enabled: false },
      Shower: { make: shower, inputs: { target: { link: 'Teller Object' } } },
    });
    expect(lens.log).toEqual([]);
    expect(lens.objects().map(({ shown }) => shown)).toEqual([false, true]);
    lens.frame(0.1);
    expect(lens.log).toEqual(['awake', 'OnEnableEvent']);
    expect(lens.objects().map(({ shown }) => shown)).toEqual([true, true]);
  });

  it('gives inputs: values, vectors, links to later scripts, objects and assets, lists; or other values', () => {
    const make: Make = (api) => class extends api.BaseScriptComponent {};
    const inputs = {
      number: 2,
      text: 'a',
      empty: null,
      point: { vector: [1, 2] },
      color: { vector: [1, 2, 3, 4] },
      script: { link: 'Late' },
      objects: [{ link: 'Late Object' }, null],
      sound: { link: 'sound' },
      lost: { link: 'nowhere' },
    };
    const lens = run({ Early: { make, inputs }, Late: { make } }, hostOf(), { Early: { number: 3 } });
    const [early, late] = lens.scripts.map(({ instance }) => instance);
    expect(early).toMatchObject({ number: 3, text: 'a', empty: null, lost: null });
    expect(early.point).toMatchObject({ x: 1, y: 2 });
    expect(early.color).toMatchObject({ x: 1, y: 2, z: 3, w: 4 });
    expect(early.script).toBe(late);
    expect((early.objects as (SceneObject | null)[]).map((one) => one?.name)).toEqual(['Late Object', undefined]);
    expect((early.sound as Asset).name).toBe('Sound');
    expect(lens.scripts.map(({ id, objectName }) => [id, objectName])).toEqual([
      ['Early', 'Early Object'],
      ['Late', 'Late Object'],
    ]);
  });

  it('runs beside another one', () => {
    const counter: Make = (api) =>
      class Counter extends api.BaseScriptComponent {
        onAwake() {
          this.createEvent('UpdateEvent').bind(() => {
            (api.global as unknown as { count: number }).count =
              ((api.global as unknown as { count?: number }).count ?? 0) + 1;
            api.global.scene.createSceneObject(
              `made ${(api.global as unknown as { count: number }).count} at ${api.getTime()}`,
            );
          });
        }
      };
    const [one, two] = [run({ Counter: { make: counter } }), run({ Counter: { make: counter } })];
    one.frame(1);
    two.frame(2);
    one.frame(1);
    expect(one.objects().map(({ name }) => name)).toEqual(['Counter Object', 'made 1 at 1', 'made 2 at 2']);
    expect(two.objects().map(({ name }) => name)).toEqual(['Counter Object', 'made 1 at 2']);
    expect('count' in globalThis).toBe(false);
  });
});

describe('a script that fails', () => {
  const throwing = (where: 'module' | 'constructor' | 'awake' | 'update'): Make => {
    const fail = (at: typeof where) => {
      if (at === where) throw new Error(`no ${at}`);
    };
    return (api) => {
      fail('module');
      return class Broken extends api.BaseScriptComponent {
        constructor() {
          super();
          fail('constructor');
        }
        onAwake() {
          fail('awake');
          this.createEvent('UpdateEvent').bind(() => fail('update'));
        }
      };
    };
  };

  it.each([
    ['module', 'Broken on the object "Broken Object" is left out, because it failed to load: no module'],
    ['constructor', 'Broken on the object "Broken Object" is left out, because it failed to load: no constructor'],
    ['awake', 'Broken failed in onAwake: no awake'],
  ] as const)('in its %s is told by name, and the rest runs', (where, problem) => {
    const lens = run({ Broken: { make: throwing(where) }, Teller: { make: teller } });
    expect(lens.problems).toEqual([problem]);
    lens.frame(0.1);
    expect(lens.log).toEqual(['awake', 'OnEnableEvent', 'OnStartEvent', 'UpdateEvent']);
  });

  it('in each frame is told once', () => {
    const lens = run({ Broken: { make: throwing('update') }, Teller: { make: teller } });
    lens.frame(0.1);
    lens.frame(0.1);
    expect(lens.problems).toEqual([]);
    expect(lens.log.filter((line) => line.startsWith('Error'))).toEqual(['Error in Broken: no update']);
    expect(lens.log.filter((line) => line === 'UpdateEvent')).toHaveLength(2);
  });

  it('or prints in each frame for an hour leaves a short log', () => {
    const printing: Make = (api) =>
      class extends api.BaseScriptComponent {
        onAwake() {
          let frame = 0;
          this.createEvent('UpdateEvent').bind(() => api.print(`frame ${frame++}`));
        }
      };
    const lens = run({ Printing: { make: printing } });
    const frames = 3600 * 30;
    for (let frame = 0; frame < frames; frame++) lens.frame(1 / 30);
    expect(lens.log.length).toBeLessThanOrEqual(2000);
    expect(lens.log.at(-1)).toBe(`frame ${frames - 1}`);
  });

  it('or does not export its class is told by name', () => {
    const { program } = build({ Missing: { make: teller } });
    const lens = startLens(program, () => ({ 'Missing.ts': () => ({}) }), hostOf().host);
    expect(lens.problems[0]).toContain('write "export class Missing"');
    expect(lens.scripts).toEqual([]);
  });
});

describe('a model that the host runs', () => {
  /** Loads the model, runs it once when it can, prints what comes. */
  const runner =
    (mirror: boolean): Make =>
    (api) =>
      class Runner extends api.BaseScriptComponent {
        model!: MLAsset;
        crop!: Texture;
        onAwake() {
          const ml = this.getSceneObject().createComponent('MLComponent');
          ml.model = this.model;
          let mirrored = !mirror;
          ml.onLoadingFailed = (error) => api.print(`failed: ${error}`);
          ml.onRunningFailed = (error) => api.print(`run failed: ${error}`);
          ml.onLoadingFinished = () => {
            if (!mirrored) {
              mirrored = true;
              const [{ name, shape }] = ml.getInputs();
              const transformer = api.MachineLearning.createTransformerBuilder().setFlipX(true).build();
              const builder = api.MachineLearning.createInputBuilder().setName(name).setShape(shape);
              ml.build([builder.setInputTexture(this.crop).setTransformer(transformer).build()]);
              return;
            }
            ml.getInputs()[0].texture = this.crop;
            ml.runImmediate(false);
          };
          ml.onRunningFinished = () => api.print([...ml.getOutputs()[0].data].join());
          ml.build([]);
        }
      };
  const inputs = { model: { link: 'model' }, crop: { link: 'crop' } };

  it('gets the face crop as its import says, and its answer comes at the start of a later frame', async () => {
    const seen: Float32Array[] = [];
    const surroundings = hostOf(() => ({
      run: async ([picture]) => {
        seen.push(picture);
        return [Float32Array.of(0.25, 0.75)];
      },
    }));
    const lens = run({ Runner: { make: runner(false), inputs } }, surroundings);
    lens.frame(0.1);
    await settle();
    lens.frame(0.1);
    expect(surroundings.said).toEqual(['crop faceCrop,0,0.6,0.7,0.2']);
    expect(surroundings.formats).toEqual([{ width: 2, height: 1, flipX: false, flipY: true }]);
    // Red as it is, green doubled less one, blue halved plus ten.
    expect(seen.map((picture) => [...picture])).toEqual([[1, 3, 11.5, 4, 9, 13]]);
    expect(lens.log).toEqual([]);
    await settle();
    lens.frame(0.1);
    expect(lens.log).toEqual(['0.25,8.5']);
  });

  it('sees a mirrored picture where the script asks for one', async () => {
    const surroundings = hostOf();
    const lens = run({ Runner: { make: runner(true), inputs } }, surroundings);
    for (let i = 0; i < 5; i++) {
      lens.frame(0.1);
      await settle();
    }
    expect(surroundings.formats).toEqual([{ width: 2, height: 1, flipX: true, flipY: false }]);
    expect(lens.log).toEqual(['0.25,8.5']);
  });

  it.each<[string, () => HostModel, string]>([
    [
      'does not load',
      () => {
        throw new Error('broken file');
      },
      'failed: broken file',
    ],
    ['fails', () => ({ run: () => Promise.reject(new Error('no memory')) }), 'run failed: no memory'],
    [
      'answers too little',
      () => ({ run: async () => [new Float32Array(1)] }),
      'run failed: out has 1 values instead of 2',
    ],
  ])('and that %s tells the script', async (_, model, line) => {
    const lens = run({ Runner: { make: runner(false), inputs } }, hostOf(model));
    for (let i = 0; i < 5; i++) {
      lens.frame(0.1);
      await settle();
    }
    expect(lens.log).toEqual([line]);
  });
});

describe('sounds', () => {
  const player =
    (loops: number): Make =>
    (api) =>
      class Player extends api.BaseScriptComponent {
        track!: AudioTrackAsset;
        onAwake() {
          const audio = this.getSceneObject().createComponent('AudioComponent');
          audio.audioTrack = this.track;
          audio.volume = 0.5;
          audio.fadeOutTime = 0.2;
          audio.play(loops);
          this.createEvent('FaceLostEvent').bind(() => audio.stop(true));
        }
      };
  const inputs = { track: { link: 'sound' } };

  it('play to their end, as often as they are to', () => {
    const surroundings = hostOf();
    const lens = run({ Player: { make: player(2), inputs } }, surroundings);
    expect(lens.sounds()).toEqual(['sound']);
    for (let i = 0; i < 9; i++) lens.frame(0.1);
    expect(lens.sounds()).toHaveLength(1);
    for (let i = 0; i < 3; i++) lens.frame(0.1);
    expect(lens.sounds()).toEqual([]);
    expect(surroundings.said).toEqual(['play sound 0.5', 'play sound 0.5']);
  });

  it('are stopped by their script, or with the lens', () => {
    const surroundings = hostOf();
    const lens = run({ Player: { make: player(1), inputs } }, surroundings);
    lens.faceLost(0);
    expect(surroundings.said).toEqual(['play sound 0.5', 'stop sound 0.2']);
    run({ Player: { make: player(1), inputs } }, surroundings).destroy();
    expect(surroundings.said.slice(2)).toEqual(['play sound 0.5', 'stop sound 0']);
  });
});

it('landmarks reach the heads of their face', () => {
  const listener: Make = (api) =>
    class Listener extends api.BaseScriptComponent {
      onAwake() {
        const head = this.getSceneObject().createComponent('Head');
        head.faceIndex = 1;
        head.onLandmarksUpdate.add((points) => api.print(points.map(({ x, y }) => `${x} ${y}`).join()));
      }
    };
  const lens = run({ Listener: { make: listener } });
  const screen = { width: 450, height: 800 };
  lens.landmarks(0, [[0, 0]], screen);
  const points = [
    [0.5, 0.25],
    [1, 0],
  ] as const;
  lens.landmarks(1, points, screen);
  expect(lens.log).toEqual(['0.5 0.25,1 0']);
});
