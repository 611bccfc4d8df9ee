import { z } from 'zod';
import { NETWORKS, SCALES } from './edsr.ts';

const whole = z.number().int().min(1);

/** Everything that a training of EDSR depends on. */
export const SettingsSchema = z.strictObject({
  data: z.array(z.string()).min(1).describe('folders of photos'),
  scale: z.literal(SCALES).default(4).describe('how many times as large the pictures become'),
  network: z
    .enum(Object.keys(NETWORKS) as [keyof typeof NETWORKS])
    .default('small')
    .describe('small (8 blocks, 32 channels) or baseline (16 blocks, 64 channels)'),
  steps: whole.max(10_000_000).default(20_000).describe('optimizer steps'),
  batchSize: whole.min(2).max(1024).default(32).describe('patches of one optimizer step'),
  patch: whole.min(8).max(256).default(24).describe('side of the small patches in pixels'),
  learningRate: z.number().positive().max(1).default(1e-3).describe('peak of warm-up and cosine'),
  skipBadPhotos: z.boolean().default(false).describe('leave out photos that are unreadable or too small'),
  seed: z.number().int().min(0).default(1),
});
export type Settings = z.infer<typeof SettingsSchema>;
