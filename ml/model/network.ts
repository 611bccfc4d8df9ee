import { z } from 'zod';
import { presentValue } from '../config/former-names.ts';
import { ARCHITECTURES, isTarget, LANDMARK_USES, NETWORK_SIDE, NETWORK_WIDTH, TARGETS } from '../config/schema.ts';
import { CLASSES, ClassListSchema } from '../core/class-list.ts';
import { UserError } from '../core/errors.ts';

/*
 * What identifies a network, once for every file that states it. The schemas decode what a file holds and encode what is
 * written, so that no field has a name or a default in one direction only.
 */

/** Files that name no architecture hold MobileNetV2, once the only one. */
export const ArchitectureField = z.codec(z.string().optional(), z.enum(ARCHITECTURES), {
  decode: (name = 'mobilenet-v2') => name as (typeof ARCHITECTURES)[number],
  encode: (name) => (name === 'mobilenet-v2' ? undefined : name),
});

/** Files that say nothing hold networks without landmarks. */
const LandmarksField = z.codec(z.string().optional(), z.enum(LANDMARK_USES), {
  decode: (use = 'none') => presentValue('model.landmarks', use) as (typeof LANDMARK_USES)[number],
  encode: (use) => (use === 'none' ? undefined : use),
});

/** The labels that a head was trained on, which are its name. */
export const HeadField = z.string().refine(isTarget, `expected one of ${TARGETS.join(', ')}`);

/** What decides a network's layers, apart from its classifiers. */
export const NetworkShapeSchema = z.object({
  architecture: ArchitectureField,
  /** Width multiplier. */
  width: NETWORK_WIDTH,
  /** Side of the image in pixels; of a network without an image, the side that it was configured with. */
  size: NETWORK_SIDE,
  landmarks: LandmarksField,
});
export type NetworkShape = z.infer<typeof NetworkShapeSchema>;

/** Where a network comes from. */
export const OriginFields = {
  /** Name of the run folder. */
  run: z.string().optional(),
  /** SHA-256 and share of each network that this one is the mean of. */
  averageOf: z.string().optional(),
  /** Epochs trained. */
  epoch: z.number().int().min(0),
  /** The fold of CK+ that was held out, `0 of 10`, if it was trained on the others. */
  heldOut: z.string().optional(),
  /** SHA-256 of the EDSR network that upscaled its training faces; absent if it was trained on them as they are. */
  upscaledBy: z.string().optional(),
};

/** A network in training: its shape, its classifiers and how far it has come. */
export const NetworkInfoSchema = NetworkShapeSchema.extend({
  classes: z.number().int().positive().max(CLASSES.max),
  /** Names of the classes, unless they are the seven expressions. */
  labels: ClassListSchema.readonly().optional(),
  heads: z.array(HeadField).min(1).max(TARGETS.length),
  upscaledBy: OriginFields.upscaledBy,
  epoch: OriginFields.epoch,
}).refine(({ classes, labels = { length: classes } }) => labels.length === classes, {
  path: ['labels'],
  message: 'expected a name for each class',
});
export type NetworkInfo = z.infer<typeof NetworkInfoSchema>;

/** The metadata of a safetensors file that holds a network. */
export function encodeNetworkInfo(info: NetworkInfo): Record<string, string> {
  return { network: JSON.stringify(z.encode(NetworkInfoSchema, info)) };
}

/**
 * Reads what {@link encodeNetworkInfo} wrote.
 * @param path for the message.
 * @throws UserError if the metadata describes no network.
 */
export function decodeNetworkInfo(metadata: Readonly<Record<string, string>>, path: string): NetworkInfo {
  try {
    return z.decode(NetworkInfoSchema, JSON.parse(metadata['network'] ?? 'null'));
  } catch (thrown) {
    throw new UserError(`${path} holds no network of this project; expected a file that "emotion-lens train" wrote`, {
      cause: thrown,
    });
  }
}
