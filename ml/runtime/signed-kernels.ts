import * as ort from 'onnxruntime-node';
import { Graph, type Tensor } from '../nn/graph.ts';
import { decodeModel } from '../onnx/decode.ts';
import { DATA_TYPE, encodeModel, type OnnxModel } from '../onnx/model.ts';
import { UINT8_OFFSET } from '../quantize/scheme.ts';

/*
 * ONNX Runtime has two kernels for products of 8-bit integers on x86. That for uint8 activations and uint8 kernels widens
 * them to 16 bits, which is exact everywhere and hardly faster than floats. That for int8 kernels multiplies four pairs in
 * one instruction where the processor has one (AVX-512 VNNI, AVX-VNNI; on arm64 both do), but elsewhere adds products in
 * 16 bits, where they saturate. Files have uint8 kernels; those of our own are opened with int8 ones where these are exact.
 */

/** Programs that write nothing into a file but what `decodeModel` reads. */
const OWN = 'emotion-lens';
const CHANNELS = 64;
/** The least and the greatest that 8 bits hold, as an activation and as a weight. */
const ACTIVATION = 255;
const WEIGHT = 127;
/** What the sum of all products is as a uint8, unless it saturates. */
const SUM = 200;

/**
 * The bytes to open a model from: with kernels as int8 if that is exact on this processor, and as they are otherwise. The
 * answers are the same.
 */
export async function withFastKernels(bytes: Uint8Array, model: OnnxModel): Promise<Uint8Array> {
  const signed = model.producerName === OWN ? withSignedKernels(model) : model;
  return signed !== model && (await signedIsExact()) ? encodeModel(signed) : bytes;
}

/** The model with the uint8 kernels of its convolutions as int8, unless they serve for something else too. */
function withSignedKernels(model: OnnxModel): OnnxModel {
  const { nodes, initializers } = model.graph;
  const unsigned = new Set(initializers.filter(({ dataType }) => dataType === DATA_TYPE.uint8).map(({ name }) => name));
  const kernels = new Set(nodes.filter(({ opType }) => opType === 'Conv').map(({ inputs }) => inputs[1]));
  const isKernel = ({ opType, inputs, outputs }: OnnxModel['graph']['nodes'][number]) =>
    opType === 'DequantizeLinear' && kernels.has(outputs[0]) && unsigned.has(inputs[0]) && unsigned.has(inputs[2]);
  const moved = new Set(nodes.filter(isKernel).flatMap(({ inputs }) => [inputs[0], inputs[2]]));
  const isShared = nodes.some((node) => !isKernel(node) && node.inputs.some((name) => moved.has(name)));
  if (moved.size === 0 || isShared) return model;
  const graph = {
    ...model.graph,
    initializers: initializers.map((tensor) =>
      moved.has(tensor.name)
        ? { ...tensor, dataType: DATA_TYPE.int8, raw: tensor.raw.map((byte) => byte - UINT8_OFFSET) }
        : tensor,
    ),
  };
  return { ...model, graph };
}

let exact: Promise<boolean> | undefined;

/** Whether products of uint8 activations and int8 kernels are exact on this processor, found out by the greatest of them. */
export function signedIsExact(): Promise<boolean> {
  exact ??= probe();
  return exact;
}

async function probe(): Promise<boolean> {
  const session = await ort.InferenceSession.create(
    encodeModel(withSignedKernels(decodeModel(greatestProducts(), 'the probe'))),
    { intraOpNumThreads: 1, logSeverityLevel: 4 },
  );
  const shape = [1, CHANNELS, 4, 4];
  const image = new ort.Tensor('float32', new Float32Array(CHANNELS * 16).fill(ACTIVATION), shape);
  const { sums } = await session.run({ image });
  await session.release();
  return (sums.data as Float32Array).every((sum) => Math.round(sum / STEP) === SUM);
}

const STEP = Math.fround((CHANNELS * ACTIVATION * WEIGHT) / SUM);

/** A convolution 1×1 whose activations and weights are all the greatest that there are. */
function greatestProducts(): Uint8Array {
  const graph = new Graph();
  const shape = [1, CHANNELS, 4, 4];
  const byte = (value: number) => graph.quantized(Uint8Array.of(value), []);
  const rounded = (x: Tensor, scale: number) => {
    const parameters = [graph.constant(scale), byte(0)];
    const integers = graph.node('QuantizeLinear', [x, ...parameters], shape, { type: 'uint8' });
    return graph.node('DequantizeLinear', [integers, ...parameters], shape);
  };
  const side = [CHANNELS, CHANNELS, 1, 1];
  const weights = graph.quantized(new Uint8Array(CHANNELS * CHANNELS).fill(WEIGHT + UINT8_OFFSET), side);
  const kernel = graph.node('DequantizeLinear', [weights, graph.constant(1), byte(UINT8_OFFSET)], side);
  const sums = graph.node('Conv', [rounded(graph.input('image', shape), 1), kernel], shape, {
    attributes: { kernel_shape: { ints: [1, 1] } },
  });
  graph.output('sums', rounded(sums, STEP));
  return graph.encode(13);
}
