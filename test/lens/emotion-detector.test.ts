import { beforeEach, describe, expect, it } from 'vitest';
import type { EmotionChange } from '../../lens/Assets/EmotionDetector/Emotions.ts';
import { LANDMARK_VALUES, mirrorLandmarks, normalizeLandmarks } from '../../ml/core/landmarks68.ts';
import { ACTED_BIAS } from '../../ml/evaluate/prior.ts';
import { installStandIn, type StandIn } from '../../tools/simulator/stand-in/api.ts';
import { type StandInHead, StandInRectangleSetter } from '../../tools/simulator/stand-in/face.ts';
import { StandInMLComponent, StandInModel, type StandInPlaceholder } from '../../tools/simulator/stand-in/ml.ts';
import { type ModelBehaviour, scriptedModel } from '../../tools/simulator/stand-in/model-source.ts';
import { ScriptObjectStandIn, StandInSceneObject } from '../../tools/simulator/stand-in/scene.ts';
import { addScript } from '../../tools/simulator/stand-in/script.ts';
import { StandInFaceCrop, StandInTexture } from '../../tools/simulator/stand-in/textures.ts';
import type { StandInText } from '../../tools/simulator/stand-in/visuals.ts';
import { sure } from './distributions.ts';
import { drawnPoints, studioPoints } from './landmark-faces.ts';
import { READY } from './ready.ts';

installStandIn();
const { EmotionDetector } = await import('../../lens/Assets/EmotionDetector/EmotionDetector.ts');
type Detector = InstanceType<typeof EmotionDetector>;

const IMAGE = { name: 'image', shape: [96, 96, 3] };
const LANDMARKS = { name: 'landmarks', shape: [1, 1, LANDMARK_VALUES] };
const NONE = -1;
const HAPPY = 3;
const SAD = 4;
const NEUTRAL = 6;

let lens: StandIn;
let object: StandInSceneObject;
let crop: StandInFaceCrop;
/** What the model answers next. */
let answer: ArrayLike<number> | Error;

beforeEach(() => {
  lens = installStandIn();
  object = new StandInSceneObject('Emotion Detector');
  crop = new StandInFaceCrop();
  answer = sure(HAPPY);
});

/** Shows the model's answers as they are, unless the inputs say otherwise. */
function detector(inputs: Partial<Detector> = {}, behaviour: ModelBehaviour = {}): Detector {
  const model = new StandInModel(scriptedModel({ infer: () => answer, ...behaviour }));
  return addScript(object, EmotionDetector, { model, faceCrop: new StandInTexture(crop), acted: 0, ...inputs });
}

const model = () => object.getComponent('MLComponent') as unknown as StandInMLComponent;

describe('a face before the camera', () => {
  it('is looked at once the model has loaded, and its expression told', () => {
    const one = detector({}, { loadFrames: 5 });
    lens.faceFound();
    lens.run(0.1);
    expect(model().runs).toBe(0);
    lens.run(0.5);
    expect(one.emotion).toBe(HAPPY);
    expect(one.presence).toBe(1);
    expect(one.intensity).toBe(1);
    expect(one.probabilities[HAPPY]).toBeCloseTo(0.88, 5);
    expect(model().inferenceMode).toBe(MachineLearning.InferenceMode.Accelerator);
    expect(lens.log).toEqual([READY]);
  });

  it('is not looked at while it is away', () => {
    const one = detector();
    lens.run(1);
    expect(model().runs).toBe(0);
    lens.faceFound();
    lens.run(1);
    const { runs } = model();
    lens.faceLost();
    lens.run(1);
    expect(model().runs).toBe(runs);
    expect([one.emotion, one.presence, one.intensity]).toEqual([NONE, 0, 0]);
  });

  it('counts only if it is the chosen one', () => {
    const one = detector({ faceIndex: 1 });
    expect(crop.faceIndex).toBe(0);
    lens.faceFound(0);
    lens.run(1);
    expect(crop.faceIndex).toBe(1);
    expect(one.presence).toBe(0);
    lens.faceFound(1);
    lens.run(1);
    expect(one.emotion).toBe(HAPPY);
    lens.faceLost(0);
    lens.run(2);
    expect(one.emotion).toBe(HAPPY);
  });

  it('that comes back after a while is taken for another', () => {
    const one = detector();
    lens.faceFound();
    lens.run(1);
    lens.faceLost();
    lens.run(0.2);
    lens.faceFound();
    expect(one.emotion).toBe(HAPPY);
    lens.faceLost();
    lens.run(0.5);
    expect(one.emotion).toBe(HAPPY);
    answer = sure(SAD);
    lens.faceFound();
    lens.frame(1 / 30);
    expect(one.emotion).toBe(NONE);
    lens.run(0.2);
    expect(one.emotion).toBe(SAD);
  });

  it('is not judged by a run that saw the face before', () => {
    const one = detector({ runsPerSecond: 0, grace: 0 }, { runFrames: 10 });
    lens.faceFound();
    lens.run(0.1);
    expect(model().runs).toBe(1);
    lens.faceLost();
    lens.run(0.1);
    lens.faceFound();
    lens.run(0.25);
    expect(one.emotion).toBe(NONE);
    lens.run(0.5);
    expect(one.emotion).toBe(HAPPY);
  });
});

describe('the model', () => {
  it.each([
    [0, 1, 60],
    [10, 1, 20],
    [15, 1, 30],
    [0, 4, 15],
  ])('runs %s times a second, each taking %s frames', (runsPerSecond, runFrames, runs) => {
    detector({ runsPerSecond }, { runFrames, loadFrames: 1 });
    lens.faceFound();
    lens.run(2);
    expect(Math.abs(model().runs - runs)).toBeLessThanOrEqual(1);
  });

  it.each([
    [8, 15, true, 15],
    [4, 15, true, 15],
    [3, 15, true, 8],
    [0, 15, true, 5],
    [0, 3, true, 3],
    [1, 0, true, 5],
    [1, 0, false, 30],
    [undefined, 15, true, 15],
    ['fast', 15, true, 15],
  ])('on a phone of index %s, told to run %s times a second (spare slow phones: %s), runs %s times', (index, runsPerSecond, spareSlowPhones, runs) => {
    lens.world.mlPerformance = index as number;
    detector({ runsPerSecond, spareSlowPhones });
    lens.faceFound();
    lens.run(4);
    expect(Math.abs(model().runs - 4 * runs)).toBeLessThanOrEqual(2);
    const known = typeof index === 'number' ? index : 'unknown';
    const rate = !spareSlowPhones && runsPerSecond === 0 ? 'a run in every frame' : `${runs} runs per second`;
    expect(lens.log).toEqual([
      `EmotionDetector: ready, model model, 7 expressions, ${rate} (ML performance index ${known})`,
    ]);
  });

  it.each<[string, object | undefined]>([
    ['Lens Studio says nothing of the device', undefined],
    ['it says nothing of its speed', { isEditor: () => false }],
    ['it runs in Lens Studio itself', { isEditor: () => true, performanceIndexes: { ml: 0 } }],
    [
      'the question is refused',
      {
        get performanceIndexes() {
          throw new Error('not on this device');
        },
      },
    ],
  ])('runs as often as it is told to where %s', (_, deviceInfoSystem) => {
    Object.assign(globalThis, { deviceInfoSystem });
    detector();
    lens.faceFound();
    lens.run(2);
    expect(Math.abs(model().runs - 30)).toBeLessThanOrEqual(1);
    expect(lens.log).toEqual([expect.stringContaining('(ML performance index unknown)')]);
  });

  it('gets the face crop as its picture, set as the inputs say', () => {
    const faceCrop = new StandInTexture(crop);
    detector({ faceCrop, cropScale: 1.3, mouthWeight: 0.4 });
    lens.run(0.2);
    expect(model().getInputs()[0].texture).toBe(faceCrop);
    expect([crop.textureScale.x, crop.textureScale.y, crop.faceCenterMouthWeight]).toEqual([1.3, 1.3, 0.4]);
    expect(model().built).toEqual([]);
  });

  it('can see it mirrored', () => {
    const faceCrop = new StandInTexture(crop);
    const one = detector({ faceCrop, mirror: true });
    lens.faceFound();
    lens.run(1);
    const [input] = model().built as StandInPlaceholder[];
    expect(input.name).toBe('image');
    expect([input.shape.x, input.shape.y, input.shape.z]).toEqual([96, 96, 3]);
    expect(input.transformer.flipX).toBe(true);
    expect(one.emotion).toBe(HAPPY);
    lens.faceLost();
    lens.run(0.2);
    expect(model().getInputs()[0].texture).toBe(faceCrop);
  });

  it('gets landmarks beside the picture, in whatever order, of which a mirrored picture has its own', () => {
    const screen = { width: 450, height: 800 };
    const points = drawnPoints('Happy', screen);
    const normalized = new Float32Array(LANDMARK_VALUES);
    normalizeLandmarks(points, normalized);
    const mirrored = new Float32Array(LANDMARK_VALUES);
    mirrorLandmarks(normalized, mirrored);
    for (const mirror of [false, true]) {
      lens = installStandIn();
      object = new StandInSceneObject();
      const faceCrop = new StandInTexture(crop);
      detector({ faceCrop, mirror }, { inputs: [LANDMARKS, IMAGE] });
      lens.faceFound();
      lens.run(0.2);
      // Without a camera in the scene the head is the detector's own.
      const [anchor] = object.children;
      const head = anchor.getComponent('Head') as unknown as StandInHead;
      head.onLandmarksUpdate.emit(studioPoints(points, screen).map(([x, y]) => new vec2(x, y)));
      lens.run(0.2);
      const [landmarks, image] = model().getInputs() as StandInPlaceholder[];
      expect(image.picture).toBe(faceCrop);
      expect(image.transformer.flipX).toBe(mirror);
      expect(landmarks.picture).toBeUndefined();
      const expected = mirror ? mirrored : normalized;
      for (const [i, value] of landmarks.values.entries()) expect(value).toBeCloseTo(expected[i], 4);
      object.destroy();
      expect(anchor.destroyed).toBe(true);
    }
    expect(lens.log).toEqual([READY]);
  });

  it('may name its only output as it likes, and give probabilities rounded to 8 bits', () => {
    answer = sure(SAD).map((value) => Math.round(256 * value) / 256);
    const one = detector({}, { output: 'StatefulPartitionedCall', outputShape: [7, 1, 1] });
    lens.faceFound();
    lens.run(1);
    expect(one.emotion).toBe(SAD);
    expect(lens.log).toEqual([READY]);
  });
});

describe('what is wrong is said once, and the lens goes on', () => {
  it.each<[string, Partial<Detector>, ModelBehaviour, RegExp, ready?: true]>([
    ['no model', { model: undefined }, {}, /Assign the expression model to "Model" in the Inspector/],
    ['no face crop', { faceCrop: undefined }, {}, /Assign a face crop texture to "Face Crop" in the Inspector/],
    ['loading fails', {}, { loadingError: 'bad file' }, /failed to load \(bad file\)\. Assign its other format/],
    ['other classes', {}, { outputShape: [1, 1, 8] }, /gives 8 values instead of 7\. Assign a model/],
    ['NaN', {}, { infer: () => new Array(7).fill(Number.NaN) }, /no numbers\. Assign another export/, true],
    ['logits', {}, { infer: () => [3, -1, 0, 0, 1, 2, 0] }, /must sum to 1\)\. Assign another export/, true],
    [
      'other landmarks',
      {},
      { inputs: [IMAGE, { ...LANDMARKS, shape: [1, 1, 10] }] },
      /takes 10 values as "landmarks" instead of 136\. Assign a model/,
    ],
    ['no picture', {}, { inputs: [LANDMARKS] }, /takes no picture\. Assign a model/],
    ['runs fail', {}, { infer: () => new Error('no GPU') }, /a run of the model failed \(no GPU\)/, true],
  ])('%s', (_, inputs, behaviour, line, ready) => {
    const one = detector(inputs, behaviour);
    lens.faceFound();
    lens.run(5);
    expect(lens.log).toEqual([...(ready ? [READY] : []), expect.stringMatching(line)]);
    for (const told of lens.log) expect(told).toMatch(/^EmotionDetector: /);
    expect([one.emotion, one.intensity]).toEqual([NONE, 0]);
  });

  it('an error of build itself', () => {
    const one = detector();
    StandInMLComponent.prototype.build = function fail() {
      throw new Error('no such asset');
    };
    try {
      lens.faceFound();
      lens.run(1);
    } finally {
      StandInMLComponent.prototype.build = build;
    }
    expect(lens.log).toEqual([expect.stringContaining('failed to load (Error: no such asset)')]);
    expect(one.emotion).toBe(NONE);
  });
  const { build } = StandInMLComponent.prototype;

  it('that landmarks are not available: the model uses only the picture', () => {
    const one = detector({}, { inputs: [IMAGE, LANDMARKS] });
    lens.run(0);
    const { scene } = globalThis;
    const refuse = () => {
      throw new Error('no heads here');
    };
    Object.assign(globalThis, { scene: { ...scene, getRootObjectsCount: refuse } });
    lens.faceFound();
    lens.run(1);
    Object.assign(globalThis, { scene });
    expect(lens.log).toEqual([
      expect.stringMatching(/points of the face are not available \(Error: no heads here\)/),
      READY,
    ]);
    expect(one.emotion).toBe(HAPPY);
  });

  it('a face crop that is another texture', () => {
    const one = detector({ faceCrop: new StandInTexture() });
    lens.faceFound();
    lens.run(1);
    expect(lens.log).toEqual([expect.stringContaining('is not a face crop texture; it is used as it is'), READY]);
    expect(one.emotion).toBe(HAPPY);
  });

  it('bad answers in between: there is no expression until good ones come', () => {
    const one = detector();
    lens.faceFound();
    lens.run(1);
    answer = new Array(7).fill(Number.NaN);
    lens.run(1);
    expect(one.emotion).toBe(NONE);
    answer = sure(SAD);
    lens.run(1);
    expect(one.emotion).toBe(SAD);
    expect(lens.log).toEqual([READY, expect.stringContaining('no numbers')]);
  });

  it('runs that fail for a while are tried again', () => {
    const one = detector();
    lens.faceFound();
    answer = new Error('busy');
    lens.run(1);
    answer = sure(SAD);
    lens.run(1);
    expect(one.emotion).toBe(SAD);
  });
});

describe('those who are told', () => {
  let told: string[];
  beforeEach(() => {
    told = [];
    const sendCustomTrigger = (name: string) => told.push(name);
    Object.assign(globalThis, { behaviorSystem: { sendCustomTrigger } });
  });

  /** Happy, then sad, then gone. */
  function play(): void {
    lens.faceFound();
    lens.run(1);
    answer = sure(SAD);
    lens.run(1);
    lens.faceLost();
    lens.run(2);
  }

  it('are Behavior scripts, the callback and listeners, in this order', () => {
    const callbackScript = Object.assign(object.createComponent('Text'), {
      api: { changed: (...values: unknown[]) => told.push(`callback ${values.slice(0, 2)}`) },
    }) as unknown as ScriptComponent;
    const one = detector({ callbackScript, callbackFunction: 'changed' });
    one.onEmotionChanged.add(({ previous, current }: EmotionChange) => told.push(`signal ${current} ${previous}`));
    play();
    expect(told).toEqual([
      'EMOTION_HAPPY_START',
      'callback Happy,None',
      'signal 3 -1',
      'EMOTION_HAPPY_END',
      'EMOTION_SAD_START',
      'callback Sad,Happy',
      'signal 4 3',
      'EMOTION_SAD_END',
      'callback None,Sad',
      'signal -1 4',
    ]);
  });

  it('are Behavior scripts with a prefix of the creator, or not at all', () => {
    detector({ triggerPrefix: 'FACE_' });
    play();
    expect(told[0]).toBe('FACE_HAPPY_START');
    told = [];
    lens = installStandIn();
    object = new StandInSceneObject();
    detector({ useBehavior: false });
    play();
    expect(told).toEqual([]);
  });

  it('may not be there: without a Behavior script nothing is sent and nothing said', () => {
    Object.assign(globalThis, { behaviorSystem: undefined });
    const one = detector();
    play();
    expect(one.emotion).toBe(NONE);
    expect(lens.log).toEqual([READY]);
  });

  it('are methods of scripts too, called on their script', () => {
    class Listener {
      heard: unknown[] = [];
      onEmotionChanged(...values: unknown[]): void {
        this.heard.push(...values);
      }
    }
    const script = new Listener();
    detector({ callbackScript: script as unknown as ScriptComponent });
    lens.faceFound();
    lens.run(1);
    expect(script.heard).toEqual(['Happy', 'None', expect.closeTo(0.88, 5)]);
  });

  it('are told of in the Logger, once, if the function is missing', () => {
    const one = detector({ callbackScript: {} as ScriptComponent });
    play();
    expect(lens.log).toEqual([READY, expect.stringContaining('has no function "onEmotionChanged"')]);
    expect(one.emotion).toBe(NONE);
  });

  it('get the same objects every time, so that nothing is allocated for them', () => {
    const one = detector();
    const { probabilities } = one;
    const heard = new Set<EmotionChange>();
    one.onEmotionChanged.add((change) => heard.add(change));
    play();
    expect(one.probabilities).toBe(probabilities);
    expect(heard.size).toBe(1);
  });

  it('hear nothing any more once they are removed', () => {
    const one = detector();
    const heard: number[] = [];
    const listen = ({ current }: EmotionChange) => heard.push(current);
    one.onEmotionChanged.add(listen);
    lens.faceFound();
    lens.run(1);
    one.onEmotionChanged.remove(listen);
    answer = sure(SAD);
    lens.run(1);
    expect(one.emotion).toBe(SAD);
    expect(heard).toEqual([HAPPY]);
  });
});

describe('before it is awake', () => {
  it('the detector has no expression, and can be asked', () => {
    object.enabled = false;
    const one = detector();
    expect([one.emotion, one.intensity, one.presence]).toEqual([NONE, 0, 0]);
    expect(Array.from(one.probabilities)).toEqual(new Array(7).fill(0));
    object.enabled = true;
    lens.faceFound();
    lens.run(1);
    expect(one.emotion).toBe(HAPPY);
  });
});

describe('the sensitivities', () => {
  it('belong to the classes after which they are named', () => {
    answer = [0.14, 0.14, 0.14, 0.14, 0.14, 0.14, 0.16];
    const names = ['angry', 'disgust', 'fear', 'happy', 'sad', 'surprise', 'neutral'] as const;
    const found = names.map((name) => {
      lens = installStandIn();
      object = new StandInSceneObject();
      const one = detector({ [name]: 1 });
      lens.faceFound();
      lens.run(1);
      return one.probabilities.indexOf(Math.max(...one.probabilities));
    });
    expect(found).toEqual([0, 1, 2, 3, 4, 5, NEUTRAL]);
  });
});

describe('the slider from everyday to acted', () => {
  it('sees fear in a doubtful face, as people who act show it more often than those who are photographed', () => {
    answer = [0.02, 0.02, 0.4, 0.02, 0.02, 0.02, 0.5];
    const shown = [0, 1].map((acted) => {
      lens = installStandIn();
      object = new StandInSceneObject();
      const one = detector({ acted });
      lens.faceFound();
      lens.run(1);
      return one.emotion;
    });
    expect(shown).toEqual([NEUTRAL, 2]);
  });
});

describe('the bias for acted faces', () => {
  it('is the one that evaluations measure, until a model brings its own', () => {
    const { actedBias } = detector();
    expect(actedBias).toEqual([...ACTED_BIAS]);
    answer = [0.02, 0.02, 0.4, 0.02, 0.02, 0.02, 0.5];
    lens = installStandIn();
    object = new StandInSceneObject();
    const one = detector({ acted: 1, actedBias: [0, 0, -2, 0, 0, 0, 0] });
    lens.faceFound();
    lens.run(1);
    expect(one.probabilities[2]).toBeCloseTo((0.4 * Math.exp(-2)) / (0.6 + 0.4 * Math.exp(-2)), 5);
  });

  it('of another length is told of, and the lens goes on', () => {
    const one = detector({ acted: 1, actedBias: [1, 1] });
    lens.faceFound();
    lens.run(1);
    expect(one.emotion).toBe(HAPPY);
    expect(lens.log).toEqual([
      expect.stringMatching(/^EmotionDetector: "Acted Bias" has 2 numbers instead of 7\./),
      READY,
    ]);
  });
});

describe('personal calibration', () => {
  const resting = [0.02, 0.005, 0.02, 0.005, 0.43, 0.01, 0.51];

  it('takes a share of the resting face away, until a script resets it', () => {
    const one = detector({ calibration: 1 });
    lens.faceFound();
    answer = resting;
    lens.run(1);
    expect(one.probabilities[SAD]).toBeCloseTo(0.43, 5);
    lens.run(9);
    expect(one.probabilities[SAD]).toBeLessThan(0.2);
    one.resetCalibration();
    lens.run(0.9);
    expect(one.probabilities[SAD]).toBeGreaterThan(0.4);
  });

  it('is off by default, and before the detector is awake there is nothing to reset', () => {
    object.enabled = false;
    const one = detector();
    one.resetCalibration();
    object.enabled = true;
    lens.faceFound();
    answer = resting;
    lens.run(10);
    expect(one.probabilities[SAD]).toBeCloseTo(0.43, 5);
  });
});

describe('the debug overlay', () => {
  let screen: StandInSceneObject;
  beforeEach(() => {
    screen = new StandInSceneObject('Full Frame Region');
  });

  const textOf = (child: StandInSceneObject) => child.getComponent('Text') as unknown as StandInText;

  it('shows bars, times and the picture, on the layer of the screen', () => {
    const faceCrop = new StandInTexture(crop);
    detector({ debug: true, screen, faceCrop, runsPerSecond: 0 }, { runFrames: 2 });
    lens.faceFound();
    lens.run(1);
    const [bars, picture, place] = screen.children;
    const lines = textOf(bars).text.split('\n');
    expect(lines).toHaveLength(9);
    expect(lines[HAPPY]).toBe('||||||||||||||||||.. 88 % Happy');
    expect(lines[7]).toBe('Happy, intensity 100 %, face 100 %');
    expect(lines[8]).toMatch(/^30 frames\/s, model \d+ ms \(2 frames\)$/);
    expect(textOf(picture).backgroundSettings.fill.texture).toBe(faceCrop);
    expect(picture.children.map(({ name }) => name)).toEqual(['Left eye', 'Right eye', 'Mouth', 'Chin']);
    const setter = place.getComponent('RectangleSetter') as unknown as StandInRectangleSetter;
    expect(setter).toBeInstanceOf(StandInRectangleSetter);
    expect(setter.cropTexture).toBe(faceCrop);
    for (const child of [...screen.children, ...picture.children]) {
      expect(child.layer).toBe(screen.layer);
      expect(textOf(child).blendMode).toBe(BlendMode.PremultipliedAlpha);
    }
  });

  it('tells what is unusual about the resting face, where it is learned', () => {
    detector({ debug: true, screen, calibration: 0.5 });
    lens.faceFound();
    answer = [0.02, 0.005, 0.02, 0.005, 0.43, 0.01, 0.51];
    lens.run(0.5);
    const line = () => textOf(screen.children[0]).text.split('\n')[8];
    expect(line()).toBe('resting face: not seen yet');
    lens.run(7);
    expect(line()).toMatch(/^resting face: [67] s seen, Sad \+1\.7$/);
  });

  it('says whether there are landmarks, if the model takes them', () => {
    detector({ debug: true, screen }, { inputs: [IMAGE, LANDMARKS] });
    lens.faceFound();
    lens.run(1);
    expect(textOf(screen.children[0]).text).toMatch(/, landmarks: no$/);
    const points = studioPoints(drawnPoints('Happy', { width: 1, height: 1 }), { width: 1, height: 1 });
    const head = object.children[0].getComponent('Head') as unknown as StandInHead;
    head.onLandmarksUpdate.emit(points.map(([x, y]) => new vec2(x, y)));
    lens.run(1);
    expect(textOf(screen.children[0]).text).toMatch(/, landmarks: yes$/);
  });

  it('is off by default, and goes with the detector', () => {
    detector({ screen });
    lens.run(1);
    expect(screen.children).toEqual([]);
    const one = detector({ debug: true, screen });
    lens.run(1);
    expect(screen.children).toHaveLength(3);
    (one as unknown as { destroy(): void }).destroy();
    expect(screen.children).toEqual([]);
  });

  it('says that it needs a screen', () => {
    const one = detector({ debug: true });
    lens.faceFound();
    lens.run(1);
    expect(lens.log).toEqual([expect.stringContaining('Assign a Full Frame Region to "Screen"'), READY]);
    expect(one.emotion).toBe(HAPPY);
  });
});

describe('a model with classes of its own', () => {
  const labels = ['Thumbs up', 'Wave', 'Background'];
  const three = (inputs: Partial<Detector> = {}, behaviour: ModelBehaviour = {}) =>
    detector({ labels, rest: 'background', actedBias: [], ...inputs }, { outputShape: [1, 1, 3], ...behaviour });
  let sent: string[];

  beforeEach(() => {
    sent = [];
    Object.assign(globalThis, { behaviorSystem: { sendCustomTrigger: (name: string) => sent.push(name) } });
    answer = [0.9, 0.05, 0.05];
  });

  /** The first class, then none that is sure, then the second. */
  function play(): void {
    lens.faceFound();
    lens.run(1);
    answer = [0.34, 0.33, 0.33];
    lens.run(2);
    answer = [0.05, 0.9, 0.05];
    lens.run(1);
  }

  it('sends triggers with their names, and rests in the class for it', () => {
    const one = three();
    expect(one.probabilities).toHaveLength(3);
    play();
    expect(sent).toEqual([
      'EMOTION_THUMBS_UP_START',
      'EMOTION_THUMBS_UP_END',
      'EMOTION_BACKGROUND_START',
      'EMOTION_BACKGROUND_END',
      'EMOTION_WAVE_START',
    ]);
    expect(one.emotion).toBe(1);
    expect(lens.log).toEqual([expect.stringMatching(/^EmotionDetector: ready, model model, 3 classes, /)]);
  });

  it('shows nothing when none is certain, without a class of rest', () => {
    three({ rest: '', triggerPrefix: 'MY_' });
    play();
    expect(sent).toEqual(['MY_THUMBS_UP_START', 'MY_THUMBS_UP_END', 'MY_WAVE_START']);
  });

  it('hands its names to the callback and the debug overlay', () => {
    const script = { heard: [] as unknown[], onEmotionChanged: (...values: unknown[]) => script.heard.push(...values) };
    const screen = new StandInSceneObject('Screen');
    three({
      callbackScript: script as unknown as ScriptComponent,
      debug: true,
      screen: screen as unknown as SceneObject,
    });
    lens.faceFound();
    lens.run(1);
    expect(script.heard.slice(0, 2)).toEqual(['Thumbs up', 'None']);
    const texts = screen.children.flatMap((child) => child.getComponents('Text') as unknown as StandInText[]);
    expect(texts.map(({ text }) => text).join()).toMatch(
      /90 % Thumbs up\n[^\n]* 5 % Wave\n[^\n]* 5 % Background\nThumbs up, /,
    );
  });

  it('takes sensitivities from the list, and from the sliders for classes of their names', () => {
    answer = [0.3, 0.3, 0.4];
    const one = three({ labels: ['Wave', 'happy', 'Background'], sensitivities: [1], happy: -1 });
    lens.faceFound();
    lens.run(1);
    const weights = [0.3 * 8, 0.3 / 8, 0.4];
    const sum = weights.reduce((total, weight) => total + weight);
    for (const [i, weight] of weights.entries()) expect(one.probabilities[i]).toBeCloseTo(weight / sum, 5);
  });

  it('takes the rounding of 64 classes in 8 bits', () => {
    const many = Array.from({ length: 64 }, (_, i) => `Class ${i}`);
    // 63 of 1/520 each, which an 8-bit output rounds to 0.
    answer = many.map((_, i) => (i === 0 ? Math.round(256 * (1 - 63 / 520)) / 256 : 0));
    const one = three({ labels: many, rest: '' }, { outputShape: [1, 1, 64] });
    lens.faceFound();
    lens.run(1);
    expect(one.emotion).toBe(0);
    expect(lens.log).toHaveLength(1);
  });

  it.each([
    [
      { labels: ['Wave', 'wave!', 'Rest'], rest: '' },
      /"Wave" and "wave!" would both send the triggers WAVE_…\. Correct "Labels"/,
    ],
    [{ labels: ['A', 'B\u0000', 'C'], rest: '' }, /the name of class 2 contains a control character/],
    [{ labels: ['A', '?', 'C'], rest: '' }, /the name of class 2, "\?", has no letter or digit/],
    [
      { labels: Array.from({ length: 65 }, (_, i) => `C${i}`), rest: '' },
      /there are 65 names of classes, and a model may have 2 to 64/,
    ],
    [{ labels: ['A', 'B'], rest: '' }, /gives 3 values instead of 2\..*or name the classes of this one in "Labels"/],
    [{ rest: 'Nothing' }, /"Rest Class" is Nothing, but the model has no such class \(Thumbs up, Wave, Background\)/],
    [{ calibration: 0.5 }, /"Personal Calibration" is off/],
  ])('tells of inputs that do not fit: %j', (inputs, message) => {
    three(inputs);
    lens.faceFound();
    lens.run(1);
    expect(lens.log.filter((line) => message.test(line))).toHaveLength(1);
  });
});

describe('what the model looks at', () => {
  /** A screen crop of a camera that has no size before it starts. */
  function screenCrop(cropRect = Rect.create(-1, 1, -1, 1)) {
    const camera = new StandInScreenOf(0);
    const control = Object.assign(new StandInScreenOf(0), { cropRect, inputTexture: new StandInTexture(camera) });
    return { camera, control, texture: new StandInTexture(control) };
  }

  it.each([
    [9 / 16, [-1, 1, -9 / 16, 9 / 16]],
    [16 / 9, [-9 / 16, 9 / 16, -1, 1]],
    [1, [-1, 1, -1, 1]],
  ])('is the square in the middle of a screen crop whose input has the aspect %f', (aspect, [
    left,
    right,
    bottom,
    top,
  ]) => {
    const { camera, control, texture } = screenCrop();
    const one = detector({ faceCrop: texture, needsFace: false });
    lens.run(0.5);
    expect(control.cropRect).toMatchObject({ left: -1, right: 1, bottom: -1, top: 1 });
    camera.aspect = aspect;
    lens.run(0.5);
    for (const [side, value] of Object.entries({ left, right, bottom, top }))
      expect(control.cropRect[side as 'left']).toBeCloseTo(value);
    // There never was a face.
    expect([one.emotion, one.presence, one.intensity]).toEqual([HAPPY, 1, 1]);
    expect(lens.log).toEqual([READY]);
  });

  it('is a part that the creator has chosen, and any other texture, as they are', () => {
    const { camera, control, texture } = screenCrop(Rect.create(-0.5, 0.5, -1, 1));
    camera.aspect = 2;
    detector({ faceCrop: texture, needsFace: false });
    lens.run(0.5);
    expect(control.cropRect).toMatchObject({ left: -0.5, right: 0.5, bottom: -1, top: 1 });
    const picture = new StandInTexture();
    object = new StandInSceneObject('Another');
    const one = detector({ faceCrop: picture, needsFace: false });
    lens.faceLost();
    lens.run(1);
    expect((model().getInputs()[0] as unknown as StandInPlaceholder).picture).toBe(picture);
    expect(one.presence).toBe(1);
    expect(lens.log.filter((line) => !/: ready, /.test(line))).toEqual([]);
  });
});

/** A texture's control of a given aspect. */
class StandInScreenOf extends ScriptObjectStandIn implements TextureProvider {
  constructor(public aspect: number) {
    super();
  }

  getAspect = () => this.aspect;
}

describe('a preset', () => {
  /** Settings under which this answer would be shown, or not. */
  const shows = (inputs: Partial<Detector>, certainty: number) => {
    lens = installStandIn();
    object = new StandInSceneObject('Emotion Detector');
    answer = sure(HAPPY, certainty);
    const one = detector({ acted: 0.75, actedBias: [], ...inputs });
    lens.faceFound();
    lens.run(2);
    return one.emotion === HAPPY;
  };

  it('sets what the sliders leave to it', () => {
    expect([shows({ preset: 'Playful' }, 0.45), shows({ preset: 'Balanced' }, 0.45)]).toEqual([true, false]);
    expect([shows({ preset: 'Balanced' }, 0.6), shows({ preset: 'Subtle' }, 0.6)]).toEqual([true, false]);
  });

  it('yields to a slider that was moved, and says so', () => {
    expect(shows({ preset: 'Playful', confidence: 0.8 }, 0.7)).toBe(false);
    expect(lens.log).toEqual(['EmotionDetector: preset Playful, overridden by Confidence', READY]);
  });

  it('that does not exist counts as the balanced one, and is told', () => {
    expect([shows({ preset: 'Wild' }, 0.45), shows({ preset: 'Wild' }, 0.55)]).toEqual([false, true]);
    expect(lens.log).toEqual([
      'EmotionDetector: there is no preset "Wild", so it counts as Balanced. Choose Subtle, Balanced, Playful in the Inspector.',
      READY,
    ]);
  });
});

describe('the demo', () => {
  it('plays all classes without face and model, for triggers and callbacks too, and says once that it is on', () => {
    const sent: string[] = [];
    Object.assign(globalThis, { behaviorSystem: { sendCustomTrigger: (name: string) => sent.push(name) } });
    const heard: EmotionChange[] = [];
    const one = detector({ demo: true, demoHold: 1, demoPause: 0.5 });
    one.onEmotionChanged.add((change) => heard.push({ ...change }));
    lens.run(7 * 1.5);
    expect(heard.map(({ current }) => current)).toEqual([
      0,
      NONE,
      1,
      NONE,
      2,
      NONE,
      3,
      NONE,
      4,
      NONE,
      5,
      NONE,
      6,
      NONE,
    ]);
    expect(heard.every(({ current, probability }) => probability === (current === NONE ? 0 : 1))).toBe(true);
    expect(sent.slice(0, 3)).toEqual(['EMOTION_ANGRY_START', 'EMOTION_ANGRY_END', 'EMOTION_DISGUST_START']);
    expect(object.getComponents('MLComponent')).toEqual([]);
    expect(lens.log).toEqual([
      expect.stringMatching(/^EmotionDetector: Demo Mode is on: Angry, .*, Neutral are played/),
    ]);
  });

  it('does not end when faces come and go', () => {
    const one = detector({ demo: true, demoHold: 1, demoPause: 0 });
    lens.faceFound();
    lens.run(0.5);
    lens.faceLost();
    lens.run(1);
    expect([one.emotion, one.intensity, one.presence]).toEqual([1, 1, 1]);
  });

  it('needs classes', () => {
    const one = detector({ demo: true, labels: [], rest: '' });
    lens.run(1);
    expect(one.emotion).toBe(NONE);
    expect(lens.log.join('\n')).toMatch(/there are 0 names of classes/);
  });
});
