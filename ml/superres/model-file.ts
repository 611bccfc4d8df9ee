import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../core/errors.ts';
import { readBytes, writeAtomic } from '../core/files.ts';
import { decodeModel } from '../onnx/decode.ts';
import { type Edsr, SCALES } from './edsr.ts';
import { buildEdsrGraph } from './graphs.ts';

/** Name of the file in the folder of a run or of a shipped model. */
export const EDSR_FILE = 'edsr.onnx';

const EdsrSchema = z.strictObject({
  scale: z.literal(SCALES),
  blocks: z.number().int().min(1).max(256),
  channels: z.number().int().min(1).max(1024),
  residualScale: z.number().positive(),
  tail: z.enum(['direct', 'stages']),
});

/** A trained network and its file. */
export interface EdsrModel {
  readonly edsr: Edsr;
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Key of the metadata that holds the architecture. */
const KEY = 'edsr';

/** @param parameters as `edsrParameters` lays them out. */
export function edsrModel(edsr: Edsr, parameters: Float32Array): EdsrModel {
  return modelOf(edsr, buildEdsrGraph(edsr, parameters, { [KEY]: JSON.stringify(edsr) }));
}

function modelOf(edsr: Edsr, bytes: Uint8Array): EdsrModel {
  return { edsr, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Writes a trained network as an ONNX file that says which architecture it has. */
export async function writeEdsr(path: string, { bytes }: EdsrModel): Promise<void> {
  await writeAtomic(path, bytes);
}

/**
 * Reads what {@link writeEdsr} wrote.
 * @param scale the factor required; any by default.
 * @throws UserError if the file is missing, broken, of another kind or for another factor.
 */
export async function readEdsr(path: string, scale?: number): Promise<EdsrModel> {
  const bytes = await readBytes(path);
  const text = decodeModel(bytes, path).metadata[KEY];
  if (text === undefined) {
    throw new UserError(`${path} is not an EDSR network of this program; train one with "emotion-lens upscale train"`);
  }
  let edsr: Edsr;
  try {
    edsr = EdsrSchema.parse(JSON.parse(text));
  } catch (thrown) {
    throw new UserError(
      `${path} is not an EDSR network that this program supports: its metadata is ${text}; expected a network for scale ` +
        `${SCALES.join(' or ')}, as written by "emotion-lens upscale train"`,
      { cause: thrown },
    );
  }
  if (scale !== undefined && edsr.scale !== scale) {
    throw new UserError(
      `${path} upscales by ${edsr.scale}, but --scale is ${scale}; ` +
        `choose another --model, or --scale ${edsr.scale}`,
    );
  }
  return modelOf(edsr, bytes);
}
