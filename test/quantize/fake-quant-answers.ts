import * as ort from 'onnxruntime-node';
import { FACE_SIZE, type Faces } from '../../ml/data/dataset.ts';
import { resizeBilinear } from '../../ml/data/resize.ts';
import { convolutionsOf, type FoldedNetwork, stemToGrey } from '../../ml/nn/folded-network.ts';
import { LOGITS } from '../../ml/nn/layers.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import { encodeModel } from '../../ml/onnx/model.ts';
import { buildQatGraph } from '../../ml/quantize/qat-graph.ts';
import type { QuantizedNetwork } from '../../ml/quantize/quantized-network.ts';
import { PROBABILITY_PARAMETERS, quantize } from '../../ml/quantize/scheme.ts';

const BATCH = 16;

/**
 * The probabilities [n, 7], rounded as the integer softmax rounds them, that the graph of quantization-aware training gives
 * to faces as they are, without dropout.
 * @param network floats that `quantized` was made of.
 */
export async function fakeQuantAnswers(
  network: FoldedNetwork,
  { architecture, classes, head, activations }: QuantizedNetwork,
  faces: Faces,
  block: number,
  perChannel: boolean,
): Promise<Float32Array> {
  const { size, features } = architecture;
  const layout = new Layout(BATCH, block);
  const { bytes, parameters, statistics, inputs } = buildQatGraph(architecture, head, classes, layout, perChannel);
  const weights = new Float32Array(parameters.size);
  for (const [name, { kernel, bias }] of convolutionsOf(network, head)) {
    parameters.view(weights, `${name}/kernel`).set(name === 'stem' ? stemToGrey(kernel) : kernel);
    parameters.view(weights, `${name}/bias`).set(bias);
  }
  const grids = new Float32Array(statistics.size);
  for (const { name } of statistics.pieces) {
    const cut = name.lastIndexOf('/');
    const field = name.slice(cut + 1) as 'scale' | 'zeroPoint';
    statistics.view(grids, name)[0] = activations.get(name.slice(0, cut))?.[field] as number;
  }
  const output = `${LOGITS}/${head}`;
  const session = await ort.InferenceSession.create(forwardHalf(bytes, output), { graphOptimizationLevel: 'disabled' });
  const count = faces.count;
  const answers = new Float32Array(count * classes);
  const grey = new Float32Array(size * size);
  for (let first = 0; first < count; first += BATCH) {
    const image = new Float32Array(BATCH * size * size);
    const landmarks = new Float32Array(136 * BATCH);
    for (let n = 0; n < Math.min(BATCH, count - first); n++) {
      resizeBilinear(faces.at(first + n), FACE_SIZE, size, grey);
      for (const [p, value] of grey.entries()) image[layout.offset(n, 0, size) + p * layout.block] = value / 127.5 - 1;
      for (const [k, value] of faces.landmarks?.(first + n).entries() ?? []) landmarks[k * BATCH + n] = value;
    }
    const fed: Record<string, Float32Array> = {
      parameters: weights,
      statistics: grids,
      image,
      landmarks,
      mask: new Float32Array(features * BATCH).fill(1),
      [`targets/${head}`]: new Float32Array(classes * BATCH),
    };
    const results = await session.run(
      Object.fromEntries(
        Object.entries(inputs).map(([name, shape]) => [name, new ort.Tensor('float32', fed[name], [...shape])]),
      ),
    );
    const logits = results[output].data as Float32Array;
    for (let n = 0; n < Math.min(BATCH, count - first); n++) {
      const own = Array.from({ length: classes }, (_, k) => logits[k * BATCH + n]);
      const powers = own.map((logit) => Math.exp(logit - Math.max(...own)));
      const sum = powers.reduce((a, b) => a + b);
      const { scale, zeroPoint } = PROBABILITY_PARAMETERS;
      const integers = quantize(
        powers.map((power) => power / sum),
        PROBABILITY_PARAMETERS,
      );
      for (const [k, q] of integers.entries()) answers[(first + n) * classes + k] = scale * (q - zeroPoint);
    }
  }
  await session.release();
  return answers;
}

/** The nodes of a step's graph that lead to one output, without those of the gradient. */
function forwardHalf(bytes: Uint8Array, output: string): Uint8Array {
  const { graph, ...model } = decodeModel(bytes, 'step');
  const needed = new Set([output]);
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((name) => needed.has(name))) return false;
    for (const name of inputs) needed.add(name);
    return true;
  });
  const outputs = graph.outputs.filter(({ name }) => name === output);
  const initializers = graph.initializers.filter(({ name }) => needed.has(name));
  return encodeModel({ ...model, graph: { ...graph, nodes: nodes.toReversed(), initializers, outputs } });
}
