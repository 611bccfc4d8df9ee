import type { ArchitectureName } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import type { Architecture } from '../nn/architecture.ts';
import type { FoldedConvolution, FoldedNetwork } from '../nn/folded-network.ts';
import { dequantize } from '../tflite/dequantize.ts';
import type { TfliteModel, TfliteOperator, TfliteTensor } from '../tflite/model.ts';
import { readTflite } from '../tflite/read.ts';
import { googleLayers, type Layer, PUBLISHED } from './google-layers.ts';

const COLOURS = 3;
const TAPS = 9;

/** Name under which the ImageNet classifier is kept. */
export const IMAGENET_HEAD = 'imagenet';

/**
 * A network from a `.tflite` file that Google published.
 * @throws UserError if the file is broken or holds another network.
 */
export function foldedFromTflite(bytes: Uint8Array, file: string, architecture: Architecture): FoldedNetwork {
  const { classes, convolutions } = readMobileNet(bytes, file, architecture.name);
  const layers = new Map<string, FoldedConvolution>();
  for (const { name, kernel, bias } of convolutions) {
    layers.set(name, { kernel: name === 'stem' ? coloursFirst(kernel) : kernel, bias });
  }
  const classifier = layers.get('classifier') as FoldedConvolution;
  layers.delete('classifier');
  return { architecture, classes, layers, classifiers: new Map([[IMAGENET_HEAD, classifier]]) };
}

/** [O, 3, 3, colours] → [O, colours, 3, 3]. */
function coloursFirst(kernel: Float32Array): Float32Array {
  return Float32Array.from({ length: kernel.length }, (_, i) => {
    const output = Math.floor(i / (COLOURS * TAPS));
    const colour = Math.floor(i / TAPS) % COLOURS;
    return kernel[(output * TAPS + (i % TAPS)) * COLOURS + colour];
  });
}

/** A convolution with batch norm folded into it; its activation follows from its place in the network. */
export interface ImportedConvolution {
  /** `stem`, `block0/depthwise`, `block0/project`, `block1/expand`, …, `head`, `classifier`. */
  readonly name: string;
  readonly kind: 'conv' | 'depthwise';
  readonly kernelSize: number;
  readonly inChannels: number;
  readonly outChannels: number;
  /** In height and width, with TensorFlow's padding SAME. */
  readonly stride: number;
  /** Stem [out, 3, 3, colours], other `conv` [out, in], `depthwise` [channels, k·k]. */
  readonly kernel: Float32Array;
  /** [out]. */
  readonly bias: Float32Array;
}

export interface ImportedNetwork {
  /** Side of the input image in pixels. */
  readonly size: number;
  /** Width multiplier. */
  readonly width: number;
  readonly classes: number;
  /** In the order of computation. */
  readonly convolutions: readonly ImportedConvolution[];
}

/** Where a layer's weights are. */
interface Found {
  readonly layer: Layer;
  readonly kernel: TfliteTensor;
  readonly bias: TfliteTensor;
}

/** How far a model is the network of this width, and the first thing that does not fit. */
interface Match {
  readonly width: number;
  readonly found: readonly Found[];
  readonly flaw?: string;
}

const OPERATOR_NAME = { conv: 'CONV_2D', depthwise: 'DEPTHWISE_CONV_2D' } as const;

/**
 * Reads a network that Google published, of any width and size, 8-bit or float. It is followed from its input, tensor by
 * tensor, and checked against the paper's layers.
 * @param file its name, for messages.
 * @throws UserError if the file is damaged or holds another network, or if there are no files of this network.
 */
export function readMobileNet(bytes: Uint8Array, file: string, architecture: ArchitectureName): ImportedNetwork {
  const published = PUBLISHED[architecture];
  if (!published) {
    throw new UserError(
      `model.weights is ${file}, but weights of ${architecture} cannot be read from a .tflite; expected an .onnx that ` +
        `this project exported, none, or another model.architecture: ${Object.keys(PUBLISHED).join(', ')}`,
    );
  }
  const { title, widths, files } = published;
  const model = readTflite(bytes, file);
  const { width, found, flaw } = widths
    .map((candidate) => match(model, architecture, candidate))
    .reduce((best, other) => (other.found.length > best.found.length ? other : best));
  if (flaw) {
    const fix = `choose a file ${files} of Google's (width ${widths.join(', ')}), or change model.architecture`;
    throw new UserError(`${file} is not Google's ${title}: ${flaw}; ${fix}`);
  }
  const convolutions = found.map((each) => importConvolution(each, file));
  return { size: inputSize(model) as number, width, classes: convolutions[found.length - 1].outChannels, convolutions };
}

/** Side of an input [1, side, side, 3]; `undefined` for another shape. */
function inputSize(model: TfliteModel): number | undefined {
  const [batch, height, width, colours] = model.inputs[0]?.shape ?? [];
  return batch === 1 && height === width && colours === 3 ? height : undefined;
}

/** Goes from the input to the classifier; every layer is an operator that reads what the one before it wrote. */
function match(model: TfliteModel, architecture: ArchitectureName, width: number): Match {
  const found: Found[] = [];
  const fail = (where: string, wanted: string, instead: string): Match => ({
    width,
    found,
    flaw: `as its ${where}, ${wanted} is expected, but it has ${instead}`,
  });
  let [tensor] = model.inputs;
  if (inputSize(model) === undefined)
    return fail('input', 'a tensor of [1,size,size,3]', tensor ? `[${tensor.shape}]` : 'none');

  const outputs = new Map<string, TfliteTensor | null>();
  const readers = () => model.operators.filter(({ inputs }) => inputs.includes(tensor));
  const instead = () => readers().map(describeOperator).join(' and ') || 'nothing';
  for (const layer of googleLayers(architecture, width)) {
    if (layer.pools) {
      const pooling = readers().find(({ name }) => name === 'AVERAGE_POOL_2D');
      if (!pooling) return fail('pooling', 'AVERAGE_POOL_2D', instead());
      [tensor] = pooling.outputs;
    }
    const operator = readers().find((reader) => reader.inputs[0] === tensor && isLayer(reader, layer));
    if (!operator) return fail(layer.name, describeLayer(layer), instead());
    const [, kernel, bias] = operator.inputs as TfliteTensor[];
    found.push({ layer, kernel, bias });
    [tensor] = operator.outputs;
    if (layer.adds !== undefined) {
      const shortcut = outputs.get(layer.adds) as TfliteTensor;
      const sum = readers().find(({ name, inputs }) => name === 'ADD' && inputs.includes(shortcut));
      if (!sum) return fail(`sum after ${layer.name}`, `ADD of ${layer.adds}`, instead());
      [tensor] = sum.outputs;
    }
    outputs.set(layer.name, tensor);
  }
  return { width, found };
}

/** The options of a convolution; undefined of other operators. */
function windowOf({ options }: TfliteOperator) {
  return options?.type === 'Conv2DOptions' || options?.type === 'DepthwiseConv2DOptions' ? options.value : undefined;
}

function isLayer(operator: TfliteOperator, layer: Layer): boolean {
  const { name, inputs, outputs } = operator;
  const [, kernel, bias] = inputs;
  const options = windowOf(operator);
  return (
    name === OPERATOR_NAME[layer.kind] &&
    outputs[0]?.name.includes(layer.scope) === true &&
    fits(kernel, kernelShape(layer)) &&
    fits(bias, [layer.outChannels ?? kernel?.shape[0]]) &&
    options?.strideHeight === layer.stride &&
    options.strideWidth === layer.stride &&
    options.dilationHeight === 1 &&
    options.dilationWidth === 1 &&
    (options.padding === 'SAME' || layer.kernelSize === 1)
  );
}

/** The shape in the file; `undefined` stands for any size. */
function kernelShape({ kind, kernelSize, inChannels, outChannels }: Layer): (number | undefined)[] {
  return [kind === 'depthwise' ? 1 : outChannels, kernelSize, kernelSize, inChannels];
}

function fits(tensor: TfliteTensor | null | undefined, shape: readonly (number | undefined)[]): boolean {
  return (
    tensor?.shape.length === shape.length && shape.every((side, i) => side === undefined || side === tensor.shape[i])
  );
}

function describeLayer(layer: Layer): string {
  const shape = kernelShape(layer).map((side) => side ?? 'classes');
  return `${OPERATOR_NAME[layer.kind]} "${layer.scope}…" with kernel [${shape}], stride ${layer.stride}`;
}

function describeOperator(operator: TfliteOperator): string {
  const { name, inputs, outputs } = operator;
  const options = windowOf(operator);
  const title = `${name} ${JSON.stringify(outputs[0]?.name ?? '')}`;
  if (!options) return title;
  const { strideHeight, strideWidth, padding } = options;
  const stride = strideHeight === strideWidth ? strideHeight : `${strideHeight}x${strideWidth}`;
  return `${title} with kernel [${inputs[1]?.shape}], stride ${stride}, padding ${padding}`;
}

function importConvolution({ layer, kernel, bias }: Found, file: string): ImportedConvolution {
  const { name, kind, kernelSize, inChannels, stride } = layer;
  const values = dequantize(kernel, file);
  return {
    name,
    kind,
    kernelSize,
    inChannels,
    outChannels: bias.shape[0],
    stride,
    kernel: kind === 'depthwise' ? channelsFirst(values, inChannels) : values,
    bias: dequantize(bias, file),
  };
}

/** [taps, channels] → [channels, taps]. */
function channelsFirst(kernel: Float32Array, channels: number): Float32Array {
  const taps = kernel.length / channels;
  return kernel.map((_, i) => kernel[(i % taps) * channels + Math.floor(i / taps)]);
}
