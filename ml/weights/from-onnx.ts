import { z } from 'zod';
import { ARCHITECTURES, type ArchitectureName, isTarget, type LandmarkUse, TARGETS } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import { type Architecture, unitsOf } from '../nn/architecture.ts';
import type { FoldedConvolution, FoldedNetwork } from '../nn/folded-network.ts';
import { IMAGE, LANDMARKS } from '../nn/layers.ts';
import { decodeModel } from '../onnx/decode.ts';

/** What an exported network is made of. */
const OPERATORS = ['Pad', 'Conv', 'Clip', 'Relu', 'Add', 'Mul', 'Concat', 'GlobalAveragePool', 'Softmax'];

/** What an ONNX file that this project exported says of its network. */
export interface ExportedInfo {
  readonly head: string;
  readonly architecture: ArchitectureName;
  readonly width: number;
  /** Side of the image in pixels. */
  readonly size: number;
  readonly landmarks: LandmarkUse;
  /** Epochs trained. */
  readonly epoch: number;
  /** The fold of CK+ that was held out, `0 of 10`, if it was trained on the others. */
  readonly heldOut?: string;
  /** SHA-256 of the EDSR network that made the faces larger which it was trained on. */
  readonly upscaledBy?: string;
  /** SHA-256 and share of each network that it is the mean of. */
  readonly averageOf?: string;
}

/**
 * Reads what an exported ONNX file says of itself.
 * @throws UserError if the file is broken, has other operators than our exports, or no square image.
 */
export function exportedInfo(bytes: Uint8Array, file: string): ExportedInfo {
  const { graph, metadata } = decodeModel(bytes, file);
  const other = graph.nodes.find(({ opType }) => !OPERATORS.includes(opType));
  if (other) {
    throw new UserError(
      `${file}: the node ${JSON.stringify(other.name || other.outputs[0])} is a ${other.opType}; expected a network of ` +
        `${OPERATORS.join(', ')} alone, as "emotion-lens export" writes it in floats`,
    );
  }
  const inputOf = (wanted: string) => graph.inputs.find(({ name }) => name === wanted);
  const [image, points] = [inputOf(IMAGE), inputOf(LANDMARKS)];
  // What sees landmarks alone was configured with a size nevertheless.
  const size = image || !points ? image?.shape?.[2] : Number(metadata['size']);
  if (typeof size !== 'number')
    throw new UserError(
      `${file} has no input "${IMAGE}" [1, 3, S, S]; expected an .onnx that "emotion-lens export" wrote`,
    );
  const { architecture = 'mobilenet-v2', width = '1', epoch = '0', heldOut, upscaledBy, averageOf } = metadata;
  const known = z.enum(ARCHITECTURES).safeParse(architecture);
  if (!known.success) {
    throw new UserError(
      `${file} is of the architecture ${JSON.stringify(architecture)}; expected one of ${ARCHITECTURES.join(', ')}. ` +
        'Export it again with this version of the project',
    );
  }
  return {
    head: headOf(metadata, file),
    architecture: known.data,
    width: Number(width),
    size,
    landmarks: points ? (image ? 'beside' : 'alone') : 'none',
    epoch: Number(epoch),
    ...(heldOut && { heldOut }),
    ...(upscaledBy && { upscaledBy }),
    ...(averageOf && { averageOf }),
  };
}

function headOf({ head = 'original' }: Readonly<Record<string, string>>, file: string): string {
  if (isTarget(head)) return head;
  throw new UserError(`${file} is of the head ${JSON.stringify(head)}; expected one of ${TARGETS.join(', ')}`);
}

/**
 * A network from an ONNX file that this project exported, whose initializers keep the names of the units. A file without
 * landmarks gives a network without them, and one with landmarks has a classifier of their features too.
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
  const units = unitsOf(architecture).filter(
    (unit) => unit !== architecture.landmarks || initializers.has(`${unit.name}/kernel`),
  );
  return {
    architecture,
    classes: classifier.bias.length,
    units: new Map(units.map((unit) => [unit.name, convolution(unit.name)])),
    classifiers: new Map([[headOf(metadata, file), classifier]]),
  };
}
