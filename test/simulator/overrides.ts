import type { Overrides } from '../../tools/simulator/lens.ts';
import type { InputValue, LensProgram, ScriptUse } from '../../tools/simulator/program.ts';

/** The components of a program that run a script. */
export function usesOf({ objects, scripts }: LensProgram, className: string): ScriptUse[] {
  const ids = scripts.filter((script) => script.className === className).map(({ id }) => id);
  return objects
    .flatMap(({ components }) => components)
    .filter((component) => component.kind === 'script')
    .filter(({ script }) => ids.includes(script));
}

/** Other inputs for the only component that runs a script. */
export function inputsOf(program: LensProgram, className: string, inputs: Record<string, InputValue>): Overrides {
  const [use] = usesOf(program, className);
  return { [use.id]: inputs };
}
