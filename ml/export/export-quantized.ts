import { join } from 'node:path';
import type { QuantizeMethod } from '../config/schema.ts';
import { EMOTIONS } from '../core/emotions.ts';
import type { FoldedNetwork } from '../nn/folded-network.ts';
import { denseLayersOf, IMAGE, LANDMARKS, PROBABILITIES } from '../nn/layers.ts';
import { buildQdqGraph } from '../quantize/qdq-graph.ts';
import type { QuantizedConvolution, QuantizedNetwork } from '../quantize/quantized-network.ts';
import { appendLabels, describeTflite, METADATA_NAME } from '../tflite/metadata.ts';
import type { TfliteModel } from '../tflite/model.ts';
import { writeTflite } from '../tflite/write.ts';
import { onnxMetadata } from './export-onnx.ts';
import { type ExportedFile, MODEL_VERSION, writeModel } from './exported-file.ts';
import { type Edges, floatTflite, int8Tflite } from './tflite-network.ts';

const ABOUT = {
  name: 'Emotion Lens',
  description: `Recognises the facial expression of a face: ${EMOTIONS.join(', ')}`,
  version: String(MODEL_VERSION),
};

/** Of a scale; kernels, biases and maps have them. */
const SCALE_BYTES = 4;

export const INT8_TFLITE = 'emotion.int8.tflite';
export const INT8_ONNX = 'emotion.int8.onnx';
export const FLOAT_TFLITE = 'emotion.float32.tflite';

/**
 * Writes a quantized network as `emotion.int8.tflite`, which SnapML takes, and `emotion.int8.onnx` in QDQ form.
 * @param edges type of the TFLite file's input and output.
 * @param metadata kept in the ONNX file beside labels, input range, version, head, architecture and width.
 * @throws UserError if a file cannot be written.
 */
export async function exportQuantized(
  network: QuantizedNetwork,
  folder: string,
  method: QuantizeMethod,
  edges: Edges,
  metadata: Readonly<Record<string, string>> = {},
): Promise<{ tflite: ExportedFile; onnx: ExportedFile }> {
  const tflite = encodeTflite(int8Tflite(network, edges));
  const kind = { numbers: 'int8', method } as const;
  const bytesByKind = bytesOf(network, tflite.length);
  const graph = buildQdqGraph(network, {
    batch: 1,
    metadata: onnxMetadata(network.head, network.architecture, metadata),
  });
  return {
    tflite: await writeModel(join(folder, INT8_TFLITE), tflite, { ...kind, format: 'tflite', edges, bytesByKind }),
    onnx: await writeModel(join(folder, INT8_ONNX), graph, { ...kind, format: 'onnx', edges: 'float32' }),
  };
}

/**
 * Writes one head of a network as a TensorFlow Lite file of floats.
 * @throws UserError if the file cannot be written.
 */
export function exportFloatTflite(network: FoldedNetwork, head: string, folder: string): Promise<ExportedFile> {
  const bytes = encodeTflite(floatTflite(network, head));
  const kind = { format: 'tflite', numbers: 'float32', method: null, edges: 'float32' } as const;
  return writeModel(join(folder, FLOAT_TFLITE), bytes, kind);
}

/** A model with its metadata and labels. */
function encodeTflite(model: TfliteModel): Uint8Array {
  const nameOf = (name: string) => (model.inputs.some((tensor) => tensor?.name === name) ? name : undefined);
  const names = { image: nameOf(IMAGE), landmarks: nameOf(LANDMARKS), output: PROBABILITIES };
  const metadata = [{ name: METADATA_NAME, data: describeTflite(names, ABOUT) }];
  return appendLabels(writeTflite({ ...model, metadata }), EMOTIONS);
}

/** What the bytes of an int8 TFLite file hold. */
function bytesOf({ architecture, convolutions, maps }: QuantizedNetwork, total: number): Record<string, number> {
  const dense = denseLayersOf(architecture);
  const sum = (count: (convolution: QuantizedConvolution, name: string) => number) =>
    [...convolutions].reduce((s, [name, convolution]) => s + count(convolution, name), 0);
  const weights = sum(({ kernel }) => kernel.byteLength);
  const biases = sum(({ bias }) => bias.byteLength);
  const scaled = sum(({ scales }, name) => (dense.has(name) ? 1 : scales.length));
  const scales = SCALE_BYTES * (2 * scaled + maps.size);
  return { weights, biases, scales, structure: total - weights - biases - scales };
}
