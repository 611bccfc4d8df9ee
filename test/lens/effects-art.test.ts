import { beforeEach, describe, expect, it } from 'vitest';
import { MATERIALS } from '../../tools/lens-build/materials/materials.ts';
import type { Shader } from '../../tools/simulator/program.ts';
import { installStandIn, type StandIn } from '../../tools/simulator/stand-in/api.ts';
import { StandInImage, StandInMaterial, StandInPostEffect } from '../../tools/simulator/stand-in/materials.ts';
import { StandInTexture } from '../../tools/simulator/stand-in/textures.ts';
import { BlendMode, StandInText } from '../../tools/simulator/stand-in/visuals.ts';
import { type Effect, family, parts, stage } from './effect-probe.ts';

installStandIn();
const { AngryEffect } = await import('../../lens/Assets/Effects/AngryEffect.ts');
const { DisgustEffect } = await import('../../lens/Assets/Effects/DisgustEffect.ts');
const { FearEffect } = await import('../../lens/Assets/Effects/FearEffect.ts');
const { HappyEffect } = await import('../../lens/Assets/Effects/HappyEffect.ts');
const { NeutralEffect } = await import('../../lens/Assets/Effects/NeutralEffect.ts');
const { SadEffect } = await import('../../lens/Assets/Effects/SadEffect.ts');
const { SCREEN_PROPERTIES } = await import('../../lens/Assets/Effects/ScreenEffect.ts');
const { SPRITE_PROPERTIES } = await import('../../lens/Assets/Effects/Sprite.ts');
const { SurpriseEffect } = await import('../../lens/Assets/Effects/SurpriseEffect.ts');

/** Each effect with its sheets. */
const EFFECTS: readonly [string, new () => object, readonly string[]][] = [
  ['AngryEffect', AngryEffect, ['steam', 'sparkle', 'anger']],
  ['DisgustEffect', DisgustEffect, ['bubble', 'steam']],
  ['FearEffect', FearEffect, ['rain', 'steam']],
  ['HappyEffect', HappyEffect, ['sparkle', 'heart', 'blush']],
  ['NeutralEffect', NeutralEffect, ['petal']],
  ['SadEffect', SadEffect, ['tear', 'rain', 'stormCloud', 'lightning']],
  ['SurpriseEffect', SurpriseEffect, ['confetti', 'star', 'comicEye']],
];

/** Most Images that one effect may have: each is a draw call. */
const MAX_IMAGES = 25;
/** Most visuals that one effect may make in a frame. */
const MAX_CREATED = 5;

const shader = (properties: Shader['properties']): Shader => ({ path: 'x.graphShader', fragment: '', properties });
const texture = (name: string) => ({ name, type: 'texture', default: [], uniforms: {} }) as const;
const float = (name: string) => ({ name, type: 'float', default: [0], uniforms: {} }) as const;
const SPRITE = shader([
  texture('baseTex'),
  { name: 'tint', type: 'vec4', default: [1, 1, 1, 1], uniforms: {} },
  { name: 'grid', type: 'vec2', default: [1, 1], uniforms: {} },
  float('frame'),
]);
const SCREEN = shader([texture('screenTexture'), float('intensity'), float('time')]);

let lens: StandIn;
beforeEach(() => {
  lens = installStandIn();
});

/** All that a scene assigns to an effect. */
function art(sheets: readonly string[], sprite: Shader | null = SPRITE, screen: Shader | null = SCREEN) {
  const materials = {
    spriteMaterial: new StandInMaterial(sprite, 'Sprite'),
    screenMaterial: new StandInMaterial(screen, 'Some Screen'),
  };
  const pictures = Object.fromEntries(sheets.map((name) => [`${name}Sheet`, new StandInTexture()]));
  return { ...materials, ...pictures };
}

function play(effect: Effect, intensity: number, seconds: number, fps = 30): void {
  for (let i = 0; i < seconds * fps; i++) {
    effect.setIntensity(intensity);
    lens.frame(1 / fps);
  }
}

type Stage = ReturnType<typeof stage>;

/** The properties of our materials, as scripts see them. */
interface LivePass {
  readonly baseTex: unknown;
  readonly grid: vec2;
  readonly frame: number;
  readonly tint: vec4;
  readonly intensity: number;
  readonly time: number;
}
const passOf = ({ mainPass }: StandInImage | StandInPostEffect) => mainPass as unknown as LivePass;
const images = (one: Stage) => parts(one, StandInImage);
const shown = (one: Stage) => images(one).filter((image) => image.isEnabledInHierarchy && image.enabled);
const screens = (one: Stage) => parts(one, StandInPostEffect);

describe.each(EFFECTS)('%s with its art', (name, Script, sheets) => {
  it('shows sprites and changes the screen, without any emoji or tint', () => {
    const one = stage(Script, art(sheets));
    play(one.effect, 1, 4);
    expect(shown(one).length).toBeGreaterThan(2);
    expect(parts(one, StandInText)).toEqual([]);
    const [screen] = screens(one);
    const { intensity, time } = passOf(screen);
    expect([screen.enabled, screen.isEnabledInHierarchy]).toEqual([true, true]);
    expect(intensity).toBeGreaterThan(0.4);
    expect(intensity).toBeLessThanOrEqual(1);
    expect(time).toBeGreaterThan(1);
    expect(lens.log).toEqual([]);
  });

  it('shows each of its sheets, as a grid of its own, with frames within it', () => {
    const inputs = art(sheets) as Record<string, unknown>;
    const one = stage(Script, inputs);
    const seen = new Set<unknown>();
    for (let frame = 0; frame < 240; frame++) {
      play(one.effect, 1, 1 / 30);
      for (const image of images(one)) {
        const { baseTex, grid, frame: at } = passOf(image);
        seen.add(baseTex);
        expect(at).toBeGreaterThanOrEqual(0);
        expect(at).toBeLessThan(grid.x * grid.y);
      }
    }
    expect(seen).toEqual(new Set(sheets.map((sheet) => inputs[`${sheet}Sheet`])));
  });

  it('is at rest at intensity 0: nothing is drawn, nothing changes the screen', () => {
    const one = stage(Script, art(sheets));
    lens.run(1);
    expect(screens(one)).toEqual([]);
    expect(images(one)).toEqual([]);
    play(one.effect, 1, 2);
    one.effect.setIntensity(0);
    expect(shown(one)).toEqual([]);
    expect(screens(one).map(({ enabled }) => enabled)).toEqual([false]);
  });

  it('is weaker at a low intensity', () => {
    const strength = (intensity: number) => {
      const one = stage(Script, art(sheets));
      play(one.effect, intensity, 2);
      return passOf(screens(one)[0]).intensity;
    };
    expect(strength(0.3)).toBeLessThan(strength(1) / 2);
  });

  it('keeps within the budgets, on the layers of its parents, and clones what it sets', () => {
    const inputs = art(sheets);
    const one = stage(Script, inputs);
    const made: number[] = [];
    for (let frame = 0; frame < 30; frame++) {
      const before = images(one).length + screens(one).length;
      play(one.effect, 1, 1 / 30);
      made.push(images(one).length + screens(one).length - before);
    }
    expect(Math.max(...made)).toBeLessThanOrEqual(MAX_CREATED);
    // Within the shortest fade of the scene, a quarter of a second.
    expect(made.slice(8).every((count) => count === 0)).toBe(true);
    expect(images(one).length).toBeLessThanOrEqual(MAX_IMAGES);
    for (const object of family(one.object)) expect(object.layer).toBe(one.object.layer);
    for (const object of family(one.screen)) expect(object.layer).toBe(one.screen.layer);
    const used = [...images(one), ...screens(one)].map(({ mainMaterial }) => mainMaterial);
    expect(new Set(used).size).toBe(used.length);
    for (const material of [inputs.spriteMaterial, inputs.screenMaterial]) expect(used).not.toContain(material);
  });

  it('makes no vectors, colours or rectangles while it plays', () => {
    const one = stage(Script, art(sheets));
    play(one.effect, 1, 1);
    const made: string[] = [];
    for (const kind of ['vec2', 'vec3', 'vec4', 'quat', 'Rect'] as const) {
      const Class = (globalThis as unknown as Record<string, new () => object>)[kind];
      const watched = new Proxy(Class, {
        construct: (Target, args) => {
          made.push(kind);
          return Reflect.construct(Target, args);
        },
      });
      Object.assign(globalThis, { [kind]: watched });
    }
    play(one.effect, 1, 5);
    expect(made).toEqual([]);
  });

  it('plays the same way each time', () => {
    const looks = [0, 1].map(() => {
      lens = installStandIn();
      const one = stage(Script, art(sheets));
      play(one.effect, 0.8, 3);
      return images(one).map((image) => {
        const { frame, tint } = passOf(image);
        return [image.isEnabledInHierarchy, frame, tint.x, tint.y, tint.z, tint.w];
      });
    });
    expect(looks[1]).toEqual(looks[0]);
  });

  it('falls back to emoji with one line where the shader of the sprites did not compile', () => {
    const one = stage(Script, art(sheets, null));
    expect(lens.log).toEqual([
      'Effects: the material "Sprite" has no baseTex, tint, grid, frame, so its shader did not compile or is another one; ' +
        'what needs it shows emoji or a tint instead. Open its graph in Lens Studio to see why.',
    ]);
    play(one.effect, 1, 2);
    expect(images(one)).toEqual([]);
    expect(parts(one, StandInText).length).toBeGreaterThan(1);
    expect(screens(one)).toHaveLength(1);
    expect(lens.log).toHaveLength(1);
  });

  it('falls back to its tint where the shader of the screen did not compile', () => {
    const one = stage(Script, art(sheets, SPRITE, shader([texture('screenTexture'), float('intensity')])));
    expect(lens.log).toEqual([expect.stringMatching(/the material "Some Screen" has no time, so its shader/)]);
    play(one.effect, 1, 4);
    expect(screens(one)).toEqual([]);
    expect(shown(one).length).toBeGreaterThan(2);
    const tints = parts(one, StandInText).filter(({ backgroundSettings }) => backgroundSettings.enabled);
    expect(tints).toHaveLength(name === 'NeutralEffect' ? 0 : 1);
  });

  it('names a material or a sheet that is not assigned, and goes on without', () => {
    const { spriteMaterial, screenMaterial, ...pictures } = art(sheets);
    const without = (inputs: object) => {
      lens = installStandIn();
      const one = stage(Script, inputs);
      play(one.effect, 1, 2);
      return { one, log: [...lens.log] };
    };
    expect(without({ screenMaterial, ...pictures }).log).toEqual([
      'Effect: Sprite Material is empty; assign it in the Inspector.',
    ]);
    expect(without({ spriteMaterial, ...pictures }).log).toEqual([
      'Effect: Screen Material is empty; assign it in the Inspector.',
    ]);
    const { log } = without({ spriteMaterial, screenMaterial });
    expect(log).toHaveLength(sheets.length);
    for (const line of log)
      expect(line).toMatch(/^Effect: [A-Z][\w ]+ Sheet is empty; emoji are shown instead, or nothing\.$/);
    // None at all is meant to be so: the project for Lens Studio 5.15.
    expect(without({}).log).toEqual([]);
  });

  it('goes on if Lens Studio gives no pass to look at', () => {
    const broken = new StandInMaterial(SPRITE, 'Broken');
    Object.defineProperty(broken, 'mainPass', {
      get: () => {
        throw new Error('no pass');
      },
    });
    const one = stage(Script, { ...art(sheets), spriteMaterial: broken });
    expect(lens.log).toEqual([expect.stringMatching(/"Broken" has no pass that can be read \(Error: no pass\)/)]);
    play(one.effect, 1, 1);
    expect(parts(one, StandInText).length).toBeGreaterThan(0);
  });
});

describe('the materials of the lens', () => {
  it('have the properties that scripts set, by the names that they prove', () => {
    for (const { name, parameters } of MATERIALS)
      expect(parameters.map((one) => one.name)).toEqual(name === 'Sprite' ? SPRITE_PROPERTIES : SCREEN_PROPERTIES);
  });
});

describe('materials that effects share', () => {
  it('are named once, however many effects need them', () => {
    const spriteMaterial = new StandInMaterial(null, 'Shared');
    for (const [, Script] of EFFECTS) stage(Script, { spriteMaterial, screenMaterial: new StandInMaterial(SCREEN) });
    expect(lens.log.filter((line) => line.includes('"Shared"'))).toHaveLength(1);
  });
});

describe('sprites', () => {
  it('that shine are added to what they lie over, others are laid over it', () => {
    const one = stage(SadEffect, art(['tear', 'rain', 'stormCloud', 'lightning']));
    play(one.effect, 1, 1);
    const all = new Set(images(one).map(({ mainPass }) => mainPass.blendMode));
    expect(all).toEqual(new Set([BlendMode.Add, BlendMode.Normal]));
  });

  it('on a screen are square, whatever its shape is', () => {
    for (const aspect of [9 / 16, 9 / 21, 3 / 4]) {
      lens = installStandIn();
      lens.world.screenAspect = aspect;
      const one = stage(NeutralEffect, art(['petal']));
      play(one.effect, 1, 2);
      const [image] = shown(one);
      const { anchors } = image.sceneObject.getComponent('ScreenTransform') as unknown as { anchors: Rect };
      const [width, height] = [anchors.right - anchors.left, anchors.top - anchors.bottom];
      expect((width * aspect) / height).toBeCloseTo(1);
    }
  });
});
