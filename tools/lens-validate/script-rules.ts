import { type Entity, lineOf } from '../lens-studio/files/entity.ts';
import { Classes } from '../lens-studio/project/component-inputs.ts';
import type { Model } from '../lens-studio/project/model.ts';
import type { ScriptInput } from '../lens-studio/scripts/script.ts';
import { type Finding, finding } from './finding.ts';

/** Scripts that do not parse, or call what Lens Studio has not; metas that hold a script's inputs of yesterday. */
export function checkScripts({ scripts, plainScripts, assets }: Model): Finding[] {
  const metas = new Map(assets.map(({ path, meta }) => [path, meta]));
  const classes = new Classes(scripts);
  return [...scripts, ...plainScripts].flatMap(({ path, script, fault, foreign }) => {
    if (fault) return [finding('script-syntax', { file: path, line: fault.line }, fault.message)];
    if (script === null) return [];
    const data = metas.get(path)?.others.find(({ type }) => type === 'TypeScriptAssetData');
    return [
      ...foreign.map(({ name, line }) =>
        finding('foreign-api', { file: path, line }, `${name}, which is no part of Lens Studio's API`),
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
