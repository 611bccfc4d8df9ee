import { type Entity, heldInputs } from '../files/entity.ts';
import type { Script, ScriptInput } from '../scripts/script.ts';
import type { Fields } from '../yaml/value.ts';
import type { AssetIndex } from './asset-index.ts';
import type { ScriptFile } from './script-thread.ts';

/** A component of a scene or prefab with the script that it runs. */
export interface ScriptInstance {
  readonly entity: Entity;
  readonly script: Script;
  /** What the script and the classes that it extends declare. */
  readonly declared: readonly ScriptInput[];
  /** Whether all those classes are known. */
  readonly isComplete: boolean;
  /** What the Inspector holds for it. */
  readonly values: Fields;
}

/** All components that run a TypeScript file of the project. */
export function scriptInstances(index: AssetIndex): ScriptInstance[] {
  const scriptOf = scriptsByAsset(index);
  const classes = new Classes(index.scripts);
  return index.entities.flatMap((entity) => {
    if (entity.type !== 'ScriptComponent') return [];
    const asset = entity.links.find(({ field }) => field === 'ScriptAsset');
    const script = asset && scriptOf.get(asset.id)?.script;
    if (!script?.component) return [];
    return [{ entity, script, ...classes.inputsOf(script), values: heldInputs(entity) ?? new Map() }];
  });
}

function scriptsByAsset({ assets, scripts }: AssetIndex): Map<string, ScriptFile> {
  const byPath = new Map(scripts.map((script) => [script.path, script]));
  const byAsset = new Map<string, ScriptFile>();
  for (const { path, meta } of assets) {
    const script = byPath.get(path);
    for (const id of meta?.imported.values() ?? []) if (script) byAsset.set(id, script);
  }
  return byAsset;
}

/** The component classes of a project by name. */
export class Classes {
  readonly #byName = new Map<string, Script | null>();

  constructor(scripts: readonly ScriptFile[]) {
    for (const { script } of scripts) {
      const name = script?.component?.className;
      // Two of the same name cannot be told apart.
      if (script && name) this.#byName.set(name, this.#byName.has(name) ? null : script);
    }
  }

  isKnown(name: string): boolean {
    return Boolean(this.#byName.get(name));
  }

  inputsOf(script: Script): { declared: ScriptInput[]; isComplete: boolean } {
    const { scripts, isComplete } = this.#withBases(script);
    return { declared: scripts.flatMap(({ inputs }) => inputs), isComplete };
  }

  /** Whether a script's class is `name` or extends it; undefined where a class between is not known. */
  extends(script: Script, name: string): boolean | undefined {
    const { scripts, isComplete } = this.#withBases(script);
    if (scripts.some(({ component }) => component?.className === name)) return true;
    return isComplete ? false : undefined;
  }

  #withBases(script: Script): { scripts: Script[]; isComplete: boolean } {
    const scripts = [script];
    for (;;) {
      const base = scripts.at(-1)!.component?.baseClass;
      if (base === 'BaseScriptComponent') return { scripts, isComplete: true };
      const next = base === undefined ? null : this.#byName.get(base);
      if (!next || scripts.includes(next)) return { scripts, isComplete: false };
      scripts.push(next);
    }
  }
}
