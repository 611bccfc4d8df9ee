import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import type { Reporter } from '../../ml/core/progress.ts';
import { FACE_PIXELS, type FaceDataset, type Faces, SPLITS } from '../../ml/data/dataset.ts';
import { realData } from '../real-data.ts';

/** The real data, where it is at hand. */
export const REAL = realData('fer2013');

/** A folder that lives as long as the test file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'faces-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A reporter that keeps what it is told. */
export function listener(): Reporter & { notes: string[]; steps: string[] } {
  const notes: string[] = [];
  const steps: string[] = [];
  return {
    notes,
    steps,
    note: (line) => notes.push(line),
    progress: ({ step, done, total, unit }) => steps.push(`${step} ${done}/${total} ${unit}`),
  };
}

export interface Face {
  readonly label: number;
  readonly split: number;
  readonly pixels: ArrayLike<number>;
  readonly votes?: readonly number[];
}

export function datasetOf(faces: readonly Face[], source = 'test'): FaceDataset {
  const pixels = new Uint8Array(faces.length * FACE_PIXELS);
  faces.forEach((face, i) => {
    pixels.set(face.pixels, i * FACE_PIXELS);
  });
  const votes = faces.flatMap((face) => face.votes ?? []);
  return {
    source,
    count: faces.length,
    pixels,
    labels: Uint8Array.from(faces, (face) => face.label),
    splits: Uint8Array.from(faces, (face) => face.split),
    rows: Uint32Array.from(faces.keys()),
    ...(votes.length > 0 && { votes: Uint8Array.from(votes) }),
  };
}

/** A face whose pixels depend on a number; 0 gives a constant one. */
export function pattern(number: number): number[] {
  return Array.from({ length: FACE_PIXELS }, (_, i) => (i * number) % 251);
}

/** One row of fer2013.csv. */
export function csvRow({ label, split, pixels }: Face): string {
  return `${label},${Array.from(pixels).join(' ')},${SPLITS[split]}`;
}

/** Pixels [n, 48, 48] as a list of faces. */
export function facesIn(pixels: Uint8Array): Faces {
  return {
    count: pixels.length / FACE_PIXELS,
    at: (place) => pixels.subarray(place * FACE_PIXELS, (place + 1) * FACE_PIXELS),
  };
}
