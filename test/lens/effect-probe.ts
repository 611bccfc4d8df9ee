import { StandInFaceStretch, StandInLiquify, StandInRetouch } from '../../tools/simulator/stand-in/face.ts';
import { Vec4 } from '../../tools/simulator/stand-in/math.ts';
import { StandInLayers, StandInSceneObject } from '../../tools/simulator/stand-in/scene.ts';
import { addScript } from '../../tools/simulator/stand-in/script.ts';
import {
  type StandInScreenTransform,
  StandInText,
  type StandInVisual,
} from '../../tools/simulator/stand-in/visuals.ts';

/** A shipped effect, as its tests see it. */
export interface Effect {
  onAwake(): void;
  setIntensity(intensity: number): void;
}

export interface Stage {
  readonly object: StandInSceneObject;
  readonly screen: StandInSceneObject;
  readonly effect: Effect;
}

/** A scene with one effect: its object with layer 1 below the camera, a screen region with the orthographic layer. */
export function stage(Script: new () => object, inputs: object = {}): Stage {
  const object = new StandInSceneObject('Effect');
  const screen = new StandInSceneObject('Full Frame Region');
  screen.layer = new StandInLayers(1 << 20);
  screen.createComponent('ScreenTransform');
  const tint = new Vec4(1, 0.5, 0.25, 0.6);
  const effect = addScript(object, Script as new () => Effect, { screen, tint, ...inputs } as Partial<Effect>);
  return { object, screen, effect };
}

/** The object and all below it. */
export function family(object: StandInSceneObject): StandInSceneObject[] {
  return [object, ...object.children.flatMap(family)];
}

const componentsOf = <T>(objects: StandInSceneObject[], Class: abstract new (...args: never[]) => T): T[] =>
  objects.flatMap((object) => object.components.filter((one) => one instanceof Class) as T[]);

/** All that an effect made of one kind. */
export function parts<T>({ object, screen }: Stage, Class: abstract new (...args: never[]) => T): T[] {
  return componentsOf([...family(object), ...family(screen)], Class);
}

/** Everything that changes the face itself. */
export function faceVisuals(stage: Stage): StandInVisual[] {
  return [StandInFaceStretch, StandInLiquify, StandInRetouch].flatMap((Class) => parts<StandInVisual>(stage, Class));
}

/** What can be seen of an effect now, in numbers: the warps of the face, and each Text that is shown. */
export function look(stage: Stage) {
  const texts = parts(stage, StandInText).filter((text) => text.isEnabledInHierarchy);
  return {
    stretch: parts(stage, StandInFaceStretch).flatMap((one) => [...one.features.values()].map(({ weight }) => weight)),
    liquify: parts(stage, StandInLiquify).map(({ intensity }) => intensity),
    softSkin: parts(stage, StandInRetouch).map(({ softSkinIntensity }) => softSkinIntensity),
    texts: texts.map((text) => {
      const { x, y, z } = text.getTransform().getLocalPosition();
      const scale = text.getTransform().getLocalScale();
      const on = text.sceneObject.getComponent('ScreenTransform') as unknown as StandInScreenTransform | null;
      const sides = on ? [on.anchors.left, on.anchors.right, on.anchors.bottom, on.anchors.top, on.scale.x] : [];
      const { fill } = text.backgroundSettings;
      return [x, y, z, scale.x, ...sides, fill.color.w, fill.colorTint.w];
    }),
  };
}
