import { assignmentsOf, inputsOfModel } from '../../lens-build/detector-inputs.ts';
import { type Port, portsOf } from '../../lens-build/lens-model.ts';
import type { InputValue, LensProgram, ModelPort, ProgramComponent } from '../../simulator/program.ts';
import type { Described } from './model-file.ts';

const DETECTOR = 'EmotionDetector';

/** A program as if a model were installed in its project: the model's import settings, and the inputs of the detector. */
export function withModel(program: LensProgram, { description, file }: Described): LensProgram {
  const landmarks = Boolean(description.landmarks && file.landmarks);
  const ports = portsOf({ description, file, landmarks });
  const [inputs, outputs] = [ports.inputs.map(modelPort), [modelPort(ports.output)]];
  const detectors = new Set(program.scripts.filter(({ className }) => className === DETECTOR).map(({ id }) => id));
  const brought = assignmentsOf(inputsOfModel(description)) as Record<string, InputValue>;
  const fed = (component: ProgramComponent): ProgramComponent =>
    component.kind === 'script' && detectors.has(component.script)
      ? { ...component, inputs: { ...component.inputs, ...brought } }
      : component;
  return {
    ...program,
    assets: program.assets.map((asset) => (asset.kind === 'model' ? { ...asset, inputs, outputs } : asset)),
    objects: program.objects.map((object) => ({ ...object, components: object.components.map(fed) })),
  };
}

function modelPort({ name, shape, normalization: { scale, bias } }: Port): ModelPort {
  const each = (value: number) => Array<number>(shape[2]).fill(value);
  return { name, shape, scale: each(scale), bias: each(bias), flipX: false, flipY: false };
}
