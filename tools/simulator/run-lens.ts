import { messageOf } from '../../ml/core/errors.ts';
import type { LensHost, LensScripts, ObjectState, Overrides, SimulatedLens } from './lens.ts';
import type { LensProgram } from './program.ts';
import { buildScene } from './scene/build-scene.ts';
import { readVisuals } from './scene/read-visuals.ts';
import { createApi } from './stand-in/api.ts';
import { StandInAudio } from './stand-in/audio.ts';
import { StandInHead } from './stand-in/face.ts';
import { Vec2 } from './stand-in/math.ts';
import { rootsOf, type StandInSceneObject } from './stand-in/scene.ts';
import { World } from './stand-in/world.ts';

/**
 * Starts a lens: makes its scene, sets its scripts' inputs and wakes them. Nothing that a script throws comes out of it:
 * before the first frame it becomes one of the problems, and later a line of the log.
 * @param scripts what the module of `bundleScripts` exports.
 * @param overrides values in place of the scene's.
 */
export function startLens(
  program: LensProgram,
  scripts: LensScripts,
  host: LensHost,
  overrides: Overrides = {},
): SimulatedLens {
  const world = new World(host);
  world.activate();
  const problems: string[] = [];
  const modules = scripts(createApi(world));
  const running = buildScene({ program, modules, host, overrides, problems });
  world.onError = (who, error) => problems.push(`${who} failed in onAwake: ${messageOf(error)}`);
  for (const { instance } of running) if (instance.isEnabledInHierarchy) instance.setActive(true);
  world.onError = (who, error) => {
    const line = `Error in ${who}: ${messageOf(error)}`;
    // A script that fails does so in each frame.
    if (!world.log.includes(line)) world.print(line);
  };

  return {
    problems,
    log: world.log,
    get time() {
      return world.time;
    },
    scripts: running as unknown as SimulatedLens['scripts'],
    frame: (dt) => world.frame(dt),
    faceFound: (index) => world.dispatchFaceEvent('FaceFoundEvent', index),
    faceLost: (index) => world.dispatchFaceEvent('FaceLostEvent', index),
    landmarks: (index, points, { width, height }) => {
      world.activate();
      world.screenAspect = width / height;
      const places = points.map(([x, y]) => new Vec2(x, y));
      for (const object of allObjects(world))
        for (const head of object.components)
          if (head instanceof StandInHead && head.faceIndex === index && head.isEnabledInHierarchy)
            head.onLandmarksUpdate.emit(places);
    },
    visuals: (screen) => readVisuals(rootsOf(world), screen, host),
    objects: () => objectStates(rootsOf(world), true),
    sounds: () =>
      allObjects(world)
        .flatMap(({ components }) => components)
        .filter((one) => one instanceof StandInAudio)
        .filter((audio) => audio.isPlaying())
        .map(({ audioTrack }) => audioTrack.asset),
    destroy: () => {
      world.activate();
      for (const root of [...rootsOf(world)]) root.destroy();
    },
  };
}

function allObjects(world: World): StandInSceneObject[] {
  const below = (object: StandInSceneObject): StandInSceneObject[] => [object, ...object.children.flatMap(below)];
  return [...rootsOf(world)].flatMap(below);
}

function objectStates(objects: Iterable<StandInSceneObject>, shown: boolean): ObjectState[] {
  return [...objects].flatMap(({ name, enabled, children }) => [
    { name, enabled, shown: shown && enabled },
    ...objectStates(children, shown && enabled),
  ]);
}
