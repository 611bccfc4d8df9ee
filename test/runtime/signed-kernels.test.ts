import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import { encodeModel } from '../../ml/onnx/model.ts';
import { openOnnx } from '../../ml/runtime/onnx-session.ts';
import { signedIsExact, withFastKernels } from '../../ml/runtime/signed-kernels.ts';

const FILE = join('ml', 'models', 'emotion-tiny', 'emotion.int8.onnx');
const bytes = new Uint8Array(readFileSync(FILE));
const model = decodeModel(bytes, FILE);
const CPU_INFO = '/proc/cpuinfo';

it.skipIf(process.arch !== 'x64' || !existsSync(CPU_INFO))('finds out what the processor says of itself', async () => {
  const flags = readFileSync(CPU_INFO, 'utf8').split(/\s+/);
  expect(await signedIsExact()).toBe(flags.includes('avx512_vnni') || flags.includes('avx_vnni'));
});

it('changes no answer', async () => {
  const plain = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const fast = await openOnnx(bytes, FILE, { threads: 1 });
  const [{ shape }] = fast.inputs;
  const random = new Random(1);
  const values = new Float32Array(shape.reduce<number>((count, side) => count * Number(side), 1));
  for (let picture = 0; picture < 8; picture++) {
    for (let i = 0; i < values.length; i++) values[i] = picture < 2 ? 2 * picture - 1 : 2 * random.uniform() - 1;
    const { prob } = await plain.run({ image: new ort.Tensor('float32', values, shape.map(Number)) });
    expect(await fast.run([{ shape: shape.map(Number), values }])).toEqual([prob.data]);
  }
});

it('moves the kernels of our own models, where that is exact', async () => {
  const opened = decodeModel(await withFastKernels(bytes, model), FILE);
  const kernels = (of: typeof model) =>
    of.graph.initializers.filter(({ name }) => name.endsWith('/kernel')).map(({ dataType }) => dataType);
  const [uint8, int8] = [2, 3];
  expect(new Set(kernels(model))).toEqual(new Set([uint8]));
  expect(new Set(kernels(opened))).toEqual(new Set([(await signedIsExact()) ? int8 : uint8]));
});

it.each([
  ['that another program wrote', { ...model, producerName: 'pytorch' }],
  [
    'whose kernels serve for something else too',
    {
      ...model,
      graph: {
        ...model.graph,
        nodes: [
          ...model.graph.nodes,
          { opType: 'Identity', name: 'seen', domain: '', inputs: ['stem/kernel'], outputs: ['seen'], attributes: {} },
        ],
      },
    },
  ],
])('opens a model as it is %s', async (_, other) => {
  const written = encodeModel(other);
  expect(await withFastKernels(written, other)).toBe(written);
});
