/** Weights of the networks inside the npm package `@vladmandic/face-api` (MIT), as TensorFlow.js stores them. Node only. */
import { createRequire } from 'node:module';
import { z } from 'zod';
import { UserError } from '../../../core/errors.ts';
import { readBytes, readText } from '../../../core/files.ts';
import { type Shape, sizeOf } from '../../../nn/graph.ts';

const PACKAGE = '@vladmandic/face-api';

const Manifest = z.tuple([
  z.object({
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.number().int().positive()),
        quantization: z.object({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }),
      }),
    ),
  }),
]);

/** Numbers `bytes × scale + min` in TensorFlow's order: [height, width, in, out], depthwise [height, width, in, 1]. */
export interface StoredWeights {
  readonly shape: Shape;
  readonly bytes: Uint8Array;
  readonly scale: number;
  readonly min: number;
}

/** The weights of one network by name. */
export type NetworkWeights = ReadonlyMap<string, StoredWeights>;

/**
 * @param network such as `tiny_face_detector_model`.
 * @throws UserError if the package is not installed whole.
 */
export async function readWeights(network: string): Promise<NetworkWeights> {
  const manifest = await readText(placeOf(`${network}-weights_manifest.json`));
  const bytes = await readBytes(placeOf(`${network}.bin`));
  const [{ weights }] = parseManifest(manifest, network);
  const total = weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (total !== bytes.length)
    throw new UserError(`${PACKAGE}'s ${network}.bin has ${bytes.length} bytes, expected ${total}: run npm ci`);
  let offset = 0;
  return new Map(
    weights.map(({ name, shape, quantization: { scale, min } }) => {
      const stored = bytes.subarray(offset, offset + sizeOf(shape));
      offset += stored.length;
      return [name, { shape, bytes: stored, scale, min }];
    }),
  );
}

function placeOf(file: string): string {
  try {
    return createRequire(import.meta.url).resolve(`${PACKAGE}/model/${file}`);
  } catch (cause) {
    throw new UserError(`the npm package ${PACKAGE} has no model/${file}: run npm ci`, { cause });
  }
}

function parseManifest(text: string, network: string): z.infer<typeof Manifest> {
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(`${PACKAGE}'s manifest of ${network} is not as expected: run npm ci`, { cause });
  }
}
