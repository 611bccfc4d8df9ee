import { countOf, isFixed, type Sides } from '../onnx/shapes/known.ts';
import { error, type Finding, note, type Problem, warning } from './finding.ts';

/** An input or output of a model in either format. */
export interface Value {
  readonly name: string;
  /** A string is a symbolic size, null an unknown one; null as a whole where no shape is given. */
  readonly shape: readonly (number | string | null)[] | null;
}

const isSize = (side: number | string | null): side is number => typeof side === 'number' && side > 0;

/**
 * About inputs and outputs of either format: fixed shapes, images or rows of numbers, plain names.
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
    findings.push(note(`the model has ${outputs.length} outputs (${names})`, 'Read each in the script by its name'));
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
  if (!isState && !isAlone) return [error(`the batch is ${first}`, 'Export with batch 1')];
  return [
    warning(
      `the shape [${shape}] does not begin with the batch, like the state of a recurrent network; Lens Studio drops the ` +
        'first dimension, and does not document what happens if it is not 1',
      'Make the first dimension 1, reshape inside the model, and fill the data by script',
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
        `the shape [${found}] is not fixed, which Lens Studio refuses ("dimensions should be non-negative")`,
        'Export with fixed shapes, without dynamic_axes',
      ),
    });
  }
  if (shape && shape.length > MAX_DIMENSIONS) {
    findings.push({
      node: name,
      ...error(
        `${shape.length} dimensions; Lens Studio knows batch, channels, height and width`,
        'Reshape to at most 4 dimensions',
      ),
    });
  }
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    findings.push({
      node: name,
      ...warning(
        'the name is not a plain word, and scripts use names to find inputs and outputs',
        'Name inputs and outputs with letters, digits and _',
      ),
    });
  }
  return findings;
}

/** Channels of an image. */
const MAX_CHANNELS = 4;

/** Which of the four axes of an image holds the channels in a format. */
export type ChannelAxis = 1 | 3;

/** How a model's maker gets the channels to the side where the format has them. */
export type LayoutAdvice = (input: string) => string;

/**
 * What is wrong with the channels of an input: on the other side, or too many for a texture.
 * @param shape of a fixed or unknown size on each side.
 */
function channelProblems(
  name: string,
  shape: readonly (number | string | null)[],
  channelAxis: ChannelAxis,
  advice: LayoutAdvice,
): Problem[] {
  const channels = shape.length === 4 ? shape[channelAxis] : null;
  if (typeof channels !== 'number' || channels <= MAX_CHANNELS) return [];
  if (shape.every((side, axis) => side === 1 || axis === channelAxis))
    return [note(`a row of ${channels} numbers, which no texture provides`, 'Fill the data by script')];
  if (isOnOtherSide(shape, channelAxis)) {
    const [first, last] = ['first', 'last'];
    const [found, expected] = channelAxis === 1 ? [last, first] : [first, last];
    return [
      warning(
        `the shape [${shape}] has the channels ${found}; Lens Studio expects them ${expected}, and would read an image of ${channels} channels`,
        advice(name),
      ),
    ];
  }
  return [warning(`${channels} channels`, 'A texture has 1 to 4; if this is not an image, fill the data by script')];
}

/** Whether a shape is that of an image in the other format: few channels there, and height and width in place of them. */
function isOnOtherSide(shape: readonly (number | string | null)[], channelAxis: ChannelAxis): boolean {
  const [, ...sides] = shape;
  const [channels, height, width] = channelAxis === 1 ? [sides[2], sides[0], sides[1]] : sides;
  if (typeof channels !== 'number' || channels > MAX_CHANNELS) return false;
  const isLarge = (side: number | string | null) => typeof side !== 'number' || side > MAX_CHANNELS;
  // One or two numbers of each place may be something else, unless the places make a square.
  return isLarge(height) && isLarge(width) && (channels >= 3 || height === width);
}

/** Exporters of ONNX files by the name that they write into them, and how each puts channels first. */
const ONNX_EXPORTERS: readonly (readonly [RegExp, LayoutAdvice])[] = [
  [/tf2onnx/i, (input) => `Convert it again with tf2onnx and --inputs-as-nchw ${input}`],
  [
    /keras2onnx/i,
    (input) => `Convert it again with keras2onnx.convert_keras(model, channel_first_inputs=["${input}"])`,
  ],
  [/jax2onnx/i, (input) => `Convert it again with jax2onnx and inputs_as_nchw=["${input}"]`],
  [
    /pytorch/i,
    () => 'Remove the permute(0, 3, 1, 2) at the beginning of forward(), and export with an example [1, C, H, W]',
  ],
];

/** @param producer as the file names it; may be empty. */
export function onnxLayoutAdvice(producer: string): LayoutAdvice {
  const known = ONNX_EXPORTERS.find(([name]) => name.test(producer));
  return (
    known?.[1] ??
    ((input) =>
      `Export it with the channels first; from TensorFlow and Keras, with tf2onnx and --inputs-as-nchw ${input}`)
  );
}

/** A TensorFlow Lite file seldom names the tool that made it. */
export const tfliteLayoutAdvice: LayoutAdvice = (input) =>
  `Export it with the channels last: with onnx2tf without -k or -kat ${input}, which keep them first (onnx-tf always keeps ` +
  'them first, so use onnx2tf instead), or from PyTorch with ai_edge_torch.to_channel_last_io(model, args=[0]) before the conversion';

/** Lens Studio's importer knows batch, channels, height and width. */
const MAX_DIMENSIONS = 4;
/** Memory of a whole lens; a tensor takes four bytes for each number. */
const LENS_MEMORY = 150_000_000;
const NUMBER_BYTES = 4;

/** About a tensor that a model computes, anywhere in it. */
export function innerTensorProblems(shape: Sides): Problem[] {
  const problems: Problem[] = [];
  const shown = shape.map((side) => side ?? '?').join(',');
  if (shape.length > MAX_DIMENSIONS) {
    problems.push(
      error(
        `${shape.length} dimensions [${shown}]; Lens Studio takes at most ${MAX_DIMENSIONS}, also inside a model ` +
          '("reshape layer converter does not support 5-D shape")',
        'Reshape and transpose in steps of 4 dimensions; shuffle channels with a convolution with constant weights',
      ),
    );
  }
  const bytes = isFixed(shape) ? NUMBER_BYTES * (countOf(shape) ?? 0) : 0;
  if (bytes > LENS_MEMORY) {
    const found = `the shape [${shown}] takes ${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
    problems.push(warning(`${found}; a whole lens may take 150 MB`, 'Use a smaller input or fewer channels'));
  }
  return problems;
}
