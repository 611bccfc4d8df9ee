import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sha256Of } from '../../ml/model/exported-file.ts';
import { readModelJson, writeModelJson } from '../../ml/model/model-json.ts';
import { Graph } from '../../ml/nn/graph.ts';
import { softmax } from '../../ml/nn/ops.ts';

/** Side of its picture. */
export const SIDE = 8;
const COLOURS = 3;

/**
 * A network that tells red, green and neither apart by the mean colour of the picture, as ONNX.
 * @param classes how many it has: red, green, neither, and others that never win.
 */
export function colourOnnx(classes = COLOURS): Uint8Array {
  const graph = new Graph();
  const image = graph.input('image', [1, COLOURS, SIDE, SIDE]);
  const pooled = graph.node('GlobalAveragePool', [image], [1, COLOURS, 1, 1]);
  // Pixels are -1..1: a class wins if its colour is well above the others.
  const kernel = new Float32Array(classes * COLOURS);
  kernel.set([4, -4, -4], 0);
  kernel.set([-4, 4, -4], COLOURS);
  const bias = new Float32Array(classes).fill(-8);
  bias.set([0, 0, 4]);
  const parameters = [graph.constant(kernel, [classes, COLOURS, 1, 1]), graph.constant(bias)];
  graph.output('prob', softmax(graph.node('Conv', [pooled, ...parameters], [1, classes, 1, 1]), 1));
  return graph.encode(11);
}

/** Writes it as a model folder. @param labels of its classes, three or more. */
export async function writeColourModel(folder: string, labels: readonly string[]): Promise<void> {
  const { actedBias: _, ...model } = await readModelJson(resolve('ml/models/emotion/model.json'));
  const file = model.files.find(({ name }) => name === 'emotion.onnx')!;
  const bytes = colourOnnx(labels.length);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file.name), bytes);
  await writeModelJson(join(folder, 'model.json'), {
    ...model,
    labels: [...labels],
    files: [
      {
        ...file,
        bytes: bytes.length,
        sha256: sha256Of(bytes),
        input: { ...file.input, shape: [1, COLOURS, SIDE, SIDE] },
        output: { ...file.output, shape: [1, labels.length, 1, 1] },
      },
    ],
  });
}

/** A picture of one colour. */
export function coloured(red: number, green: number, blue: number) {
  const pixels = new Uint8Array(COLOURS * SIDE * SIDE);
  for (let i = 0; i < pixels.length; i += COLOURS) pixels.set([red, green, blue], i);
  return { size: SIDE, pixels };
}
