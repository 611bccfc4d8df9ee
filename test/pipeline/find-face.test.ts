import { describe, expect, it } from 'vitest';
import { eyesOf, mouthOf } from '../../ml/core/landmarks68.ts';
import { cropFace } from '../../ml/data/ckplus/crop-face.ts';
import { findFace } from '../../tools/pipeline/load-tools.ts';
import { samplePhoto } from '../faces/networks.ts';

describe('findFace', () => {
  it('finds a face whose crop shows the eyes and the mouth where FER2013 has them', async () => {
    const photo = await samplePhoto(1, 640);
    const pixels = Uint8Array.from({ length: photo.width * photo.height }, (_, i) => photo.data[4 * i + 1]);
    const picture = { pixels, width: photo.width, height: photo.height };
    const points = (await findFace(picture)) as Float32Array;
    const [left, right] = eyesOf(points);
    const mouth = mouthOf(points);
    const side = Math.hypot(right[0] - left[0], right[1] - left[1]) / 0.375;
    const top = (left[1] + right[1]) / 2 - 0.376 * side;
    // FER2013's median is 0.774.
    expect((mouth[1] - top) / side).toBeGreaterThan(0.65);
    expect((mouth[1] - top) / side).toBeLessThan(0.9);
    expect(await cropFace(picture, undefined, findFace)).toHaveLength(48 * 48);
  });

  it('finds nothing in an empty picture', async () => {
    expect(await findFace({ pixels: new Uint8Array(64 * 64).fill(90), width: 64, height: 64 })).toBeUndefined();
  });
});
