import * as audio from './audio.ts';
import * as face from './face.ts';
import * as faceEffects from './face-effects.ts';
import * as math from './math.ts';
import * as ml from './ml.ts';
import { type ComponentClass, componentClasses, StandInSceneObject } from './scene.ts';
import * as script from './script.ts';
import * as visuals from './visuals.ts';
import { newWorld, type World } from './world.ts';

/** A part of Lens Studio's API: what it adds to the globals and to the components that can be created. */
interface Part {
  readonly globals: object;
  readonly components?: Readonly<Record<string, ComponentClass>>;
}

const PARTS: readonly Part[] = [math, script, ml, face, visuals, audio, faceEffects];

/** Drives a lens that runs on the stand-in. */
export interface StandIn {
  readonly world: World;
  /** Lines that the scripts printed. */
  readonly log: readonly string[];
  /** One frame: starts what has woken, moves the models on, then updates. @param dt seconds since the last. */
  frame(dt: number): void;
  /** @param seconds in frames of 1/fps each. */
  run(seconds: number, fps?: number): void;
  /** A face was found or lost, told at once to those who listen. */
  faceFound(index?: number): void;
  faceLost(index?: number): void;
}

/**
 * Puts a small stand-in for Lens Studio's API on `globalThis`, with an empty lens. Scripts must be imported after it,
 * because they extend `BaseScriptComponent` when they are loaded.
 */
export function installStandIn(): StandIn {
  const world = newWorld();
  componentClasses.clear();
  for (const { globals, components = {} } of PARTS) {
    Object.assign(globalThis, globals);
    for (const [name, Class] of Object.entries(components)) componentClasses.set(name, Class);
  }
  Object.assign(globalThis, {
    scene: { createSceneObject: (name: string) => new StandInSceneObject(name) },
    print: (message: unknown) => world.log.push(String(message)),
    isNull: (reference: { destroyed?: boolean } | null | undefined) => !reference || reference.destroyed === true,
    getTime: () => world.time,
    getRealTimeNanos: () => performance.now() * 1e6,
  });

  const tellFace = (type: string, index: number) => {
    for (const event of world.events) event.faceIndex = index;
    world.dispatch(type, (event) => event.owner.isEnabledInHierarchy);
  };
  const frame = (dt: number) => {
    world.time += dt;
    for (const started of world.starting.splice(0)) world.dispatch('OnStartEvent', (event) => event.owner === started);
    for (const steppable of world.steppables) steppable.step();
    for (const event of world.events) event.deltaTime = dt;
    world.dispatch('UpdateEvent', (event) => event.owner.isEnabledInHierarchy);
  };
  return {
    world,
    log: world.log,
    frame,
    run: (seconds, fps = 30) => {
      const frames = Math.round(seconds * fps);
      for (let i = 0; i < frames; i++) frame(1 / fps);
    },
    faceFound: (index = 0) => tellFace('FaceFoundEvent', index),
    faceLost: (index = 0) => tellFace('FaceLostEvent', index),
  };
}
