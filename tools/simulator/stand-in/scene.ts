import { Quat, Vec3 } from './math.ts';
import { type World, world } from './world.ts';

let created = 0;

/** Root of all objects that Lens Studio makes. */
export class ScriptObjectStandIn implements SerializableWithUID {
  readonly uniqueIdentifier = `object-${created++}`;
  destroyed = false;

  getTypeName(): string {
    return this.constructor.name;
  }

  isOfType(type: string): boolean {
    return type === this.getTypeName();
  }

  isSame(other: ScriptObject): boolean {
    return other === this;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

/** A set of layers as a bit mask. */
export class StandInLayers implements LayerSet {
  constructor(readonly mask: number) {}
}

/** Layer of what the main camera shows. */
const DEFAULT_LAYERS = new StandInLayers(1);

export class StandInTransform extends ScriptObjectStandIn implements Transform {
  private position: vec3 = Vec3.zero();
  private rotation: quat = Quat.quatIdentity();
  private scale: vec3 = Vec3.one();

  getLocalPosition = () => this.position;
  getLocalRotation = () => this.rotation;
  getLocalScale = () => this.scale;
  // What is given is copied, as Lens Studio does: scripts may go on using it.
  setLocalPosition({ x, y, z }: vec3): void {
    this.position = new Vec3(x, y, z);
  }
  setLocalRotation({ w, x, y, z }: quat): void {
    this.rotation = new Quat(w, x, y, z);
  }
  setLocalScale({ x, y, z }: vec3): void {
    this.scale = new Vec3(x, y, z);
  }
}

/** Any component but a script. */
export class StandInComponent extends ScriptObjectStandIn implements Component {
  enabled = true;

  constructor(readonly sceneObject: StandInSceneObject) {
    super();
  }

  get isEnabledInHierarchy(): boolean {
    return this.enabled && this.sceneObject.isEnabledInHierarchy;
  }

  getSceneObject = () => this.sceneObject;
  getTransform = () => this.sceneObject.getTransform();

  override destroy(): void {
    super.destroy();
    this.sceneObject.removeComponent(this);
  }
}

/** Draws nothing of its own: the scene is drawn on one screen. */
export class StandInCamera extends StandInComponent implements Camera {}

/** What lies on a scene object; a script also wakes and falls asleep with it. */
export interface AnyComponent {
  enabled: boolean;
  destroy(): void;
  setActive?(enabled: boolean): void;
}

export type ComponentClass = new (sceneObject: StandInSceneObject) => AnyComponent;

/** Classes of the components that `createComponent` can make, by name. */
export const componentClasses = new Map<string, ComponentClass>([['Camera', StandInCamera]]);

export class StandInSceneObject extends ScriptObjectStandIn implements SceneObject {
  children: StandInSceneObject[] = [];
  layer: LayerSet = DEFAULT_LAYERS;
  readonly components: AnyComponent[] = [];
  private parent: StandInSceneObject | undefined;
  private on = true;
  private readonly transform = new StandInTransform();

  constructor(public name = 'object') {
    super();
    world().roots.add(this);
  }

  get enabled(): boolean {
    return this.on;
  }

  /** Enabling and disabling reaches the scripts below; a script wakes when it is enabled for the first time. */
  set enabled(enabled: boolean) {
    if (enabled === this.on) return;
    this.on = enabled;
    if (this.parent === undefined || this.parent.isEnabledInHierarchy) this.notifyScripts(enabled);
  }

  get isEnabledInHierarchy(): boolean {
    return this.on && (this.parent === undefined || this.parent.isEnabledInHierarchy);
  }

  createComponent<K extends keyof ComponentNameMap>(typeName: K): ComponentNameMap[K] {
    const Class = componentClasses.get(typeName.replace('Component.', ''));
    if (Class === undefined) throw new Error(`the simulator has no component ${typeName}`);
    const component = new Class(this);
    this.components.push(component);
    return component as unknown as ComponentNameMap[K];
  }

  /** Null if there is none, as in Lens Studio. */
  getComponent<K extends keyof ComponentNameMap>(typeName: K): ComponentNameMap[K] {
    return this.getComponents(typeName)[0] ?? (null as unknown as ComponentNameMap[K]);
  }

  getComponents<K extends keyof ComponentNameMap>(typeName: K): ComponentNameMap[K][] {
    const Class = componentClasses.get(typeName.replace('Component.', ''));
    if (Class === undefined) throw new Error(`the simulator has no component ${typeName}`);
    return this.components.filter((one) => one instanceof Class) as unknown as ComponentNameMap[K][];
  }

  getTransform = () => this.transform;
  getParent = () => this.parent as StandInSceneObject;
  hasParent = () => this.parent !== undefined;
  getChild = (index: number) => this.children[index];
  getChildrenCount = () => this.children.length;

  setParent(parent: SceneObject): void {
    this.leaveParent();
    this.parent = parent as StandInSceneObject;
    this.parent.children.push(this);
    world().roots.delete(this);
  }

  override destroy(): void {
    super.destroy();
    this.leaveParent();
    world().roots.delete(this);
    for (const child of [...this.children]) child.destroy();
    for (const component of [...this.components]) component.destroy();
  }

  removeComponent(component: AnyComponent): void {
    const at = this.components.indexOf(component);
    if (at >= 0) this.components.splice(at, 1);
  }

  private leaveParent(): void {
    if (this.parent) this.parent.children = this.parent.children.filter((child) => child !== this);
    this.parent = undefined;
  }

  private notifyScripts(enabled: boolean): void {
    for (const one of [...this.components]) if (one.enabled) one.setActive?.(enabled);
    for (const child of [...this.children]) if (child.on) child.notifyScripts(enabled);
  }
}

/** The objects of a lens without a parent. */
export const rootsOf = ({ roots }: World) => roots as ReadonlySet<StandInSceneObject>;
