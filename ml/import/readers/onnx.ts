import { UserError } from '../../core/errors.ts';
import { namesIn } from '../../model/onnx-metadata.ts';
import { decodeModel, externalBytes } from '../../onnx/decode.ts';
import { encodeModel, type OnnxModel, type OnnxTensor } from '../../onnx/model.ts';
import { opsetOf } from '../../onnx/shapes/infer.ts';
import type { SourceModel } from '../source.ts';
import type { ModelFiles } from './files.ts';

/**
 * Reads an ONNX file of operator set 7 to 21, its weights in it or in other files of the same folder.
 * @throws UserError if it is damaged, of another operator set, or its weights lie elsewhere.
 */
export async function readOnnx(files: ModelFiles, name: string): Promise<SourceModel> {
  const file = files.path(name);
  const model = await readOnnxModel(files, name);
  const labels = labelsOf(model.metadata);
  return {
    file,
    format: `ONNX, operator set ${opsetOf(model)}${model.producerName ? `, by ${model.producerName}` : ''}`,
    model,
    runtime: { bytes: encodeModel(model), file },
    quantized: model.graph.nodes.some(({ opType }) => opType === 'QuantizeLinear' || opType.startsWith('QLinear')),
    ...(labels && { labels: { names: labels, from: `the metadata of ${file}` } }),
  };
}

/** The oldest operator set that the passes know, and the newest. */
const OPSETS = { min: 7, max: 21 } as const;

/**
 * The model of an ONNX file with all of its weights.
 * @throws as {@link readOnnx}.
 */
export async function readOnnxModel(files: ModelFiles, name: string): Promise<OnnxModel> {
  const file = files.path(name);
  const model = await withWeights(decodeModel(await files.read(name), file, { external: true }), files, file);
  const opset = opsetOf(model);
  if (opset < OPSETS.min || opset > OPSETS.max) {
    throw new UserError(
      `${file} has operator set ${opset}; expected ${OPSETS.min} to ${OPSETS.max}: export it again, for example with opset_version=17`,
    );
  }
  return model;
}

async function withWeights(model: OnnxModel, files: ModelFiles, file: string): Promise<OnnxModel> {
  const { graph } = model;
  const contents = new Map<string, Uint8Array>();
  const read = async (tensor: OnnxTensor): Promise<OnnxTensor> => {
    const { external, ...rest } = tensor;
    if (!external) return tensor;
    const { location } = external;
    const bytes = contents.get(location) ?? (await files.read(location));
    contents.set(location, bytes);
    const size = externalBytes(tensor);
    const raw = bytes.subarray(external.offset, external.offset + size);
    if (raw.length !== size) {
      throw new UserError(
        `${file}: ${tensor.name} needs bytes ${external.offset} to ${external.offset + size} of ${location}, which has ${bytes.length}; export or download both again`,
      );
    }
    return { ...rest, raw };
  };
  const initializers: OnnxTensor[] = [];
  for (const tensor of graph.initializers) initializers.push(await read(tensor));
  const nodes = [];
  for (const node of graph.nodes) {
    const { value } = node.attributes;
    const external = value && 'tensor' in value && value.tensor.external ? await read(value.tensor) : undefined;
    nodes.push(external ? { ...node, attributes: { ...node.attributes, value: { tensor: external } } } : node);
  }
  return { ...model, graph: { ...graph, initializers, nodes } };
}

/** Labels as our own exports, and those of Ultralytics, have them: `labels: a,b`, `names: {0: 'a', 1: 'b'}`. */
function labelsOf({ labels, names }: OnnxModel['metadata']): readonly string[] | undefined {
  if (labels) return namesIn(labels);
  const found = [...(names ?? '').matchAll(/(\d+)\s*:\s*(?:'([^']*)'|"([^"]*)")/g)];
  const inOrder = found.every(([, index], at) => Number(index) === at);
  return found.length > 0 && inOrder ? found.map(([, , single, double]) => single ?? double) : undefined;
}
