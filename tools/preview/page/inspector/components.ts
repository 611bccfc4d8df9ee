import { inputValue } from '../../../lens-studio/scripts/metadata.ts';
import type { Literal } from '../../../lens-studio/scripts/script.ts';
import { fields } from '../../../lens-studio/yaml/value.ts';
import { write } from '../../../lens-studio/yaml/write.ts';
import type { InputValue, InspectorInput, LensProgram, ProgramScript, ScriptUse } from '../../../simulator/program.ts';

/** A script component of the scene with what the Inspector shows for it. */
export interface InspectedComponent {
  readonly use: ScriptUse;
  readonly script: ProgramScript;
  /** Of the scene object. */
  readonly objectName: string;
}

/** The script components of a program: those on the scene's roots first, which creators work with most. */
export function inspectedComponents({ objects, scripts }: LensProgram): InspectedComponent[] {
  const rootsFirst = [...objects].sort((a, b) => Number(a.parent !== null) - Number(b.parent !== null));
  return rootsFirst.flatMap(({ name, components }) =>
    components.flatMap((use) => {
      const script = use.kind === 'script' ? scripts.find(({ id }) => id === use.script) : undefined;
      return use.kind === 'script' && script ? [{ use, script, objectName: name }] : [];
    }),
  );
}

/** A changed input. */
export interface Change {
  readonly component: InspectedComponent;
  readonly input: InspectorInput;
  readonly value: InputValue;
}

/** Changed inputs as a list to read, then as the lines of the scene. */
export function valuesText(changes: readonly Change[]): string {
  const plain = changes.map(
    ({ component, input, value }) => `${component.script.className} ▸ ${input.label}: ${valueText(value)}`,
  );
  const components = [...new Set(changes.map(({ component }) => component))];
  const yaml = components.flatMap((component) => [
    '',
    `# ${component.script.className} on "${component.objectName}": ScriptComponent/${component.use.id}, ScriptInputs`,
    ...changes.filter((change) => change.component === component).map(yamlLine),
  ]);
  return `${[...plain, ...yaml].join('\n')}\n`;
}

/** A value as people write it. */
export function valueText(value: InputValue): string {
  if (value !== null && typeof value === 'object') {
    if ('vector' in value) return value.vector.map((each) => Number(each.toFixed(3))).join(', ');
    return JSON.stringify(value);
  }
  return typeof value === 'number' ? String(Number(value.toFixed(6))) : String(value);
}

function yamlLine({ input, value }: Change): string {
  const type = { name: input.type, isArray: input.isArray, className: undefined };
  const literal = value !== null && typeof value === 'object' && 'vector' in value ? value.vector : value;
  return write(fields({ [input.name]: inputValue({ type }, literal as Literal) })).trimEnd();
}
