import { createApi } from './api.ts';
import { World } from './world.ts';

/** Drives a lens that runs on the stand-in. */
export interface StandIn {
  readonly world: World;
  /** Lines that the scripts printed. */
  readonly log: readonly string[];
  /** One frame. @param dt seconds since the last. */
  frame(dt: number): void;
  /** @param seconds in frames of 1/fps each. */
  run(seconds: number, fps?: number): void;
  /** A face was found or lost, told at once to those who listen. */
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
    faceFound: (index = 0) => world.tellFace('FaceFoundEvent', index),
    faceLost: (index = 0) => world.tellFace('FaceLostEvent', index),
  };
}
