import { describe, expect, it } from 'vitest';
import { checkContent } from '../../../ml/check/check-model.ts';
import { silent } from '../../../ml/core/progress.ts';
import { calibrateLayers } from '../../../ml/import/int8/calibrate.ts';
import { int8Layers } from '../../../ml/import/int8/layers.ts';
import { int8File } from '../../../ml/import/int8/write.ts';
import { simplify } from '../../../ml/import/passes/simplify.ts';
import { drawnPictures, lensTensor } from '../../../ml/import/pictures.ts';
import { encodeModel, type OnnxModel } from '../../../ml/onnx/model.ts';
import { openModel } from '../../../ml/runtime/model-file.ts';
import { readTflite } from '../../../ml/tflite/read.ts';
import { evaluate, model, node, weights } from '../passes/models.ts';

const SIDE = 12;
const pads = { pads: { ints: [1, 1, 1, 1] } };
const image = (nodes: OnnxModel['graph']['nodes'], initializers: OnnxModel['graph']['initializers'], opset = 11) =>
  model({ inShape: [1, 3, SIDE, SIDE], opset, nodes: [...nodes], initializers: [...initializers] });

/** Residual, squeeze and excitation, join, pools and batch norm that cannot be folded. */
const mobile = () =>
  image(
    [
      node('Conv', ['image', 'stem', 'bias'], 'a', { ...pads, strides: { ints: [2, 2] } }),
      node('Relu', ['a'], 'b'),
      node('Conv', ['b', 'depth'], 'c', { ...pads, group: { int: 8 } }),
      node('HardSwish', ['c'], 'd'),
      node('GlobalAveragePool', ['d'], 'pooled'),
      node('Conv', ['pooled', 'squeeze'], 's'),
      node('Sigmoid', ['s'], 'gate'),
      node('Mul', ['d', 'gate'], 'e'),
      node('Conv', ['e', 'project'], 'f'),
      node('Add', ['b', 'f'], 'g'),
      node('MaxPool', ['g'], 'h', { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
      node('AveragePool', ['g'], 'i', { kernel_shape: { ints: [2, 2] }, strides: { ints: [2, 2] } }),
      node('Concat', ['h', 'i'], 'j', { axis: { int: 1 } }),
      node('LeakyRelu', ['j'], 'k', { alpha: { float: 0.1 } }),
      node('GlobalAveragePool', ['k'], 'l'),
      node('Flatten', ['l'], 'm'),
      node('Gemm', ['m', 'dense', 'denseBias'], 'n'),
      node('Softmax', ['n'], 'y'),
    ],
    [
      weights('stem', [8, 3, 3, 3]),
      weights('bias', [8]),
      weights('depth', [8, 1, 3, 3]),
      weights('squeeze', [8, 8, 1, 1]),
      weights('project', [8, 8, 1, 1]),
      weights('dense', [16, 4], -2, 2),
      weights('denseBias', [4]),
    ],
    14,
  );

/** Uneven padding, a dense layer on the whole image, and two of them. */
const flattened = () =>
  image(
    [
      node('Conv', ['image', 'w'], 'a', { auto_pad: { string: 'SAME_UPPER' }, strides: { ints: [2, 2] } }),
      node('Relu', ['a'], 'b'),
      node('Conv', ['b', 'wide'], 'c', { pads: { ints: [2, 2, 2, 2] } }),
      node('Flatten', ['c'], 'd'),
      node('MatMul', ['d', 'dense'], 'e'),
      node('Tanh', ['e'], 'f'),
      node('MatMul', ['f', 'last'], 'g'),
      node('Softmax', ['g'], 'y', { axis: { int: 1 } }),
    ],
    [
      weights('w', [6, 3, 3, 3]),
      weights('wide', [4, 6, 3, 3]),
      weights('dense', [256, 5], -0.2, 0.2),
      weights('last', [5, 3], -2, 2),
    ],
  );

describe('8-bit integers', () => {
  it.each<[string, () => OnnxModel, number, string[]]>([
    ['branches and gates', mobile, 4, ['MEAN', 'FULLY_CONNECTED', 'SOFTMAX', 'DEQUANTIZE']],
    ['dense layers', flattened, 3, ['RESHAPE', 'FULLY_CONNECTED', 'TANH', 'FULLY_CONNECTED', 'SOFTMAX', 'DEQUANTIZE']],
  ])('in LiteRT give the answers of floats but for rounding: %s', async (_, make, classes, ending) => {
    const floats = await simplify(make(), 'test.onnx', { evaluate });
    const network = int8Layers(floats);
    const pictures = drawnPictures(SIDE);
    const parameters = await calibrateLayers(floats, network, SIDE, pictures, 'minmax', silent);
    const bytes = int8File(
      network,
      parameters,
      Array.from({ length: classes }, (_, at) => `class ${at}`),
    );
    const [reference, session] = [await openModel(encodeModel(floats), 'a.onnx'), await openModel(bytes, 'a.tflite')];
    expect(session.inputs).toMatchObject([{ type: 'float32', shape: [1, SIDE, SIDE, 3] }]);
    expect(session.outputs).toMatchObject([{ type: 'float32', shape: [1, classes] }]);
    let agreed = 0;
    for (const picture of pictures.images) {
      const [expected] = await reference.run([lensTensor(picture, SIDE, 'first')]);
      const [found] = await session.run([lensTensor(picture, SIDE, 'last')]);
      for (const [k, value] of expected.entries()) expect(Math.abs(value - found[k])).toBeLessThan(0.06);
      agreed += Number(expected.indexOf(Math.max(...expected)) === found.indexOf(Math.max(...found)));
    }
    await Promise.all([reference.close(), session.close()]);
    expect(agreed / pictures.images.length).toBeGreaterThan(0.9);
    expect(checkContent(bytes, 'a.tflite').accepted).toBe(true);
    expect(
      readTflite(bytes, 'a.tflite')
        .operators.map(({ name }) => name)
        .slice(-ending.length),
    ).toEqual(ending);
  });

  it('are refused where a layer has no form in them', () => {
    const exponential = image([node('Exp', ['image'], 'y')], []);
    expect(() => int8Layers(exponential)).toThrow('Exp the_Exp_y has no form in 8-bit integers');
  });
});
