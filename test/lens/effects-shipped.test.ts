import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { installStandIn, type StandIn } from '../../tools/simulator/stand-in/api.ts';
import {
  StandInFaceStretch,
  StandInHead,
  StandInLiquify,
  StandInRetouch,
} from '../../tools/simulator/stand-in/face.ts';
import { StandInSceneObject } from '../../tools/simulator/stand-in/scene.ts';
import { StandInTexture } from '../../tools/simulator/stand-in/textures.ts';
import { BlendMode, StandInText } from '../../tools/simulator/stand-in/visuals.ts';
import { type Effect, faceVisuals, family, look, parts, stage } from './effect-probe.ts';

installStandIn();
const { AngryEffect } = await import('../../lens/Assets/Effects/AngryEffect.ts');
const { DisgustEffect } = await import('../../lens/Assets/Effects/DisgustEffect.ts');
const { FearEffect } = await import('../../lens/Assets/Effects/FearEffect.ts');
const { HappyEffect } = await import('../../lens/Assets/Effects/HappyEffect.ts');
const { NeutralEffect } = await import('../../lens/Assets/Effects/NeutralEffect.ts');
const { SadEffect } = await import('../../lens/Assets/Effects/SadEffect.ts');
const { SurpriseEffect } = await import('../../lens/Assets/Effects/SurpriseEffect.ts');

const EFFECTS: Record<string, new () => object> = {
  AngryEffect,
  DisgustEffect,
  FearEffect,
  HappyEffect,
  NeutralEffect,
  SadEffect,
  SurpriseEffect,
};

/** Most emoji that one effect may have, and most liquify points on a face. */
const MAX_TEXTS = 25;
const MAX_LIQUIFY = 10;
/** Most Texts that one effect may make in a frame, its tint included. */
const MAX_CREATED = 5;

let lens: StandIn;
beforeEach(() => {
  lens = installStandIn();
  StandInFaceStretch.pointsPerFeature = 93;
});

/** Frames with a steady intensity, as `EmotionEffects` gives it. */
function play(effect: Effect, intensity: number, seconds: number, fps = 30): void {
  for (let i = 0; i < seconds * fps; i++) {
    effect.setIntensity(intensity);
    lens.frame(1 / fps);
  }
}

/** How large an emoji is, or how strong a plain tint. */
function sizeOf(text: StandInText): number {
  const { enabled, fill } = text.backgroundSettings;
  if (enabled) return fill.color.w;
  const on = text.sceneObject.getComponent('ScreenTransform') as ScreenTransform | null;
  return (on ?? { scale: text.getTransform().getLocalScale() }).scale.x;
}

describe.each(Object.entries(EFFECTS))('%s', (name, Script) => {
  const expectRest = (one: ReturnType<typeof stage>) => {
    const { stretch, liquify, softSkin, texts } = look(one);
    expect(stretch.every((weight) => weight === 0)).toBe(true);
    expect(liquify.every((intensity) => intensity === 1)).toBe(true);
    expect(softSkin.every((intensity) => intensity === 0)).toBe(true);
    expect(texts).toEqual([]);
    expect(faceVisuals(one).length).toBeGreaterThan(0);
    expect(faceVisuals(one).filter(({ enabled }) => enabled)).toEqual([]);
  };

  it('is not to be seen before it is given an intensity', () => {
    const one = stage(Script);
    lens.run(1);
    expectRest(one);
  });

  it('changes what is seen at intensity 1, and is back at rest at once at 0', () => {
    const one = stage(Script);
    play(one.effect, 1, 3);
    const { stretch, liquify, softSkin, texts } = look(one);
    expect(texts.length).toBeGreaterThan(2);
    for (const weight of stretch) expect(Math.abs(weight)).toBeGreaterThan(0.5);
    for (const intensity of liquify) expect(Math.abs(intensity - 1)).toBeGreaterThan(0.02);
    for (const intensity of softSkin) expect(intensity).toBeGreaterThan(0.1);
    expect(faceVisuals(one).filter(({ enabled }) => !enabled)).toEqual([]);
    one.effect.setIntensity(0);
    expectRest(one);
  });

  it('begins afresh after a rest: nothing but the tint until its entrance', () => {
    const one = stage(Script);
    play(one.effect, 1, 3);
    one.effect.setIntensity(0);
    play(one.effect, 0.1, 1 / 30);
    expect(look(one).texts.length).toBeLessThanOrEqual(1);
  });

  it('is weaker at a low intensity', () => {
    const size = (intensity: number) => {
      const one = stage(Script);
      play(one.effect, intensity, 3);
      const { stretch, liquify, softSkin } = look(one);
      const changes = [...stretch, ...liquify.map((value) => value - 1), ...softSkin];
      return changes.reduce((total, change) => total + Math.abs(change), 0);
    };
    expect(size(0.3)).toBeLessThan(size(1) / 2);
  });

  it('keeps within the budgets, on the layers of its parents, for the face that it was given', () => {
    const one = stage(Script, { faceIndex: 1 });
    play(one.effect, 1, 1);
    expect(parts(one, StandInText).length).toBeLessThanOrEqual(MAX_TEXTS);
    expect(parts(one, StandInLiquify).length).toBeLessThanOrEqual(MAX_LIQUIFY);
    for (const object of family(one.object)) expect(object.layer).toBe(one.object.layer);
    for (const object of family(one.screen)) expect(object.layer).toBe(one.screen.layer);
    for (const { faceIndex } of parts(one, StandInHead)) expect(faceIndex).toBe(1);
    for (const { faceIndex } of parts(one, StandInFaceStretch)) expect(faceIndex).toBe(1);
  });

  it('has only numbers for a minute, whatever the intensity and the frame rate, and makes nothing on the way', () => {
    const intensities = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 });
    const rates = fc.integer({ min: 15, max: 120 });
    fc.assert(
      fc.property(intensities, rates, (all, fps) => {
        lens = installStandIn();
        const one = stage(Script);
        play(one.effect, 1, 0.5, fps);
        const objects = family(one.object).length + family(one.screen).length;
        for (const intensity of all) {
          play(one.effect, intensity, 60 / all.length, fps);
          const { stretch, liquify, softSkin, texts } = look(one);
          const numbers = [stretch, liquify, softSkin, ...texts].flat();
          expect(numbers.every(Number.isFinite)).toBe(true);
        }
        expect(family(one.object).length + family(one.screen).length).toBe(objects);
        expect(lens.log).toEqual([]);
      }),
      { numRuns: 5 },
    );
  });

  it('makes no vectors, colours or rectangles while it plays', () => {
    const one = stage(Script);
    play(one.effect, 1, 1);
    const made: string[] = [];
    for (const name of ['vec3', 'vec4', 'quat', 'Rect'] as const) {
      const Class = (globalThis as unknown as Record<string, object>)[name];
      const watched = new Proxy(Class, {
        construct: (Target, args) => {
          made.push(name);
          return Reflect.construct(Target as new () => object, args);
        },
        get: (target, key) => {
          made.push(`${name}.${String(key)}`);
          return Reflect.get(target, key);
        },
      });
      Object.assign(globalThis, { [name]: watched });
    }
    play(one.effect, 1, 5);
    expect(made).toEqual([]);
    installStandIn();
  });

  it('makes no Text before it is shown, then a few a frame, and each of them once', () => {
    const one = stage(Script);
    const texts = () => parts(one, StandInText).length;
    lens.run(1);
    expect(texts()).toBe(0);
    const made: number[] = [];
    for (let frame = 0; frame < 60; frame++) {
      const before = texts();
      play(one.effect, 1, 1 / 30);
      made.push(texts() - before);
    }
    expect(Math.max(...made)).toBeLessThanOrEqual(MAX_CREATED);
    // Within the shortest fade of the scene, a quarter of a second.
    expect(made.slice(7).every((count) => count === 0)).toBe(true);
    const all = texts();
    expect(all).toBeGreaterThan(2);
    play(one.effect, 0, 1 / 30);
    play(one.effect, 1, 2);
    expect(texts()).toBe(all);
  });

  it('lets nothing pop up while its Texts are made: each grows from next to nothing', () => {
    const one = stage(Script);
    const first = new Map<StandInText, number>();
    const largest = new Map<StandInText, number>();
    for (let frame = 1; frame <= 90; frame++) {
      // A fade-in of a quarter of a second.
      play(one.effect, Math.min(1, frame / 7.5), 1 / 30);
      for (const text of parts(one, StandInText)) {
        if (!text.isEnabledInHierarchy) continue;
        const size = sizeOf(text);
        if (!first.has(text)) first.set(text, size);
        largest.set(text, Math.max(largest.get(text) ?? 0, size));
      }
    }
    expect(first.size).toBeGreaterThan(2);
    for (const [text, size] of first) expect(size / largest.get(text)!, text.text).toBeLessThan(0.36);
  });

  it('blends its Texts in the same way in every version of Lens Studio', () => {
    const one = stage(Script);
    play(one.effect, 1, 1);
    for (const { blendMode } of parts(one, StandInText)) expect(blendMode).toBe(BlendMode.PremultipliedAlpha);
  });

  it('plays the same way each time', () => {
    const looks = [0, 1].map(() => {
      lens = installStandIn();
      const one = stage(Script);
      play(one.effect, 0.8, 4);
      return look(one);
    });
    expect(looks[1]).toEqual(looks[0]);
  });

  it('hides what it has on the screen when its object is disabled, and removes it when it is destroyed', () => {
    const one = stage(Script);
    play(one.effect, 1, 2);
    expect(look(one).texts.length).toBeGreaterThan(0);
    one.object.enabled = false;
    expectRest(one);
    one.object.enabled = true;
    play(one.effect, 1, 2);
    expect(look(one).texts.length).toBeGreaterThan(0);
    one.object.destroy();
    expect(one.screen.children).toEqual([]);
  });

  it('works without a screen region', () => {
    const one = stage(Script, { screen: null });
    play(one.effect, 1, 2);
    expect(lens.log).toEqual([]);
    expect(one.screen.children).toEqual([]);
  });

  it('goes on without what Lens Studio refuses, and says so', () => {
    const { createComponent } = Object.getPrototypeOf(stage(Script).object);
    const refused = ['FaceStretchVisual', 'LiquifyVisual', 'RetouchVisual'];
    const prototype = Object.getPrototypeOf(stage(Script).object);
    prototype.createComponent = function (type: string) {
      if (refused.includes(type)) throw new Error(`no ${type}`);
      return createComponent.call(this, type);
    };
    try {
      const one = stage(Script);
      const lines = lens.log.length;
      expect(lines).toBeGreaterThan(0);
      play(one.effect, 1, 3);
      expect(look(one).texts.length).toBeGreaterThan(2);
      expect(lens.log).toHaveLength(lines);
    } finally {
      prototype.createComponent = createComponent;
    }
  });

  it('ends with one line when one of its parts is destroyed', () => {
    const one = stage(Script);
    play(one.effect, 1, 1);
    const text = parts(one, StandInText)[0];
    Object.defineProperty(text.sceneObject, 'enabled', {
      set: () => {
        throw new Error('destroyed');
      },
    });
    play(one.effect, 1, 20);
    play(one.effect, 0, 1);
    expect(lens.log).toHaveLength(1);
    expect(lens.log[0]).toMatch(/Effect: the effect stopped.*destroyed/);
    expect(look(one).texts).toEqual([]);
  });

  it.skipIf(name === 'NeutralEffect')('tints with a texture where it has one', () => {
    const vignette = new StandInTexture();
    const one = stage(Script, { vignette });
    play(one.effect, 1, 1);
    const fills = parts(one, StandInText).map((text) => text.backgroundSettings);
    const [tint] = fills.filter(({ enabled }) => enabled);
    expect(tint.fill.texture).toBe(vignette);
    expect(tint.fill.colorTint.w).toBeGreaterThan(0.2);
    expect(tint.fill.colorTint).toMatchObject({ x: 1, y: 0.5, z: 0.25 });
  });

  it.skipIf(name === 'NeutralEffect')('moves nothing in the face at warp 0', () => {
    const one = stage(Script, { warp: 0 });
    play(one.effect, 1, 3);
    for (const { features } of parts(one, StandInFaceStretch)) {
      for (const { points } of features.values()) {
        for (const { delta } of points) expect(Math.abs(delta.x) + Math.abs(delta.y) + Math.abs(delta.z)).toBe(0);
      }
    }
    for (const { intensity } of parts(one, StandInLiquify)) expect(intensity).toBeCloseTo(1);
  });
});

describe('the face stretch of an effect', () => {
  it('moves the corners of the mouth up and apart for a smile', () => {
    const one = stage(HappyEffect);
    const [{ features }] = parts(one, StandInFaceStretch);
    const [{ points }] = [...features.values()];
    expect(points[48].delta.y).toBeGreaterThan(0);
    expect(points[48].delta.x).toBe(-points[54].delta.x);
    expect(points[48].weight).toBe(1);
    expect(points[30].delta.y).toBe(0);
  });

  it.each(
    Object.entries(EFFECTS)
      .filter(([name]) => name !== 'NeutralEffect')
      .flatMap(([name, Script]) => [0, 8].map((points) => [name, points, Script] as const)),
  )('of %s gives way to liquify, with one line, where there are %s points', (_, points, Script) => {
    const own = parts(stage(Script), StandInLiquify).length;
    StandInFaceStretch.pointsPerFeature = points;
    const one = stage(Script, { faceIndex: 1 });
    expect(lens.log).toEqual([
      expect.stringMatching(new RegExp(`^Face stretch: the face bulges instead.*none of the ${points} stretch points`)),
    ]);
    expect(parts(one, StandInFaceStretch)).toEqual([]);
    const made = parts(one, StandInLiquify).slice(own);
    expect(made.length).toBeGreaterThan(0);
    for (const { sceneObject } of made) {
      const head = sceneObject.getComponent('Head');
      expect(head.faceIndex).toBe(1);
    }
    expect(made.map(({ radius }) => radius)).toEqual(made.map(() => 2));
    expect(made.map(({ enabled, intensity }) => [enabled, intensity])).toEqual(made.map(() => [false, 1]));
    play(one.effect, 1, 3);
    for (const { enabled, intensity } of made) {
      expect(enabled).toBe(true);
      expect(Math.abs(intensity - 1)).toBeGreaterThan(0.05);
    }
    one.effect.setIntensity(0);
    expect(made.map(({ enabled, intensity }) => [enabled, intensity])).toEqual(made.map(() => [false, 1]));
    expect(lens.log).toHaveLength(1);
  });

  it('and its liquify stay off at warp 0', () => {
    StandInFaceStretch.pointsPerFeature = 0;
    const one = stage(HappyEffect, { warp: 0 });
    play(one.effect, 1, 3);
    expect(faceVisuals(one).filter(({ enabled }) => enabled)).toEqual([]);
  });
});

describe('the face retouch of Neutral', () => {
  const amounts = { softSkin: 0.4, whiteTeeth: 0.3, sharpEyes: 0.2, whiteEyes: 0.1 };
  const amountsOf = (visual: StandInRetouch) => [
    visual.softSkinIntensity,
    visual.teethWhiteningIntensity,
    visual.sharpenEyeIntensity,
    visual.eyeWhiteningIntensity,
  ];

  it('is that of the scene, in all four ways, and off at rest', () => {
    const scene = new StandInSceneObject('Face Retouch');
    const faceRetouch = scene.createComponent('RetouchVisual') as unknown as StandInRetouch;
    const one = stage(NeutralEffect, { faceRetouch, faceIndex: 1, ...amounts });
    expect(parts(one, StandInRetouch)).toEqual([]);
    expect([faceRetouch.faceIndex, faceRetouch.enabled, ...amountsOf(faceRetouch)]).toEqual([1, false, 0, 0, 0, 0]);
    play(one.effect, 0.5, 1);
    expect(faceRetouch.enabled).toBe(true);
    const expected = [0.2, 0.15, 0.1, 0.05];
    amountsOf(faceRetouch).forEach((amount, i) => {
      expect(amount).toBeCloseTo(expected[i]);
    });
    one.effect.setIntensity(0);
    expect([faceRetouch.enabled, ...amountsOf(faceRetouch)]).toEqual([false, 0, 0, 0, 0]);
    expect(lens.log).toEqual([]);
  });

  it('is made where the scene has none', () => {
    const one = stage(NeutralEffect, amounts);
    play(one.effect, 1, 1);
    expect(parts(one, StandInRetouch).map(amountsOf)).toEqual([Object.values(amounts)]);
  });

  it('stays off where all amounts are 0', () => {
    const one = stage(NeutralEffect, { softSkin: 0 });
    play(one.effect, 1, 1);
    expect(faceVisuals(one).map(({ enabled }) => enabled)).toEqual([false]);
  });
});
