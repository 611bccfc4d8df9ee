import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import type { Predictor } from '../../ml/runtime/predictor.ts';
import { measureIntensity } from '../../tools/bench/lens/intensity.ts';
import { simulateSequences } from '../../tools/bench/lens/sequences.ts';
import { temporaryFolder } from '../data/helpers.ts';

const SIDE = 48;
const HAPPY = EMOTIONS.indexOf('Happy');
const NEUTRAL = EMOTIONS.indexOf('Neutral');

/** Sees a smile in a bright picture, in a dark one none. */
const bright: Predictor = {
  size: SIDE,
  takesLandmarks: false,
  labels: EMOTIONS,
  predict: async ({ count, at }) => {
    const answers = new Float32Array(count * EMOTIONS.length).fill(0.01);
    for (let face = 0; face < count; face++) {
      const happy = 0.95 * (at(face).reduce((sum, value) => sum + value, 0) / SIDE ** 2 / 255);
      answers[face * EMOTIONS.length + HAPPY] = happy;
      answers[face * EMOTIONS.length + NEUTRAL] = 0.95 - happy;
    }
    return answers;
  },
  close: async () => {},
};

const picture = (path: string, grey: number) =>
  sharp(new Uint8Array(SIDE * SIDE).fill(grey), { raw: { width: SIDE, height: SIDE, channels: 1 } }).toFile(path);

/** Photographs of two people in two sessions. */
async function posed(greys: Record<string, number>): Promise<string> {
  const folder = temporaryFolder();
  const rows = ['file,expression,subject,session,centre_x,centre_y,half_side,roll_degrees'];
  for (const subject of ['one', 'two'])
    for (const session of ['A', 'B'])
      for (const [expression, grey] of Object.entries(greys)) {
        const file = `${expression}-${subject}-${session}.png`;
        await picture(join(folder, file), grey);
        rows.push([file, expression, subject, session, 24, 24, 24, 0].join(','));
      }
  writeFileSync(join(folder, 'faces.csv'), `${rows.join('\n')}\n`);
  return folder;
}

describe('sequences of people who act', () => {
  it('of whom the model sees all are shown at once, without a needless switch', async () => {
    const table = await simulateSequences(await posed({ neutral: 3, happy: 230 }), bright, silent);
    const [title, , ...rows] = table.split('\n');
    expect(title).toMatch(/^4 sequences of 2 people/);
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) {
      const [, , , , right, , shown, , median, , slow, , needless, restless] = row.trim().split(/\s+/);
      expect([right, shown, needless, restless]).toEqual(['100.0', '100.0', '0.00', '0.0']);
      for (const seconds of [median, slow]) {
        expect(Number(seconds)).toBeGreaterThan(0);
        expect(Number(seconds)).toBeLessThan(0.6);
      }
    }
  });

  it('that it does not see are not shown', async () => {
    const table = await simulateSequences(await posed({ neutral: 3, sad: 3 }), bright, silent);
    for (const row of table.split('\n').slice(2)) expect(row).toMatch(/ 0\.0 % +0\.0 % +– s +– s +0\.00 +0\.0 %$/);
  });

  it('need a neutral face in another session', async () => {
    const run = async () => simulateSequences(await posed({ happy: 230 }), bright, silent);
    await expect(run()).rejects.toThrow(UserError);
    await expect(run()).rejects.toThrow(/no person has a Neutral face in another session/);
  });
});

describe('the intensity of growing expressions', () => {
  async function ckPlus(greys: readonly number[]): Promise<string> {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'happy'));
    for (const [i, grey] of greys.entries()) await picture(join(folder, 'happy', `S005_001_0000001${i}.png`), grey);
    return folder;
  }

  it('rises with what the model sees, and falls with it', async () => {
    expect(await measureIntensity(await ckPlus([150, 180, 230]), bright)).toMatch(
      /\nall +1 +0\.\d\d +0\.\d\d +0\.9\d +100 % +0 % +0 %\nHappy /,
    );
    expect(await measureIntensity(await ckPlus([230, 180, 150]), bright)).toMatch(/\nall .* 0 % +0 % +100 %\n/);
  });

  it('is not measured on other folders', async () => {
    await expect(measureIntensity(await posed({ happy: 230 }), bright)).rejects.toThrow(
      /expected the folder of CK\+48/,
    );
  });
});
