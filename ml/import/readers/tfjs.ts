import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import type { SourceModel } from '../source.ts';
import { rangeOf } from '../source.ts';
import type { ModelFiles } from './files.ts';
import { parseJson, readTfjsFiles } from './tfjs-files.ts';
import { networkOfGraph } from './tfjs-graph.ts';
import { networkOfLayers } from './tfjs-layers.ts';

export const METADATA = 'metadata.json';

/** What Teachable Machine says of a model next to it. */
const MetadataSchema = z.object({
  packageName: z.string().optional(),
  labels: z.array(z.string()).optional(),
  wordLabels: z.array(z.string()).optional(),
});

/**
 * Reads a TensorFlow.js layers model or graph model, also of Teachable Machine.
 * @param name of its `model.json`.
 * @throws UserError if it is none, a file is missing, or it has a layer that no lens can have.
 */
export async function readTfjs(files: ModelFiles, name: string): Promise<SourceModel> {
  const file = files.path(name);
  const json = parseJson(await files.read(name), file);
  if (isOurs(json)) {
    throw new UserError(
      `${file} is the model.json of this project, so the model is one already; install it with "emotion-lens lens install --model ${files.place}"`,
    );
  }
  const metadata = files.names.includes(METADATA)
    ? MetadataSchema.safeParse(parseJson(await files.read(METADATA), files.path(METADATA))).data
    : undefined;
  const isTeachable = metadata?.packageName?.startsWith('@teachablemachine/') ?? false;
  const other = metadata?.wordLabels
    ? 'sounds'
    : /@teachablemachine\/pose/.test(metadata?.packageName ?? '')
      ? 'poses'
      : undefined;
  if (other)
    throw new UserError(
      `${file} is a Teachable Machine model of ${other}; expected one of images: train an Image Project`,
    );
  const model = await readTfjsFiles(json, files, name);
  const isGraph = 'node' in model.topology;
  const network = (isGraph ? networkOfGraph : networkOfLayers)(model.topology, model.weights, file);
  const format = `TensorFlow.js ${isGraph ? 'graph' : 'layers'} model`;
  return {
    file,
    format: isTeachable ? `Teachable Machine, ${format}` : format,
    model: network,
    runtime: {
      tfjs: { kind: isGraph ? 'graph' : 'layers', topology: model.topology, specs: model.specs, data: model.data },
      file,
    },
    quantized: false,
    ...(metadata?.labels && { labels: { names: metadata.labels, from: files.path(METADATA) } }),
    // @teachablemachine/image divides by 127.5 and subtracts 1.
    ...(isTeachable && { pixels: rangeOf(-1, 1) }),
  };
}

/** Our own model.json has neither a topology nor weights, but files. */
const isOurs = (json: unknown) =>
  z
    .object({ version: z.number(), labels: z.array(z.string()), files: z.array(z.object({ sha256: z.string() })) })
    .safeParse(json).success;
