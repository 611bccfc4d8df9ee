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
