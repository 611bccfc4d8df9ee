import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { formatCheck } from '../../ml/check/report.ts';
import { needing, REAL_CASES } from '../real-data.ts';

/** Small files of the kinds that people bring; they are no part of this project. */
const CASES = REAL_CASES;

const LISTED = [
  ...['abs', 'argmax', 'div', 'elu', 'exp', 'keras_preprocess', 'leaky_relu', 'log', 'maximum', 'mirror_pad', 'prelu'],
  ...['resize_bilinear', 'resize_nearest_neighbor', 'slice', 'sqrt', 'strided_slice', 'sub', 'tanh', 'transpose'],
  'transpose_conv',
];
const TAKEN = /SnapML should accept this model/;
const REFUSED = /SnapML will not accept this model/;

describe(`the cases in ${CASES}`, needing(CASES), () => {
  it.each<[string, RegExp, RegExp?]>([
    ...LISTED.map((name): [string, RegExp] => [`tflite_listed_layers/${name}.tflite`, TAKEN]),
    ['tflite_float16/float16_weights.tflite', TAKEN, /float16 weights.*representative_dataset/],
    ['tflite_requantize/requantize_inside.tflite', TAKEN, /rescaling from int8 of scale 0\.015625/],
    ['tflite_custom/custom_op.tflite', REFUSED, /custom operator Convolution2DTransposeBias/],
    ['layout/keras_nhwc.onnx', TAKEN, /\[1,48,48,1\] has the channels last.*--inputs-as-nchw image/],
    ['layout/nchw_input.tflite', TAKEN, /\[1,3,32,32\] has the channels first.*onnx2tf/],
    ['onnx_five_dimensions/channel_shuffle_5d.onnx', REFUSED, /r5: 5 dimensions \[1,2,4,32,32\]/],
    ['onnx_many_operands/sum_three.onnx', TAKEN, /^Sum +Eltwise Add/m],
    ['onnx_constant_parameters/relu6_constants.onnx', /CPU, iPhone GPU, iPhone NPU, Android GPU/],
    ['onnx_constant_parameters/torch_view.onnx', REFUSED, /^Constant +parameter/m],
    ['onnx_argmax/argmax_out.onnx', TAKEN, /^ArgMax +ArgMax/m],
    ['onnx_float16/fp16_all.onnx', REFUSED, /image, prob: the type is float16 \(half precision\)/],
    [
      'onnx_float16/fp16_keep_io.onnx',
      REFUSED,
      /conversion from float32 to float16, as tools for half precision insert it/,
    ],
    ...['asym_deconv', 'averagepool_ceil', 'conv1x3', 'landmark_mlp', 'normalise_in_graph'].map(
      (name): [string, RegExp] => [`onnx_fine/${name}.onnx`, TAKEN],
    ),
    ['onnx_fine/dynamic_batch.onnx', REFUSED, /\[batch,3,48,48\] is not fixed/],
    ['onnx_fine/no_output_shape.onnx', REFUSED, /\[unknown\] is not fixed/],
    ['onnx_fine/softmax_nchw_last.onnx', REFUSED, /along axis 3/],
    ['onnx_fine/yolo_c2f.onnx', REFUSED, /no layer for Split.*Slice/],
  ])('are judged rightly: %s', async (name, verdict, said = verdict) => {
    const text = formatCheck(await checkModel(join(CASES, name)));
    expect(text).toMatch(verdict);
    expect(text).toMatch(said);
  });

  it.each([
    ['lfs.onnx', /Git LFS pointer.*git lfs pull/],
    ['lfs.tflite', /Git LFS pointer/],
    ['saved_page.onnx', /a web page/],
    ['saved_page.tflite', /a web page/],
    ['empty.onnx', /an empty file/],
    ['keras.h5', /HDF5.*from_keras_model/],
    ['model.keras', /Keras model/],
    ['best.pt', /PyTorch checkpoint.*torch\.onnx\.export/],
  ])('are recognised as no models: %s', async (name, message) => {
    await expect(checkModel(join(CASES, 'not_a_model', name))).rejects.toThrow(message);
  });
});
