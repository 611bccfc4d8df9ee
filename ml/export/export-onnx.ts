import { EMOTIONS } from '../core/emotions.ts';
import { type Architecture, seesImage } from '../nn/architecture.ts';
import { shapeOf } from '../nn/architectures.ts';
import { buildInferenceGraph } from '../nn/inference-graph.ts';
import { foldTrained, type TrainedNetwork } from '../train/trained-network.ts';
import { type ExportedFile, FLOAT_ONNX, LANDMARK_NORMALIZATION, MODEL_VERSION, writeModel } from './exported-file.ts';

/** What every ONNX file of ours says of itself. */
export function onnxMetadata(
  head: string,
  network: Architecture,
  others: Readonly<Record<string, string>>,
): Record<string, string> {
  const { architecture, width, size } = shapeOf(network);
  return {
    labels: EMOTIONS.join(','),
    inputRange: '-1..1, pixel * 2/255 - 1',
    version: String(MODEL_VERSION),
    head,
    ...(architecture && { architecture }),
    width: String(width),
    ...(network.landmarks && { landmarks: LANDMARK_NORMALIZATION }),
    // The others say it by the shape of their image.
    ...(!seesImage(network) && { size: String(size) }),
    ...others,
  };
}

/**
 * Writes one head of a trained network as the ONNX file that SnapML takes: operator set 11, batch 1, batch norm folded,
 * softmax in the graph; see `buildInferenceGraph`.
 * @param head one of the network's heads.
 * @param metadata kept in the file beside labels, input range, version, head, architecture and width.
 * @throws UserError if the file cannot be written.
 */
export function exportOnnx(
  network: TrainedNetwork,
  head: string,
  path: string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<ExportedFile> {
  const folded = foldTrained(network);
  const options = { batch: 1, head, metadata: onnxMetadata(head, folded.architecture, metadata) };
  const bytes = buildInferenceGraph(folded, options);
  return writeModel(path, bytes, FLOAT_ONNX);
}
