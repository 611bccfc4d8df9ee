import { UserError } from '../core/errors.ts';
import { decodeOnnxMetadata, type ExportedInfo } from '../model/onnx-metadata.ts';
import { type Architecture, convLayersOf, optionalLayersOf } from '../nn/architecture.ts';
import type { FoldedConvolution, FoldedNetwork } from '../nn/folded-network.ts';
import { decodeModel } from '../onnx/decode.ts';

/** The operators of an exported network. */
const OPERATORS = ['Pad', 'Conv', 'Clip', 'Relu', 'Add', 'Mul', 'Concat', 'GlobalAveragePool', 'Softmax'];

/**
 * Reads the metadata and inputs of an exported ONNX file.
 * @throws UserError if the file is broken, has other operators than our exports, or no square image.
 */
export function exportedInfo(bytes: Uint8Array, file: string): ExportedInfo {
  const model = decodeModel(bytes, file);
  const other = model.graph.nodes.find(({ opType }) => !OPERATORS.includes(opType));
  if (other) {
    throw new UserError(
      `${file}: the node ${JSON.stringify(other.name || other.outputs[0])} is a ${other.opType}; expected a network of ` +
        `${OPERATORS.join(', ')} only, as "emotion-lens export" writes it in floats`,
    );
  }
  return decodeOnnxMetadata(model, file);
}

/**
 * The network in an ONNX file that this project exported: its initializers have the names of the layers. Layers of inputs that
 * the file lacks are left out.
 * @throws UserError if the file is broken or was not exported by this project.
 */
export function foldedFromOnnx(bytes: Uint8Array, file: string, architecture: Architecture): FoldedNetwork {
  const model = decodeModel(bytes, file);
  const initializers = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor.raw]));
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
  const optional = optionalLayersOf(architecture);
  const layers = convLayersOf(architecture).filter(
    (conv) => !optional.has(conv) || initializers.has(`${conv.name}/kernel`),
  );
  const { head, labels } = decodeOnnxMetadata(model, file);
  return {
    architecture,
    classes: classifier.bias.length,
    ...(labels && { labels }),
    layers: new Map(layers.map((conv) => [conv.name, convolution(conv.name)])),
    classifiers: new Map([[head, classifier]]),
  };
}
