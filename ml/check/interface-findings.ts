import { type ChannelAxis, channelProblems, type LayoutAdvice } from './layout-findings.ts';
import { error, info, type Problem, warning } from './mapping.ts';
import type { Finding } from './report.ts';

/** An input or output of a model in either format. */
export interface Value {
  readonly name: string;
  /** A string is a symbolic size, null an unknown one; null as a whole where no shape is given. */
  readonly shape: readonly (number | string | null)[] | null;
}

const isSize = (side: number | string | null): side is number => typeof side === 'number' && side > 0;

/**
 * What is said of inputs and outputs whatever the format: static shapes, images or rows of numbers, plain names.
 * @param channelAxis of the four axes of an image.
 * @param advice how to get the channels there.
 */
export function interfaceFindings(
  inputs: readonly Value[],
  outputs: readonly Value[],
  channelAxis: ChannelAxis,
  advice: LayoutAdvice,
): Finding[] {
  const findings = [...inputs, ...outputs].flatMap(valueFindings);
  for (const { name, shape } of inputs) {
    const problems = shape
      ? [...channelProblems(name, shape, channelAxis, advice), ...batchProblems(shape, inputs)]
      : [];
    findings.push(...problems.map((problem) => ({ node: name, ...problem })));
  }
  if (outputs.length > 1) {
    const names = outputs.map(({ name }) => name).join(', ');
    findings.push(info(`it has ${outputs.length} outputs (${names})`, 'Read each in the script by its name'));
  }
  return findings;
}

/**
 * What is wrong with the first side of an input. It is a batch where all inputs share it; a recurrent network's state is
 * [layers, batch, size].
 */
function batchProblems(shape: NonNullable<Value['shape']>, inputs: readonly Value[]): Problem[] {
  const [first] = shape;
  if (shape.length < 2 || !isSize(first) || first === 1) return [];
  const isState = shape.length === 3 && shape[1] === 1;
  const isAlone = inputs.some((other) => (other.shape?.length ?? 0) > 1 && other.shape?.[0] === 1);
  if (!isState && !isAlone) return [error(`its batch is ${first}`, 'Export with batch 1')];
  return [
    warning(
      `its shape [${shape}] does not begin with the batch, as the state of a recurrent network does not; Lens Studio drops ` +
        'the first side, and documents nowhere what becomes of another',
      'Give the input a first side of 1, reshape it inside the model, and fill its data by script',
    ),
  ];
}

function valueFindings({ name, shape }: Value): Finding[] {
  const findings: Finding[] = [];
  if (!shape?.every(isSize)) {
    const found = shape?.map((side) => side ?? '?') ?? 'unknown';
    findings.push({
      node: name,
      ...error(
        `its shape [${found}] is not fixed, which Lens Studio refuses ("dimensions should be non-negative")`,
        'Export with fixed shapes, without dynamic_axes',
      ),
    });
  }
  if (shape && shape.length > 4) {
    findings.push({
      node: name,
      ...error(
        `it has ${shape.length} dimensions; Lens Studio knows batch, channels, height and width`,
        'Reshape it to at most 4 dimensions',
      ),
    });
  }
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    findings.push({
      node: name,
      ...warning(
        'its name is no plain word, and scripts find it by its name',
        'Name inputs and outputs with letters, digits and _',
      ),
    });
  }
  return findings;
}
