// The core of Lens Studio's API that the scripts use: scene objects, components, events, globals. Constructors are
// hidden: Lens Studio makes these objects.

declare class ScriptObject {
  protected constructor();
  getTypeName(): string;
  isOfType(type: string): boolean;
  isSame(other: ScriptObject): boolean;
}

declare class SerializableWithUID extends ScriptObject {
  protected constructor();
  uniqueIdentifier: string;
}

declare class Asset extends SerializableWithUID {
  protected constructor();
  name: string;
}

declare class Provider extends ScriptObject {
  protected constructor();
}

declare class TextureProvider extends Provider {
  protected constructor();
  /** Width through height. */
  getAspect(): number;
}

declare class Texture extends Asset {
  protected constructor();
  control: TextureProvider;
}

declare class EventRegistration extends ScriptObject {
  protected constructor();
}

interface event0<R> {
  add(callback: () => R): EventRegistration;
  remove(eventRegistration: EventRegistration): void;
}

interface event1<T0, R> {
  add(callback: (arg0: T0) => R): EventRegistration;
  remove(eventRegistration: EventRegistration): void;
}

/** Layers as a set of bits. */
declare class LayerSet {
  protected constructor();
}

declare class Transform extends ScriptObject {
  protected constructor();
  getLocalPosition(): vec3;
  setLocalPosition(pos: vec3): void;
  getLocalRotation(): quat;
  setLocalRotation(rotation: quat): void;
  getLocalScale(): vec3;
  setLocalScale(scale: vec3): void;
}

/** What `createComponent` and `getComponent` take; each file of declarations adds its components. */
interface ComponentNameMap {
  ScriptComponent: ScriptComponent;
}

declare class SceneObject extends SerializableWithUID {
  protected constructor();
  name: string;
  enabled: boolean;
  isEnabledInHierarchy: boolean;
  layer: LayerSet;
  children: SceneObject[];
  createComponent<K extends keyof ComponentNameMap>(typeName: K): ComponentNameMap[K];
  getComponent<K extends keyof ComponentNameMap>(componentType: K): ComponentNameMap[K];
  getComponents<K extends keyof ComponentNameMap>(componentType: K): ComponentNameMap[K][];
  getTransform(): Transform;
  getParent(): SceneObject;
  hasParent(): boolean;
  setParent(newParent: SceneObject): void;
  getChild(index: number): SceneObject;
  getChildrenCount(): number;
  destroy(): void;
}

declare class Component extends SerializableWithUID {
  protected constructor();
  enabled: boolean;
  isEnabledInHierarchy: boolean;
  sceneObject: SceneObject;
  getSceneObject(): SceneObject;
  getTransform(): Transform;
  destroy(): void;
}

/** Any script on a scene object. What another script may use of it is untyped. */
declare class ScriptComponent extends Component {
  protected constructor();
  createEvent<K extends keyof EventNameMap>(eventType: K): EventNameMap[K];
  removeEvent(event: SceneEvent): void;
}

/** What our components extend. */
declare abstract class BaseScriptComponent {
  enabled: boolean;
  sceneObject: SceneObject;
  createEvent<K extends keyof EventNameMap>(eventType: K): EventNameMap[K];
  removeEvent(event: SceneEvent): void;
  getSceneObject(): SceneObject;
  getTransform(): Transform;
}

declare class IEventParameters extends ScriptObject {
  protected constructor();
}

declare class SceneEvent extends IEventParameters {
  protected constructor();
  enabled: boolean;
  bind(evCallback: (arg1: this) => void): void;
}

declare class OnStartEvent extends SceneEvent {
  protected constructor();
}

declare class UpdateEvent extends SceneEvent {
  protected constructor();
  /** Seconds since the last frame. */
  getDeltaTime(): number;
}

declare class OnEnableEvent extends SceneEvent {
  protected constructor();
}

declare class OnDisableEvent extends SceneEvent {
  protected constructor();
}

declare class OnDestroyEvent extends SceneEvent {
  protected constructor();
}

interface EventNameMap {
  OnStartEvent: OnStartEvent;
  UpdateEvent: UpdateEvent;
  OnEnableEvent: OnEnableEvent;
  OnDisableEvent: OnDisableEvent;
  OnDestroyEvent: OnDestroyEvent;
}

/** Writes a line into the Logger panel. */
declare function print(message: unknown): void;

/** Whether an object is null, undefined or destroyed. */
declare function isNull(reference: unknown): boolean;

/** Seconds since the lens started. */
declare function getTime(): number;

/** Nanoseconds of a clock that goes on within a frame. */
declare function getRealTimeNanos(): number;

declare class ScriptScene extends ScriptObject {
  protected constructor();
  /** A new object without a parent, on the default layer. */
  createSceneObject(name: string): SceneObject;
  /** Objects without a parent. */
  getRootObject(index: number): SceneObject;
  getRootObjectsCount(): number;
  /** What the screen shows. */
  liveTarget: Texture;
}

/** The global object. Written as Node declares it, so that tests can use both declarations. */
declare var global: typeof globalThis;

/** To be used as `global.scene`. */
declare var scene: ScriptScene;
