import type { Faces } from '../data/dataset.ts';
import type { FoldedNetwork } from '../nn/folded-network.ts';
import { activationOutput, buildInferenceGraph } from '../nn/inference-graph.ts';
import { activationsOf } from '../nn/layers.ts';
import { runOverFaces } from '../train/predict.ts';
import { buildQdqGraph } from './qdq-graph.ts';
import type { QuantizedNetwork } from './quantized-network.ts';

/** Faces that are measured: each gives thousands of numbers for every activation. */
const FACES = 16;

/** How far an activation stands above the noise that quantization made in it, in decibels: 10·log₁₀(Σx² / Σ(x̂ − x)²). */
export interface LayerSqnr {
  readonly activation: string;
  readonly decibels: number;
}

/**
 * Signal-to-quantization-noise ratio of every activation from the stem to the logits, the noise of earlier layers included.
 * @param network before its quantization.
 * @param faces of which the first 16 count.
 */
export async function layerSqnr(
  network: FoldedNetwork,
  quantized: QuantizedNetwork,
  faces: Faces,
): Promise<LayerSqnr[]> {
  const { architecture } = network;
  const activations = activationsOf(architecture);
  const options = { batch: FACES, activations };
  const first = { ...faces, count: Math.min(FACES, faces.count) };
  const run = async (graph: Uint8Array) => {
    const results = new Map<string, Float32Array>();
    await runOverFaces(graph, architecture, FACES, first, (outputs) => {
      for (const name of activations) results.set(name, outputs[activationOutput(name)].data as Float32Array);
    });
    return results;
  };
  const exact = await run(buildInferenceGraph(network, { ...options, head: quantized.head }));
  const rounded = await run(buildQdqGraph(quantized, options));
  return activations.map((activation) => ({
    activation,
    decibels: decibels(exact.get(activation) as Float32Array, rounded.get(activation) as Float32Array),
  }));
}

function decibels(signal: Float32Array, rounded: Float32Array): number {
  let squares = 0;
  let noise = 0;
  for (const [i, x] of signal.entries()) {
    squares += x ** 2;
    noise += (rounded[i] - x) ** 2;
  }
  return 10 * Math.log10(squares / noise);
}
