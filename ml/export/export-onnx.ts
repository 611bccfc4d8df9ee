import { createHash } from 'node:crypto';
import { EMOTIONS } from '../core/emotions.ts';
import { writeAtomic } from '../core/files.ts';
import { buildInferenceGraph } from '../nn/inference-graph.ts';
import { foldTrained, type TrainedNetwork } from '../train/trained-network.ts';

/** Version of what an exported model promises: names, shapes and ranges of its input and output. */
export const MODEL_VERSION = 1;

export interface ExportedFile {
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/**
 * Writes one head of a trained network as the ONNX file that SnapML takes: operator set 11, batch 1, batch norm folded,
 * softmax in the graph; see `buildInferenceGraph`.
 * @param head one of the network's heads.
 * @param metadata kept in the file beside labels, input range, version and head.
 * @throws UserError if the file cannot be written.
 */
export async function exportOnnx(
  network: TrainedNetwork,
  head: string,
  path: string,
  metadata: Readonly<Record<string, string>> = {},
): Promise<ExportedFile> {
  const bytes = buildInferenceGraph(foldTrained(network), {
    batch: 1,
    head,
    metadata: {
      labels: EMOTIONS.join(','),
      inputRange: '-1..1, pixel * 2/255 - 1',
      version: String(MODEL_VERSION),
      head,
      ...metadata,
    },
  });
  await writeAtomic(path, bytes);
  return { path, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
