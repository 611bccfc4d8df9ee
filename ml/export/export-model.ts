import { join } from 'node:path';
import type { QuantizeMethod } from '../config/schema.ts';
import { EMOTIONS } from '../core/emotions.ts';
import { type ExportedFile, FLOAT_ONNX, MODEL_VERSION, writeModel } from '../model/exported-file.ts';
import { PROBABILITIES } from '../model/inputs.ts';
import { encodeOnnxMetadata, type Origin } from '../model/onnx-metadata.ts';
import { type Architecture, inputsOf } from '../nn/architecture.ts';
import { shapeOf } from '../nn/architectures.ts';
import type { FoldedNetwork } from '../nn/folded-network.ts';
import { buildInferenceGraph } from '../nn/inference-graph.ts';
import { denseLayersOf } from '../nn/layers.ts';
import { buildQdqGraph } from '../quantize/qdq-graph.ts';
import type { QuantizedConvolution, QuantizedNetwork } from '../quantize/quantized-network.ts';
import { appendLabels, describeTflite, METADATA_NAME } from '../tflite/metadata.ts';
import type { TfliteModel } from '../tflite/model.ts';
import { writeTflite } from '../tflite/write.ts';
import { foldTrained, type TrainedNetwork } from '../train/trained-network.ts';
import { floatTflite, type IoType, int8Tflite } from './tflite-network.ts';

/**
 * Writes one head of a trained network as the ONNX file that SnapML takes: operator set 11, batch 1, batch norm folded,
 * softmax in the graph; see `buildInferenceGraph`.
 * @param head one of the network's heads.
 * @param origin kept in the file.
 * @throws UserError if the file cannot be written.
 */
export function exportOnnx(
  network: TrainedNetwork,
  head: string,
  path: string,
  origin: Origin = {},
): Promise<ExportedFile> {
  const folded = foldTrained(network);
  const { info } = network;
  const metadata = encodeOnnxMetadata(head, info, { labels: info.labels, ...origin });
  const options = { batch: 1, head, metadata };
  const bytes = buildInferenceGraph(folded, options);
  return writeModel(path, bytes, FLOAT_ONNX);
}

/** Bytes of a scale. */
const SCALE_BYTES = 4;

export const INT8_TFLITE = 'emotion.int8.tflite';
export const INT8_ONNX = 'emotion.int8.onnx';
const FLOAT_TFLITE = 'emotion.float32.tflite';

/**
 * Writes a quantized network as `emotion.int8.tflite`, which SnapML takes, and `emotion.int8.onnx` in QDQ form.
 * @param ioType type of the TFLite file's image and output.
 * @param origin kept in the ONNX file.
 * @throws UserError if a file cannot be written.
 */
export async function exportQuantized(
  network: QuantizedNetwork,
  folder: string,
  method: QuantizeMethod,
  ioType: IoType,
  origin: Origin = {},
): Promise<{ tflite: ExportedFile; onnx: ExportedFile }> {
  const tflite = encodeTflite(int8Tflite(network, ioType), network.architecture, origin.labels);
  const kind = { numbers: 'int8', method } as const;
  const bytesByKind = bytesOf(network, tflite.length);
  const graph = buildQdqGraph(network, {
    batch: 1,
    metadata: encodeOnnxMetadata(network.head, shapeOf(network.architecture), origin),
  });
  return {
    tflite: await writeModel(join(folder, INT8_TFLITE), tflite, { ...kind, format: 'tflite', ioType, bytesByKind }),
    onnx: await writeModel(join(folder, INT8_ONNX), graph, { ...kind, format: 'onnx', ioType: 'float32' }),
  };
}

/**
 * Writes one head of a network as a TensorFlow Lite file of floats.
 * @param labels names of its classes, unless they are the seven expressions.
 * @throws UserError if the file cannot be written.
 */
export function exportFloatTflite(
  network: FoldedNetwork,
  head: string,
  folder: string,
  labels?: readonly string[],
): Promise<ExportedFile> {
  const bytes = encodeTflite(floatTflite(network, head), network.architecture, labels);
  const kind = { format: 'tflite', numbers: 'float32', method: null, ioType: 'float32' } as const;
  return writeModel(join(folder, FLOAT_TFLITE), bytes, kind);
}

/** A model with its metadata and labels. */
function encodeTflite(model: TfliteModel, architecture: Architecture, labels?: readonly string[]): Uint8Array {
  const about = {
    name: 'Emotion Lens',
    description: labels
      ? `Tells apart: ${labels.join(', ')}`
      : `Recognises the facial expression of a face: ${EMOTIONS.join(', ')}`,
    version: String(MODEL_VERSION),
  };
  const described = describeTflite(inputsOf(architecture), PROBABILITIES, about, labels ? 'classes' : 'expressions');
  const description = labels ? `Emotion Lens: ${labels.length} classes` : model.description;
  const metadata = [{ name: METADATA_NAME, data: described }];
  return appendLabels(writeTflite({ ...model, description, metadata }), labels ?? EMOTIONS);
}

/** Bytes of an int8 TFLite file by content. */
function bytesOf({ architecture, convolutions, activations }: QuantizedNetwork, total: number): Record<string, number> {
  const dense = denseLayersOf(architecture);
  const sum = (count: (convolution: QuantizedConvolution, name: string) => number) =>
    [...convolutions].reduce((s, [name, convolution]) => s + count(convolution, name), 0);
  const weights = sum(({ kernel }) => kernel.byteLength);
  const biases = sum(({ bias }) => bias.byteLength);
  const scaled = sum(({ scales }, name) => (dense.has(name) ? 1 : scales.length));
  const scales = SCALE_BYTES * (2 * scaled + activations.size);
  return { weights, biases, scales, structure: total - weights - biases - scales };
}
