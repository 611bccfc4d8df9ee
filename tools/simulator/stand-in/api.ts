import type { ComponentName, GlobalName } from '../names.ts';
import * as audio from './audio.ts';
import * as face from './face.ts';
import * as faceEffects from './face-effects.ts';
import * as math from './math.ts';
import * as ml from './ml.ts';
import { type ComponentClass, componentClasses, rootsOf, StandInSceneObject } from './scene.ts';
import * as script from './script.ts';
import * as visuals from './visuals.ts';
import type { World } from './world.ts';

const components = {
  ...audio.components,
  ...face.components,
  ...faceEffects.components,
  ...ml.components,
  ...visuals.components,
} satisfies Record<ComponentName, ComponentClass>;

for (const [name, Class] of Object.entries(components)) componentClasses.set(name, Class);

/** What scripts find as globals in Lens Studio. */
export type Api = Record<GlobalName, unknown>;

/** The stand-in for Lens Studio's API. @param world what its functions act on. */
export function createApi(world: World): Api {
  const liveTarget = new face.StandInTexture(new face.StandInScreen(world));
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
    print: (message: unknown) => world.print(String(message)),
    isNull: (reference: { destroyed?: boolean } | null | undefined) => !reference || reference.destroyed === true,
    getTime: () => world.time,
    getRealTimeNanos: () => world.surroundings.now() * 1e6,
  };
  return { ...api, global: { ...api } };
}
