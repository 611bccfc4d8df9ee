import { beforeEach, describe, expect, it } from 'vitest';
import type { EmotionDetector } from '../../lens/Assets/EmotionDetector/EmotionDetector.ts';
import { EMOTIONS, NO_EMOTION } from '../../lens/Assets/EmotionDetector/Emotions.ts';
import { installStandIn, type StandIn } from '../../tools/simulator/stand-in/api.ts';
import { type StandInAudio, StandInSound } from '../../tools/simulator/stand-in/audio.ts';
import { StandInSceneObject } from '../../tools/simulator/stand-in/scene.ts';
import { addScript } from '../../tools/simulator/stand-in/script.ts';

installStandIn();
const { EmotionEffects } = await import('../../lens/Assets/Effects/EmotionEffects.ts');
const { EffectSlot } = await import('../../lens/Assets/Effects/EffectSlot.ts');
type Inputs = Partial<InstanceType<typeof EmotionEffects>>;

const [ANGRY, , , HAPPY, SAD] = EMOTIONS.keys();

/** A script that keeps what it is given. */
class Recorder extends BaseScriptComponent {
  readonly given: number[] = [];

  setIntensity(intensity: number): void {
    this.given.push(intensity);
  }
}

let lens: StandIn;
let detector: { emotion: number; intensity: number; labels: string[] };
let happy: StandInSceneObject;
let sad: StandInSceneObject;

beforeEach(() => {
  lens = installStandIn();
  detector = { emotion: NO_EMOTION, intensity: 1, labels: EMOTIONS };
  happy = new StandInSceneObject('Happy');
  sad = new StandInSceneObject('Sad');
});

/** The component with nothing assigned but what is given, all fades half a second; two frames have passed. */
function start(inputs: Inputs = {}) {
  const none = Object.fromEntries(EMOTIONS.map((name) => [`${name.toLowerCase()}Objects`, []]));
  const fades = Object.fromEntries(EMOTIONS.map((name) => [`${name.toLowerCase()}Fade`, 0.5]));
  const all = { detector: detector as unknown as EmotionDetector, ...none, ...fades, ...inputs };
  const object = new StandInSceneObject('Emotion Effects');
  const effects = addScript(object, EmotionEffects, all);
  lens.run(0.1, 20);
  return { effects, object };
}

const show = (emotion: number, seconds: number) => {
  detector.emotion = emotion;
  lens.run(seconds, 20);
};

/** The audio components that were made, by the name of their track. */
const audioOf = (object: StandInSceneObject, name: string) =>
  (object.getComponents('AudioComponent') as unknown as StandInAudio[]).find((one) => one.audioTrack.name === name);

describe('EmotionEffects', () => {
  it('hides all objects at the start, and shows those of the current expression', () => {
    start({ happyObjects: [happy], sadObjects: [sad] });
    expect([happy.enabled, sad.enabled]).toEqual([false, false]);
    show(HAPPY, 0.1);
    expect([happy.enabled, sad.enabled]).toEqual([true, false]);
  });

  it('cross-fades and hides what has faded out', () => {
    const scripts = [addScript(happy, Recorder), addScript(sad, Recorder)];
    start({ happyObjects: [happy], sadObjects: [sad] });
    show(HAPPY, 1);
    expect(scripts[0].given.at(-1)).toBe(1);
    show(SAD, 0.25);
    expect(scripts[0].given.at(-1)).toBeCloseTo(0.5);
    expect(scripts[1].given.at(-1)).toBeCloseTo(0.5);
    expect([happy.enabled, sad.enabled]).toEqual([true, true]);
    show(SAD, 0.3);
    expect(scripts[0].given.at(-1)).toBe(0);
    expect([happy.enabled, sad.enabled]).toEqual([false, true]);
    const calls = scripts[0].given.length;
    show(SAD, 0.3);
    expect(scripts[0].given).toHaveLength(calls);
  });

  it('hands on the intensity of the detector times the maximum strength', () => {
    const script = addScript(happy, Recorder);
    start({ happyObjects: [happy], maximumStrength: 0.5 });
    detector.intensity = 0.6;
    show(HAPPY, 1);
    expect(script.given.at(-1)).toBeCloseTo(0.3);
  });

  it('fades all out when the face is lost', () => {
    start({ happyObjects: [happy] });
    show(HAPPY, 1);
    show(NO_EMOTION, 0.25);
    expect(happy.enabled).toBe(true);
    show(NO_EMOTION, 0.35);
    expect(happy.enabled).toBe(false);
  });

  it('fades all out when effects are switched off, or the detector is destroyed', () => {
    const { effects } = start({ happyObjects: [happy] });
    show(HAPPY, 1);
    effects.effectsOn = false;
    show(HAPPY, 0.6);
    expect(happy.enabled).toBe(false);
    effects.effectsOn = true;
    show(HAPPY, 0.6);
    expect(happy.enabled).toBe(true);
    Object.assign(detector, { destroyed: true });
    show(HAPPY, 0.6);
    expect(happy.enabled).toBe(false);
  });

  it('reaches scripts below the object, and JavaScript ones through their api', () => {
    const child = new StandInSceneObject('child');
    child.setParent(happy);
    const given: number[] = [];
    class JavaScript extends BaseScriptComponent {
      api = { setIntensity: (intensity: number) => given.push(intensity) };
    }
    addScript(child, JavaScript);
    start({ happyObjects: [happy] });
    show(HAPPY, 1);
    expect(given.at(-1)).toBe(1);
  });

  it('keeps an object that two expressions share', () => {
    const script = addScript(happy, Recorder);
    start({ happyObjects: [happy], sadObjects: [happy] });
    show(HAPPY, 1);
    for (let i = 0; i < 20; i++) {
      show(SAD, 0.05);
      expect(happy.enabled).toBe(true);
    }
    expect(Math.min(...script.given.slice(-20))).toBeGreaterThan(0.4);
    show(NO_EMOTION, 1);
    expect(happy.enabled).toBe(false);
  });

  it('tells which slot is empty, once, and goes on', () => {
    start({ happyObjects: [null as unknown as SceneObject, happy] });
    expect(lens.log).toHaveLength(1);
    expect(lens.log[0]).toMatch(/slot 1 .*Happy/);
    show(HAPPY, 1);
    expect(happy.enabled).toBe(true);
    expect(lens.log).toHaveLength(1);
  });

  it('tells once of an object that was destroyed, and goes on', () => {
    start({ happyObjects: [happy, sad] });
    happy.destroy();
    show(HAPPY, 1);
    expect(lens.log).toHaveLength(1);
    expect(lens.log[0]).toMatch(/object "Happy".*destroyed/);
    expect(sad.enabled).toBe(true);
  });

  it('tells once of a script that fails, and calls it no more', () => {
    let calls = 0;
    class Failing extends BaseScriptComponent {
      setIntensity(): void {
        calls++;
        throw new Error('no such thing');
      }
    }
    addScript(happy, Failing);
    const other = addScript(happy, Recorder);
    start({ happyObjects: [happy] });
    show(HAPPY, 1);
    expect(calls).toBe(1);
    expect(lens.log).toHaveLength(1);
    expect(lens.log[0]).toMatch(/"Happy".*no such thing/);
    expect(other.given.at(-1)).toBe(1);
  });

  it('leaves out a script that is destroyed, without a word', () => {
    const script = addScript(happy, Recorder);
    start({ happyObjects: [happy] });
    (script as unknown as ScriptComponent).destroy();
    show(HAPPY, 1);
    expect(script.given).toEqual([0]);
    expect(lens.log).toEqual([]);
  });
});

describe('the sounds of EmotionEffects', () => {
  const sounds = { happySound: new StandInSound('happy'), sadSound: new StandInSound('sad') };

  it('are made when they are needed first, and played once', () => {
    const { object } = start({ ...sounds, soundVolume: 0.4 });
    expect(object.getComponents('AudioComponent')).toHaveLength(0);
    show(HAPPY, 3);
    expect(audioOf(object, 'happy')).toMatchObject({ plays: 1, volume: 0.4, fadeOutTime: 0.5 });
    expect(audioOf(object, 'sad')).toBeUndefined();
  });

  it('are not started again by a flicker', () => {
    const { object } = start(sounds);
    show(HAPPY, 1);
    audioOf(object, 'happy')?.finish();
    show(NO_EMOTION, 0.2);
    show(HAPPY, 1);
    expect(audioOf(object, 'happy')?.plays).toBe(1);
    show(NO_EMOTION, 1);
    show(HAPPY, 1);
    expect(audioOf(object, 'happy')?.plays).toBe(2);
  });

  it('are not started while they still play', () => {
    const { object } = start({ ...sounds, happyFade: 0 });
    show(HAPPY, 0.1);
    const audio = audioOf(object, 'happy') as StandInAudio;
    audio.stop = () => {};
    show(NO_EMOTION, 0.1);
    show(HAPPY, 0.1);
    expect(audio.plays).toBe(1);
    expect(lens.log).toEqual([]);
  });

  it('fade out when their expression has gone', () => {
    const { object } = start(sounds);
    show(HAPPY, 1);
    expect(audioOf(object, 'happy')?.isPlaying()).toBe(true);
    show(NO_EMOTION, 1);
    expect(audioOf(object, 'happy')?.isPlaying()).toBe(false);
  });

  it('are left out, told once, when one fails', () => {
    const { object } = start({ ...sounds, happyObjects: [happy] });
    object.createComponent = () => {
      throw new Error('no audio here');
    };
    show(HAPPY, 1);
    show(ANGRY, 1);
    show(HAPPY, 1);
    expect(lens.log).toHaveLength(1);
    expect(lens.log[0]).toMatch(/sound "happy".*no audio here/);
    expect(happy.enabled).toBe(true);
  });

  it('stay silent at volume 0', () => {
    const { object } = start({ ...sounds, soundVolume: 0 });
    show(HAPPY, 1);
    expect(object.getComponents('AudioComponent')).toHaveLength(0);
  });
});

describe('a model with classes of its own', () => {
  function slotFor(className: string, objects: StandInSceneObject[], inputs = {}): ScriptComponent {
    const object = new StandInSceneObject(`Slot ${className}`);
    return addScript(object, EffectSlot, { className, objects, fade: 0.5, ...inputs }) as unknown as ScriptComponent;
  }

  beforeEach(() => {
    detector.labels = ['Wave', 'happy', 'Background'];
  });

  it('shows groups by the names of its classes, in whatever order, and slots for the others', () => {
    const wave = new StandInSceneObject('Wave');
    const sound = new StandInSound('wave');
    const { object } = start({ happyObjects: [happy], sadObjects: [sad], slots: [slotFor('wave', [wave], { sound })] });
    expect([wave.enabled, happy.enabled, sad.enabled]).toEqual([false, false, false]);
    show(0, 1);
    expect([wave.enabled, happy.enabled, sad.enabled]).toEqual([true, false, false]);
    expect(audioOf(object, 'wave')).toBeDefined();
    show(1, 1);
    expect([wave.enabled, happy.enabled, sad.enabled]).toEqual([false, true, false]);
    show(2, 1);
    expect([wave.enabled, happy.enabled, sad.enabled]).toEqual([false, false, false]);
  });

  it('says once which classes have no effect, and which slots no class', () => {
    start({ slots: [slotFor('Waving', [])] });
    show(0, 1);
    expect(lens.log).toEqual([
      expect.stringMatching(/^EmotionEffects: no effect for Wave, Background\. Add an EffectSlot/),
      'EmotionEffects: a slot is for "Waving", but the model has no such class (Wave, happy, Background).',
    ]);
  });

  it('may have a slot in place of a group', () => {
    const own = new StandInSceneObject('Own');
    start({ happyObjects: [happy], slots: [slotFor('Happy', [own])] });
    show(1, 1);
    expect([own.enabled, happy.enabled]).toEqual([true, false]);
  });
});
