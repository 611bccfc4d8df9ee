import { UserError } from '../core/errors.ts';
import type { FoldedConvolution, FoldedNetwork } from '../nn/folded-network.ts';
import { type Architecture, unitsOf } from '../nn/mobilenet-v2.ts';
import { decodeModel } from '../onnx/decode.ts';

/**
 * A network from an ONNX file that this project exported, whose initializers keep the names of the units.
 * @throws UserError if the file is broken or of another origin.
 */
export function foldedFromOnnx(bytes: Uint8Array, file: string, architecture: Architecture): FoldedNetwork {
  const { graph, metadata } = decodeModel(bytes, file);
  const initializers = new Map(graph.initializers.map((tensor) => [tensor.name, tensor.raw]));
  const values = (name: string): Float32Array => {
    const raw = initializers.get(name);
    if (!raw) throw new UserError(`${file} has no ${name}; expected an .onnx that "emotion-lens export" wrote`);
    return new Float32Array(raw.slice().buffer);
  };
  const convolution = (name: string): FoldedConvolution => ({
    kernel: values(`${name}/kernel`),
    bias: values(`${name}/bias`),
  });
  const classifier = convolution('classifier');
  return {
    architecture,
    classes: classifier.bias.length,
    units: new Map(unitsOf(architecture).map((unit) => [unit.name, convolution(unit.name)])),
    classifiers: new Map([[metadata['head'] ?? 'original', classifier]]),
  };
}
