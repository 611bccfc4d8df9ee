import { describe, expect, it } from 'vitest';
import type { TrackedFace } from '../../../ml/faces/face.ts';
import { LensRunner, type Start } from '../../../tools/preview/page/run/lens-runner.ts';
import { Models } from '../../../tools/preview/page/run/models.ts';
import type { SimulatedLens } from '../../../tools/simulator/lens.ts';

const SCREEN = { width: 100, height: 100 };
const HOST = { now: () => 0, drawCrop: () => false, cropPlace: () => null, playSound: () => {}, stopSound: () => {} };

const face = (index: number): TrackedFace => ({
  index,
  points: new Float32Array(136),
  score: 1,
  pose: { x: 0, y: 0, scale: 1, yaw: 0, pitch: 0, roll: 0 },
});

/** A runner, and what each lens that it has started was told, oldest first. */
function runnerOf() {
  const told: string[][] = [];
  const start: Start = () => {
    const mine: string[] = [];
    told.push(mine);
    return {
      faceFound: (index) => mine.push(`found ${index}`),
      faceLost: (index) => mine.push(`lost ${index}`),
      destroy: () => mine.push('destroyed'),
      landmarks: () => {},
      frame: () => {},
    } as Partial<SimulatedLens> as SimulatedLens;
  };
  const models = new Models(() => Promise.reject(new Error('no model')));
  return { told, runner: new LensRunner(start, HOST, models) };
}

describe('a lens with other inputs', () => {
  it('knows of the faces that came and went while it warmed up', async () => {
    const { told, runner } = runnerOf();
    void runner.restart({});
    runner.frame([face(0)], SCREEN, 0.1);
    const restarted = runner.restart({});
    runner.frame([face(1)], SCREEN, 0.1);
    await restarted;
    expect(told).toEqual([
      ['found 0', 'lost 0', 'found 1', 'destroyed'],
      ['found 0', 'lost 0', 'found 1'],
    ]);
  });

  it('is given up for one with newer inputs', async () => {
    const { told, runner } = runnerOf();
    void runner.restart({});
    const first = runner.lens;
    const overtaken = runner.restart({});
    const last = runner.restart({});
    expect(runner.lens).toBe(first);
    await Promise.all([overtaken, last]);
    expect(told).toEqual([['destroyed'], ['destroyed'], []]);
  });
});
