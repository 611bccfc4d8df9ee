import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { silent } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { bicubic, evaluateFolder, qualityOf } from '../../ml/superres/evaluate.ts';
import { EDSR_FILE, readEdsr } from '../../ml/superres/model-file.ts';
import { resizeBicubic } from '../../ml/superres/resize.ts';
import { Upscaler } from '../../ml/superres/upscaler.ts';
import { needing, realData } from '../real-data.ts';

const FILE = join('ml/models/edsr-x4', EDSR_FILE);
const SET5 = realData('sr/Set5');

describe('the shipped network for four times the size', async () => {
  const upscaler = await Upscaler.open(await readEdsr(FILE, 4));
  afterAll(() => upscaler.close());

  it('has at most 2 MB', () => {
    expect(statSync(FILE).size).toBeLessThan(2e6);
  });

  it('draws a sharp edge sharper than bicubic scaling does', async () => {
    const random = new Random(1);
    for (let n = 0; n < 4; n++) {
      const [slope, at] = [random.uniform(-1, 1), random.uniform(24, 40)];
      const truth = { width: 64, height: 64, values: new Float32Array(64 * 64) };
      truth.values.forEach((_, i) => {
        truth.values[i] = (i % 64) + slope * (Math.floor(i / 64) - 32) < at ? 40 : 200;
      });
      const pair = { truth, small: resizeBicubic(truth, 16, 16) };
      const [ours, theirs] = [await qualityOf(upscaler, pair), await qualityOf(bicubic(4), pair)];
      expect(ours.psnr).toBeGreaterThan(theirs.psnr + 1);
    }
  });

  it('has the PSNR of its model card on Set5, above the published FSRCNN', needing(SET5), async () => {
    const [{ mean }] = await evaluateFolder([upscaler], SET5, silent);
    expect(mean.psnr).toBeCloseTo(31.35, 1);
    expect(mean.psnr).toBeGreaterThan(30.72);
  });
});
