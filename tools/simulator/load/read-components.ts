import type { AssetIndex } from '../../lens-studio/analysis/asset-index.ts';
import { Classes, type ScriptInstance, scriptInstances } from '../../lens-studio/analysis/component-inputs.ts';
import { isKind } from '../../lens-studio/analysis/kinds.ts';
import { type Entity, type Link, plain } from '../../lens-studio/files/entity.ts';
import type { Script } from '../../lens-studio/scripts/script.ts';
import { COMPONENT_NAMES, SCREEN_COMPONENTS } from '../names.ts';
import type { InputValue, ProgramComponent, ProgramScript } from '../program.ts';
import { defaultOf, inputValueOf, numberOf, numbersOf, ownIds, RADIANS } from './values.ts';

const SIDES = ['left', 'right', 'bottom', 'top'];

/** Reads the components of a scene's objects, and says what is wrong with their wiring. */
export class ComponentReader {
  /** What inputs may link to: objects and components of the scene, and assets. */
  private readonly known: Set<string>;
  private readonly instances: ReadonlyMap<Entity, ScriptInstance>;
  private readonly classes: Classes;
  private readonly scriptById: ReadonlyMap<string, ProgramScript>;

  constructor(
    private readonly index: AssetIndex,
    scripts: readonly ProgramScript[],
    assets: ReadonlySet<string>,
    private readonly problems: string[],
  ) {
    this.known = new Set(assets);
    this.instances = new Map(scriptInstances(index).map((instance) => [instance.entity, instance]));
    this.classes = new Classes(index.scripts);
    this.scriptById = new Map(scripts.map((script) => [script.id, script]));
  }

  /** Must receive all objects before the first is asked for: scripts may link to later ones. */
  registerObjects(objects: readonly Entity[]): void {
    for (const object of objects) {
      this.known.add(object.id);
      for (const component of this.ownedBy(object)) if (this.isSupported(component)) this.known.add(component.id);
    }
  }

  componentsOf(object: Entity): ProgramComponent[] {
    const components: ProgramComponent[] = [];
    for (const entity of this.ownedBy(object)) {
      const component = this.read(entity, String(object.fields.get('Name')));
      if (component) components.push(component);
    }
    return components;
  }

  private ownedBy(object: Entity): Entity[] {
    return ownIds(object, 'Components').flatMap((id) => this.index.entityById.get(id) ?? []);
  }

  private isSupported({ type, fields }: Entity): boolean {
    if (type === 'ScriptComponent') return this.scriptById.has(String(plain(fields.get('ScriptAsset') ?? null)));
    return isIn(COMPONENT_NAMES, type) || isIn(SCREEN_COMPONENTS, type);
  }

  private read(entity: Entity, objectName: string): ProgramComponent | null {
    const { id, type, fields } = entity;
    const place = `on the object "${objectName}"`;
    const enabled = fields.get('Enabled') !== false;
    if (type === 'ScriptComponent') return this.readScript(entity, enabled, place);
    if (type === 'ScreenTransform') {
      const transform = fields.get('Transform') ?? null;
      return {
        kind: 'screenTransform',
        id,
        enabled,
        anchors: numbersOf(fields, ['Anchor'], SIDES, 0),
        offsets: numbersOf(fields, ['Offset'], SIDES, 0),
        rotation: numbersOf(transform, ['rotation'], 'xyz', 0).map((degrees) => degrees * RADIANS),
        scale: numbersOf(transform, ['scale'], 'xyz', 1),
      };
    }
    if (type === 'RetouchVisual') {
      // What is switched off there does nothing, however strong it is.
      const amount = (name: string) =>
        fields.get(`${name}Enabled`) === false ? 0 : numberOf(fields.get(`${name}Intensity`), 0);
      return {
        kind: 'retouch',
        id,
        enabled,
        faceIndex: numberOf(fields.get('FaceIndex'), 0),
        softSkin: amount('SoftSkin'),
        teethWhitening: amount('TeethWhitening'),
        eyeSharpening: amount('EyeSharpening'),
        eyeWhitening: amount('EyeWhitening'),
      };
    }
    if (type === 'Image' || type === 'PostEffectVisual') {
      const [material] = ownIds(entity, 'Materials');
      return {
        kind: 'materialVisual',
        id,
        enabled,
        type,
        renderOrder: numberOf(fields.get('RenderOrder'), 0),
        material: material !== undefined && this.known.has(material) ? material : null,
        stretchMode: String(plain(fields.get('StretchMode') ?? null) ?? 'Fit'),
        flipX: fields.get('FlipX') === true,
        flipY: fields.get('FlipY') === true,
      };
    }
    if (!this.isSupported(entity)) {
      this.problems.push(`the simulator does not support the component ${type} ${place}; it is left out`);
      return null;
    }
    if (isIn(COMPONENT_NAMES, type))
      this.problems.push(`the ${type} ${place} is simulated with default settings, not with those of the scene`);
    return { kind: 'component', id, enabled, type };
  }

  private readScript(entity: Entity, enabled: boolean, place: string): ProgramComponent | null {
    const link = entity.links.find(({ field }) => field === 'ScriptAsset');
    const script = link && this.scriptById.get(link.id);
    const instance = this.instances.get(entity);
    if (!script || !instance) {
      this.problems.push(`a script ${place} is left out: ${this.whyNoScript(link)}`);
      return null;
    }
    const name = `${script.className} ${place}`;
    const wrong = new Set<string>();
    for (const one of entity.links) {
      if (one === link) continue;
      const why = this.linkProblem(one, instance);
      if (why === null) continue;
      wrong.add(one.id);
      this.problems.push(`${name}: "${one.field}" links to ${why}; it is treated as empty`);
    }
    const inputs: Record<string, InputValue> = {};
    for (const input of instance.declared) {
      const value = instance.values.get(input.name);
      const read = value === undefined ? defaultOf(input) : withoutLinks(inputValueOf(value), wrong);
      if (read !== undefined) inputs[input.name] = read;
    }
    return { kind: 'script', id: entity.id, enabled, script: script.id, inputs };
  }

  private whyNoScript(link: Link | undefined): string {
    if (link === undefined) return 'it has no script asset';
    const found = this.index.resolve(link.id);
    if (found === null) return `its script asset (${link.id}) is not in the project`;
    return `${found.file.replace(/\.meta$/, '')} is not a readable TypeScript component of the project`;
  }

  /** What is wrong with a link of an input, or null. */
  private linkProblem({ id, type, field }: Link, { declared }: ScriptInstance): string | null {
    const found = this.index.resolve(id);
    if (found === null) return `something that is not in the project (${id})`;
    if (type !== null && !isKind(found.kind, type)) return `something of type ${found.kind}, not ${type}`;
    if (!this.known.has(id)) return `something that the simulator could not load (${found.kind ?? 'unknown'}, ${id})`;
    const wanted = declared.find(({ name }) => name === field)?.type.className;
    const target = this.scriptOf(id);
    if (wanted && target && this.classes.isKnown(wanted) && this.classes.extends(target, wanted) === false)
      return `the component ${target.component?.className}, not ${wanted}`;
    return null;
  }

  private scriptOf(component: string): Script | undefined {
    const entity = this.index.entityById.get(component);
    return entity && this.instances.get(entity)?.script;
  }
}

const isIn = (names: readonly string[], name: string): boolean => names.includes(name);

function withoutLinks(value: InputValue, wrong: ReadonlySet<string>): InputValue {
  if (Array.isArray(value)) return (value as readonly InputValue[]).map((item) => withoutLinks(item, wrong));
  return value !== null && typeof value === 'object' && 'link' in value && wrong.has(value.link) ? null : value;
}
