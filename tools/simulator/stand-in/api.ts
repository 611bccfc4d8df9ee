import type { ComponentName, GlobalName } from '../names.ts';
import * as audio from './audio.ts';
import * as face from './face.ts';
import * as materials from './materials.ts';
import * as math from './math.ts';
import * as ml from './ml.ts';
import { type ComponentClass, componentClasses, rootsOf, StandInSceneObject } from './scene.ts';
import * as script from './script.ts';
import { StandInScreen, StandInTexture } from './textures.ts';
import * as visuals from './visuals.ts';
import { World } from './world.ts';

const components = {
  ...audio.components,
  ...face.components,
  ...materials.components,
  ...ml.components,
  ...visuals.components,
} satisfies Record<ComponentName, ComponentClass>;

for (const [name, Class] of Object.entries(components)) componentClasses.set(name, Class);

/** What scripts find as globals in Lens Studio. */
export type Api = Record<GlobalName, unknown>;

/** The stand-in for Lens Studio's API. @param world what its functions act on. */
export function createApi(world: World): Api {
  const liveTarget = new StandInTexture(new StandInScreen(world));
  const api: Omit<Api, 'global'> = {
    ...math.globals,
    ...script.globals,
    ...ml.globals,
    ...face.globals,
    ...visuals.globals,
    scene: {
      createSceneObject: (name: string) => new StandInSceneObject(name),
      getRootObject: (index: number) => [...rootsOf(world)][index],
      getRootObjectsCount: () => world.roots.size,
      liveTarget,
    },
    deviceInfoSystem: {
      isEditor: () => false,
      performanceIndexes: {
        get ml() {
          return world.mlPerformance;
        },
      },
    },
    requireAsset: (path: string) => {
      const asset = world.assets.get(path);
      if (asset === undefined) throw new Error(`requireAsset: ${path} is not an asset of the project`);
      return asset;
    },
    print: (message: unknown) => world.print(String(message)),
    isNull: (reference: { destroyed?: boolean } | null | undefined) => !reference || reference.destroyed === true,
    getTime: () => world.time,
    getRealTimeNanos: () => world.surroundings.now() * 1e6,
  };
  return { ...api, global: { ...api } };
}

/** Drives a lens that runs on the stand-in. */
export interface StandIn {
  readonly world: World;
  /** Lines that the scripts printed. */
  readonly log: readonly string[];
  /** One frame. @param dt seconds since the last. */
  frame(dt: number): void;
  /** @param seconds in frames of 1/fps each. */
  run(seconds: number, fps?: number): void;
  /** A face was found or lost, reported at once to those who listen. */
  faceFound(index?: number): void;
  faceLost(index?: number): void;
}

/**
 * Puts the stand-in on `globalThis`, with an empty lens. Scripts must be imported after it, because they extend
 * `BaseScriptComponent` when they are loaded.
 */
export function installStandIn(): StandIn {
  const world = new World();
  world.activate();
  const { global: _, ...api } = createApi(world);
  Object.assign(globalThis, api);
  return {
    world,
    log: world.log,
    frame: (dt) => world.frame(dt),
    run: (seconds, fps = 30) => {
      const frames = Math.round(seconds * fps);
      for (let i = 0; i < frames; i++) world.frame(1 / fps);
    },
    faceFound: (index = 0) => world.dispatchFaceEvent('FaceFoundEvent', index),
    faceLost: (index = 0) => world.dispatchFaceEvent('FaceLostEvent', index),
  };
}
