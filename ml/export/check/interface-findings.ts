import { error, info, warning } from './mapping.ts';
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
 */
export function interfaceFindings(inputs: readonly Value[], outputs: readonly Value[], channelAxis: 1 | 3): Finding[] {
  const findings = [...inputs, ...outputs].flatMap(valueFindings);
  for (const { name, shape } of inputs) {
    const channels = shape?.length === 4 ? shape[channelAxis] : null;
    const isRow = shape?.every((side, axis) => side === 1 || axis === channelAxis);
    if (typeof channels === 'number' && channels > 4) {
      const wayOut = 'A texture has 1 to 4; if this is no image, fill its data by script';
      const problem = isRow
        ? info(`it is a row of ${channels} numbers, which no texture gives`, 'Fill its data by script')
        : warning(`it has ${channels} channels`, wayOut);
      findings.push({ node: name, ...problem });
    }
    if (shape && shape.length > 1 && isSize(shape[0]) && shape[0] !== 1) {
      findings.push({ node: name, ...error(`its batch is ${shape[0]}`, 'Export with batch 1') });
    }
  }
  if (outputs.length > 1) {
    const names = outputs.map(({ name }) => name).join(', ');
    findings.push(info(`it has ${outputs.length} outputs (${names})`, 'Read each in the script by its name'));
  }
  return findings;
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
