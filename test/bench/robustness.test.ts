import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { LANDMARK_VALUES, normalizeLandmarks } from '../../ml/core/landmarks68.ts';
import { programArguments } from '../../ml/core/processes.ts';
import { silent } from '../../ml/core/progress.ts';
import type { Faces } from '../../ml/data/dataset.ts';
import { drawFace } from '../../ml/data/synthetic/generate.ts';
import { CORRUPTION_NAMES, needsLandmarks } from '../../ml/evaluate/robustness/corruptions.ts';
import { type ComparedModel, FACE_API, openCompared } from '../../tools/bench/compared-models.ts';
import { measureCorruptions } from '../../tools/bench/robustness/corrupted.ts';
import { measurePosedGroups } from '../../tools/bench/robustness/people.ts';
import type { TestFaces } from '../../tools/bench/robustness/test-faces.ts';
import { csvRow, temporaryFolder } from '../data/helpers.ts';
import { drawnPoints } from '../faces/landmarks/drawn.ts';
import { needing, realData } from '../real-data.ts';

const folder = temporaryFolder();
const PEOPLE = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

/** @param cwd where the cache goes. */
function bench(words: readonly string[], cwd?: string) {
  const program = programArguments(new URL('../../tools/bench/robustness.ts', import.meta.url));
  return spawnSync(process.execPath, [...program, ...words], { encoding: 'utf8', ...(cwd && { cwd }) });
}

/** Drawn faces; the last has no landmarks. */
function testFaces(): TestFaces {
  const faces = PEOPLE.map((person) => drawFace(person % 7, 1, person));
  const points = PEOPLE.map((person) => (person < 9 ? drawnPoints(person % 7, 1, person) : undefined));
  const normalized = points.map((own) => {
    const values = new Float32Array(LANDMARK_VALUES);
    if (own) normalizeLandmarks(own, values);
    return values;
  });
  return {
    split: 'PublicTest',
    places: PEOPLE,
    rows: Uint32Array.from(PEOPLE, (person) => 100 + person),
    at: (face) => faces[face],
    labels: Uint8Array.from(PEOPLE, (person) => person % 7),
    points,
    landmarks: (face) => normalized[face],
  };
}

/** A model that names a face by the sum of its pixels, and keeps what it was shown. */
function summing() {
  const shown: Faces[] = [];
  const model: ComparedModel = {
    name: 'sum',
    predictor: undefined as never,
    answer: async (faces) => {
      shown.push(faces);
      const probabilities = new Float32Array(faces.count * EMOTIONS.length);
      for (let face = 0; face < faces.count; face++) {
        const sum = faces.at(face).reduce((all, grey) => all + grey, 0);
        probabilities[face * EMOTIONS.length + (sum % EMOTIONS.length)] = 1;
      }
      return probabilities;
    },
  };
  return { model, shown };
}

describe('faces under corruptions', () => {
  it('are the same for the same seed; those that cover a face only where its landmarks are known', async () => {
    const test = testFaces();
    const clean = new Map([['sum', new Float32Array(PEOPLE.length * EMOTIONS.length).fill(1 / 7)]]);
    const { model, shown } = summing();
    const scores = await measureCorruptions([model], test, clean, 1, silent);
    const again = await measureCorruptions([summing().model], test, clean, 1, silent);
    expect(again).toEqual(scores);
    expect(await measureCorruptions([summing().model], test, clean, 2, silent)).not.toEqual(scores);
    const counts = scores.get('sum')!.corruptions.map(({ corruption, faces }) => [corruption, faces]);
    expect(counts).toEqual(CORRUPTION_NAMES.map((name) => [name, needsLandmarks(name) ? 9 : 10]));
    // A model that takes landmarks gets those of the clean face, five strengths for each corruption.
    expect(shown.length).toBe(5 * CORRUPTION_NAMES.length);
    for (const faces of shown) expect(faces.landmarks!(3)).toEqual(test.landmarks(3));
  });
});

describe('groups of posed photographs', () => {
  const KDEF = realData('kdef-frontal');

  it(
    'are mostly of the sex that the file names tell, and face-api knows what most of them show',
    needing(KDEF),
    async () => {
      const model = await openCompared(FACE_API, 0);
      const { comparisons, sexEstimates } = await measurePosedGroups([model], KDEF, silent);
      await model.predictor.close();
      expect(sexEstimates!.all.share).toBeGreaterThan(0.9);
      const { groups } = comparisons.get(FACE_API)!['sex by the file names'];
      expect(groups.map(({ group, faces }) => [group, faces])).toEqual([
        ['female', 490],
        ['male', 489],
      ]);
      for (const { accuracy } of groups) expect(accuracy.share).toBeGreaterThan(0.75);
    },
  );
});

describe('bench:robustness', () => {
  it.each([
    [[], /^error: expected at least one model, for example ml\/models\/emotion face-api\n$/],
    [['nope.onnx'], /^error: there is no model nope\.onnx; expected an \.onnx or \.tflite file, .* or face-api\n$/],
    [['package.json'], /^error: cannot load package\.json: its name ends in neither \.onnx nor \.tflite/],
    [['face-api', '--parts', 'pose,light'], /^error: --parts light: expected some of corruptions,pose,groups,drawn\n$/],
    [['face-api', '--every', '0'], /^error: --every 0: expected a whole number from 1\n$/],
    [['face-api', '--acted', '3'], /^error: --acted 3: expected a number from 0 to 2\n$/],
    [
      ['face-api', '--data', folder],
      /has no fer2013\.csv; expected FER2013 and its FER\+ votes .* name it with --data/,
    ],
  ] as const)('says in one line what is wrong: %j', (words, message) => {
    const { status, stdout, stderr } = bench(words);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n').length).toBe(1);
  });

  it('measures a model on a data set, and writes its tables as Markdown and JSON', () => {
    const data = join(folder, 'data');
    mkdirSync(data);
    const faces = PEOPLE.map((person) => ({ label: person % 7, split: 1, pixels: drawFace(person % 7, 1, person) }));
    writeFileSync(join(data, 'fer2013.csv'), ['emotion,pixels,Usage', ...faces.map(csvRow), ''].join('\n'));
    const header = 'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';
    // All are called Happy by everyone but the last, who nobody is sure about.
    const votes = PEOPLE.map((person) => `PublicTest,x.png,${person < 9 ? '0,10,0,0,0' : '0,5,5,0,0'},0,0,0,0,0`);
    writeFileSync(join(data, 'fer2013new.csv'), [header, ...votes, ''].join('\n'));
    const out = join(folder, 'out');
    const words = ['face-api', '--data', data, '--parts', 'corruptions,drawn', '--drawn', '7', '--out', out];
    const { status, stdout, stderr } = bench(words, folder);
    expect([status, stderr.match(/error:.*/)]).toEqual([0, null]);
    expect(readFileSync(join(out, 'robustness.md'), 'utf8')).toBe(stdout);
    expect(stdout).toMatch(/Accuracy on 9 faces of PublicTest, FER\+ majority/);
    expect(stdout).toMatch(/\| as they are \| \d+\.\d \(\d+\.\d–\d+\.\d\) \|/);
    expect(stdout).toMatch(/```sh\nnpm run bench:robustness -- face-api --data/);
    const { corruptions, drawn } = JSON.parse(readFileSync(join(out, 'robustness.json'), 'utf8'));
    expect(corruptions['face-api'].clean.faces).toBe(9);
    expect(corruptions['face-api'].corruptions.map(({ corruption }: { corruption: string }) => corruption)).toEqual(
      expect.arrayContaining(['blur', 'noise', 'jpeg', 'darker', 'brighter', 'contrast']),
    );
    const none = bench(['face-api', '--data', data, '--private'], folder);
    expect(none.status).toBe(1);
    expect(none.stderr).toMatch(/error: .*fer2013\.csv has no face of PrivateTest that a majority of the votes names/);
    expect(drawn['face-api'].glasses.ways.map(({ way }: { way: string }) => way)).toEqual(['none', 'clear', 'dark']);
  });
});
