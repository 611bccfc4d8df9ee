import { StandInEvent } from './events.ts';
import { componentClasses, ScriptObjectStandIn, type StandInSceneObject } from './scene.ts';
import { world } from './world.ts';

/** Scene object of the script that is being made: scripts are made without arguments. */
let owner: StandInSceneObject;

/** The base class of all scripts: `BaseScriptComponent`. */
export class StandInScript extends ScriptObjectStandIn implements BaseScriptComponent {
  readonly sceneObject = owner;
  onAwake?(): void;
  private awake = false;
  private on = true;

  get enabled(): boolean {
    return this.on;
  }

  /** A script wakes when it is enabled for the first time. */
  set enabled(enabled: boolean) {
    if (enabled === this.on) return;
    this.on = enabled;
    if (this.sceneObject.isEnabledInHierarchy) this.setActive(enabled);
  }

  get isEnabledInHierarchy(): boolean {
    return this.enabled && this.sceneObject.isEnabledInHierarchy;
  }

  createEvent<K extends keyof EventNameMap>(type: K): EventNameMap[K] {
    return new StandInEvent(type, this) as unknown as EventNameMap[K];
  }

  removeEvent(event: SceneEvent): void {
    const { events } = world();
    const index = events.indexOf(event as unknown as StandInEvent);
    if (index >= 0) events.splice(index, 1);
    (event as unknown as StandInEvent).destroy();
  }

  getSceneObject = () => this.sceneObject;
  getTransform = () => this.sceneObject.getTransform();

  override destroy(): void {
    super.destroy();
    world().dispatch('OnDestroyEvent', (event) => event.owner === this);
    for (const event of world().events.filter(({ owner }) => owner === this))
      this.removeEvent(event as unknown as SceneEvent);
    this.sceneObject.removeComponent(this);
  }

  /** Wakes the script if it has not been awake yet, and tells it that it is enabled or disabled. */
  setActive(enabled: boolean): void {
    if (enabled && !this.awake) {
      this.awake = true;
      world().attempt(this.getTypeName(), () => this.onAwake?.());
      world().starting.push(this);
    }
    world().dispatch(enabled ? 'OnEnableEvent' : 'OnDisableEvent', (event) => event.owner === this);
  }
}

componentClasses.set('ScriptComponent', StandInScript);

/** Makes a script on a scene object, asleep. */
export function makeScript<T extends object>(object: StandInSceneObject, Script: new () => T): T & StandInScript {
  owner = object;
  const script = new Script() as T & StandInScript;
  object.components.push(script);
  return script;
}

/**
 * Puts a script on a scene object as Lens Studio does: it is made, its inputs are set, and it wakes once it is enabled.
 */
export function addScript<T extends object>(object: SceneObject, Script: new () => T, inputs: Partial<T> = {}): T {
  const script = Object.assign(makeScript(object as StandInSceneObject, Script), inputs);
  if (script.isEnabledInHierarchy) script.setActive(true);
  return script;
}

const decorator = () => {};
const decoratorFactory = () => decorator;

class Widget {}

export const globals = {
  BaseScriptComponent: StandInScript,
  component: decorator,
  // Used both bare, with target and key, and as a factory.
  input: (...use: unknown[]) => (typeof use[0] === 'object' ? undefined : decorator),
  hint: decoratorFactory,
  label: decoratorFactory,
  showIf: decoratorFactory,
  widget: decoratorFactory,
  allowUndefined: decorator,
  ui: { separator: decorator, label: decoratorFactory, group_start: decoratorFactory, group_end: decorator },
  SliderWidget: Widget,
  ColorWidget: Widget,
  ComboBoxWidget: Widget,
  ComboBoxItem: Widget,
};
