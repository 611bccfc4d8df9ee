import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { Classes, type ScriptInstance, scriptInstances } from '../lens-studio/analysis/component-inputs.ts';
import { type Entity, lineOf } from '../lens-studio/files/entity.ts';
import { endingOf } from '../lens-studio/files/importers.ts';
import { tagOf } from '../lens-studio/scripts/metadata.ts';
import type { ScriptInput } from '../lens-studio/scripts/script.ts';
import { Decimal, type Fields, NULL_ID, Tagged, type Value } from '../lens-studio/yaml/value.ts';
import { type Finding, finding, type Place } from './finding.ts';

/** Scripts that do not parse, or call what Lens Studio has not; metas that hold a script's inputs of yesterday. */
export function checkScripts({ scripts, plainScripts, assets }: AssetIndex): Finding[] {
  const metas = new Map(assets.map(({ path, meta }) => [path, meta]));
  const classes = new Classes(scripts);
  return [...scripts, ...plainScripts].flatMap(({ path, script, fault, foreign }) => {
    if (fault) return [finding('script-syntax', { file: path, line: fault.line }, fault.message)];
    if (script === null) return [];
    const data = metas.get(path)?.others.find(({ type }) => type === 'TypeScriptAssetData');
    return [
      ...foreign.map(({ name, line }) =>
        finding('foreign-api', { file: path, line }, `${name}, which is not part of Lens Studio's API`),
      ),
      ...(data && script.component ? staleLines(data, script.inputs, classes.inputsOf(script)) : []),
    ];
  });
}

/**
 * Compares names, and types where they are values: how the rest is written differs between versions.
 * @param own inputs of the script's class; of those that it inherits it may have made plain fields.
 */
function staleLines(
  data: Entity,
  own: readonly ScriptInput[],
  { declared, isComplete }: ReturnType<Classes['inputsOf']>,
): Finding[] {
  const lines = data.fields.get('InputLines');
  if (!Array.isArray(lines)) return [];
  const kept = new Map(lines.flatMap((line) => (typeof line === 'string' ? [...inputsIn(line)] : [])));
  const place = { file: data.file, line: lineOf(data, 'InputLines') };
  const findings: Finding[] = [];
  for (const { name, type } of own) {
    const wanted = `${type.name}${type.isArray ? '[]' : ''}`;
    const before = kept.get(name);
    if (before === undefined) findings.push(finding('stale-input-lines', place, `no line for the input ${name}`));
    else if (VALUE.test(wanted) && before !== wanted)
      findings.push(
        finding('stale-input-lines', place, `${name} as ${before}`, `${wanted}, as the script declares it`),
      );
  }
  const names = new Set(declared.map(({ name }) => name));
  const gone = isComplete ? [...kept.keys()].filter((name) => !names.has(name)) : [];
  return [
    ...findings,
    ...gone.map((name) => finding('stale-input-lines', place, `${name}, which the script does not declare`)),
  ];
}

const VALUE = /^(float|int|bool|string|vec[234])(\[\])?$/;

/** Names and types of `// @input float speed = 1`. */
function* inputsIn(line: string): Generator<[string, string]> {
  for (const [, type, name] of line.matchAll(/@input\s+(\S+)\s+(\w+)/g)) yield [name, type];
}

/** Whether the inputs that scenes and prefabs hold are those that the TypeScript components declare. */
export function checkInputs(index: AssetIndex): Finding[] {
  const classes = new Classes(index.scripts);
  return scriptInstances(index).flatMap((instance) => {
    const { entity, declared, isComplete, values, script } = instance;
    const at = (name: string): Place => ({ file: entity.file, line: lineOf(entity, 'ScriptInputs', name) });
    const name = script.component!.className;
    const byName = new Map(declared.map((input) => [input.name, input]));
    const findings: Finding[] = [];
    for (const [key, value] of values) {
      const input = byName.get(key);
      if (input) findings.push(...valueFindings(index, classes, `${name}.${key}`, input, value, at(key)));
      else if (isComplete) findings.push(finding('unknown-input', at(key), `${name} has no input ${key}`));
    }
    return [
      ...findings,
      ...missing(instance).map((input) => finding('missing-input', at(input), `${name}.${input} is empty`)),
    ];
  });
}

/** Inputs that must link to something and do not. What a prefab leaves empty is set where it is placed. */
function missing({ entity, declared, values }: ScriptInstance): string[] {
  if (endingOf(entity.file) !== 'scene' || entity.fields.get('Enabled') === false) return [];
  return declared.flatMap((input) => {
    const value = values.get(input.name);
    const isLink =
      !input.type.isArray && (input.type.className !== undefined || tagOf(input.type).startsWith('reference'));
    const isEmpty = value instanceof Tagged ? value.value === NULL_ID : value === null;
    // One that the scene does not mention yet may have been declared since it was saved.
    return isLink && isEmpty && !input.allowUndefined && isShown(input, declared, values) ? [input.name] : [];
  });
}

/** Lens Studio demands no value of an input that it hides. */
function isShown({ options }: ScriptInput, declared: readonly ScriptInput[], values: Fields): boolean {
  const condition = options.get('showIf');
  if (condition === undefined) return true;
  const name = JSON.parse(condition) as string;
  const value = values.get(name) ?? declared.find((input) => input.name === name)?.default;
  const wanted = options.get('showIfValue');
  return wanted === undefined ? Boolean(plain(value)) : String(plain(value)) === String(JSON.parse(wanted));
}

function plain(value: unknown): unknown {
  const inner = value instanceof Tagged ? value.value : value;
  return inner instanceof Decimal ? inner.value : inner;
}

function valueFindings(
  { resolve, entityById, scripts }: AssetIndex,
  classes: Classes,
  name: string,
  input: ScriptInput,
  value: Value,
  place: Place,
): Finding[] {
  const { type } = input;
  if (!fits(value, input))
    return [finding('input-type', place, `${name} is ${describe(value)}`, `${tagOf(type)}${type.isArray ? '[]' : ''}`)];
  const { className } = type;
  if (className === undefined || !classes.isKnown(className)) return [];
  const ids = value instanceof Tagged ? [value.value].flat().map(plain) : [];
  return ids.flatMap((id) => {
    const target = typeof id === 'string' ? entityById.get(id) : undefined;
    const asset = target?.links.find(({ field }) => field === 'ScriptAsset');
    const path = asset && resolve(asset.id)?.file.replace(/\.meta$/, '');
    const script = scripts.find((file) => file.path === path)?.script;
    if (!script?.component || classes.extends(script, className) !== false) return [];
    return [finding('input-class', place, `${name} links to a ${script.component.className}`, `a ${className}`)];
  });
}

/** Whether a value has the form of the input's type. Types that only Lens Studio knows fit everything. */
function fits(value: Value, { type }: ScriptInput): boolean {
  const tag = value instanceof Tagged ? value.tag : null;
  // A class may be a component, or one with inputs of its own, whose values stand in place of a link.
  if (type.className !== undefined) return type.className === 'any' || tag === null || !VALUE_TAG.test(tag);
  if (tag?.startsWith('Typename.')) return true;
  if (type.isArray) return tag === `${tagOf(type)}[]`;
  switch (type.name) {
    case 'float':
    case 'number':
    case 'int':
      return typeof plain(value) === 'number';
    case 'bool':
    case 'boolean':
      return typeof value === 'boolean';
    case 'string':
      return tag === null ? !(value instanceof Map) : tag === 'string';
    default:
      return tag === tagOf(type);
  }
}

const VALUE_TAG = /^(float|int|bool|string|Vec\d|Quat)(\[\])?$/;

function describe(value: Value): string {
  if (value instanceof Tagged) return `!<${value.tag}>`;
  if (value instanceof Decimal) return value.text;
  return value instanceof Map ? 'a group of values' : JSON.stringify(value);
}
