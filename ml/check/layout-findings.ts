import { info, type Problem, warning } from './mapping.ts';

/** Channels of an image. */
const MOST_CHANNELS = 4;

/** Which of the four axes of an image holds the channels in a format. */
export type ChannelAxis = 1 | 3;

/** How a model's maker gets the channels to the side where the format has them. */
export type LayoutAdvice = (input: string) => string;

/**
 * What is wrong with the channels of an input: on the other side, or too many for a texture.
 * @param shape of a fixed or unknown size on each side.
 */
export function channelProblems(
  name: string,
  shape: readonly (number | string | null)[],
  channelAxis: ChannelAxis,
  advice: LayoutAdvice,
): Problem[] {
  const channels = shape.length === 4 ? shape[channelAxis] : null;
  if (typeof channels !== 'number' || channels <= MOST_CHANNELS) return [];
  if (shape.every((side, axis) => side === 1 || axis === channelAxis))
    return [info(`it is a row of ${channels} numbers, which no texture gives`, 'Fill its data by script')];
  if (isOnOtherSide(shape, channelAxis)) {
    const [first, last] = ['first', 'last'];
    const [found, expected] = channelAxis === 1 ? [last, first] : [first, last];
    return [
      warning(
        `its shape [${shape}] has the channels ${found}; Lens Studio reads them ${expected}, and would take it for an image of ${channels} channels`,
        advice(name),
      ),
    ];
  }
  return [warning(`it has ${channels} channels`, 'A texture has 1 to 4; if this is no image, fill its data by script')];
}

/** Whether a shape is that of an image in the other format: few channels there, and height and width in place of them. */
function isOnOtherSide(shape: readonly (number | string | null)[], channelAxis: ChannelAxis): boolean {
  const [, ...sides] = shape;
  const [channels, height, width] = channelAxis === 1 ? [sides[2], sides[0], sides[1]] : sides;
  if (typeof channels !== 'number' || channels > MOST_CHANNELS) return false;
  const isLarge = (side: number | string | null) => typeof side !== 'number' || side > MOST_CHANNELS;
  // One or two numbers of each place may be something else, unless the places make a square.
  return isLarge(height) && isLarge(width) && (channels >= 3 || height === width);
}

/** Exporters of ONNX files by the name that they write into them, and how each puts channels first. */
const ONNX_EXPORTERS: readonly (readonly [RegExp, LayoutAdvice])[] = [
  [/tf2onnx/i, (input) => `Convert it again by tf2onnx with --inputs-as-nchw ${input}`],
  [/keras2onnx/i, (input) => `Convert it again by keras2onnx.convert_keras(model, channel_first_inputs=["${input}"])`],
  [/jax2onnx/i, (input) => `Convert it again by jax2onnx with inputs_as_nchw=["${input}"]`],
  [
    /pytorch/i,
    () => 'Take the permute(0, 3, 1, 2) out of the beginning of forward(), and export with an example [1, C, H, W]',
  ],
];

/** @param producer as the file names it; may be empty. */
export function onnxLayoutAdvice(producer: string): LayoutAdvice {
  const known = ONNX_EXPORTERS.find(([name]) => name.test(producer));
  return (
    known?.[1] ??
    ((input) =>
      `Export it with the channels first; from TensorFlow and Keras, by tf2onnx with --inputs-as-nchw ${input}`)
  );
}

/** A TensorFlow Lite file seldom says what made it. */
export const tfliteLayoutAdvice: LayoutAdvice = (input) =>
  `Export it with the channels last: by onnx2tf without -k or -kat ${input}, which keep them first (onnx-tf always does, so ` +
  'use onnx2tf in its place), or from PyTorch by ai_edge_torch.to_channel_last_io(model, args=[0]) before the conversion';
