import { copyFileSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { writeAtomic } from '../../ml/core/files.ts';
import { silent } from '../../ml/core/progress.ts';
import { select } from '../../ml/data/columns.ts';
import { facesOf, indicesOf } from '../../ml/data/dataset.ts';
import { targetsFor, taughtTargets } from '../../ml/data/labels.ts';
import { exportOnnx } from '../../ml/export/export-model.ts';
import { describeModel, writeModelJson } from '../../ml/model/model-json.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { withTeachers } from '../../ml/train/teachers.ts';
import { train } from '../../ml/train/train.ts';
import { randomNetwork } from '../nn/random-network.ts';
import { STRIPES_CONFIG, stripes } from './stripes.ts';

const folder = mkdtempSync(join(tmpdir(), 'teachers-'));
const dataset = stripes(280);
const [one, two] = await Promise.all(
  [24, 32].map(async (size) => {
    const path = join(folder, `teacher-${size}.onnx`);
    await exportOnnx(randomNetwork(0.35, size + 8, ['votes']), 'votes', path, { epoch: 1 });
    return path;
  }),
);

const cacheFor = (name: string) => join(folder, name);
/** A reporter that remembers its notes and counts its progress. */
function listener() {
  const heard = { notes: [] as string[], progress: 0 };
  return { heard, note: (text: string) => heard.notes.push(text), progress: () => void heard.progress++ };
}

describe('teachers', () => {
  it('answer for the training faces with the mean of their probabilities', async () => {
    const { teachers } = await withTeachers(dataset, [one, two], cacheFor('mean'), silent);
    const training = indicesOf(dataset, 'Training');
    const answers = await Promise.all(
      [one, two].map(async (file) => (await loadPredictor(file)).predict(facesOf(dataset, training))),
    );
    const mean = answers[0].map((p, i) => (p + answers[1][i]) / 2);
    const found = Float32Array.from(training, (face) => teachers?.[face * 7 + 3] ?? Number.NaN);
    for (const [i, p] of found.entries()) expect(p).toBeCloseTo(mean[i * 7 + 3], 6);
    const test = indicesOf(dataset, 'PublicTest');
    expect([...test].every((face) => teachers?.subarray(face * 7, face * 7 + 7).every((p) => p === 0))).toBe(true);
  });

  it('are asked once, and again for other faces or by another file', async () => {
    const cache = cacheFor('cache');
    const first = listener();
    const before = await withTeachers(dataset, [one], cache, first);
    expect(first.heard.progress).toBeGreaterThan(0);

    const copy = join(folder, 'copy.onnx');
    copyFileSync(one, copy);
    const second = listener();
    expect((await withTeachers(dataset, [copy], cache, second)).teachers).toEqual(before.teachers);
    expect(second.heard.progress).toBe(0);

    const third = listener();
    const others = select(
      dataset,
      Uint32Array.from({ length: 200 }, (_, i) => 279 - i),
    );
    const { teachers } = await withTeachers(others, [one], cache, third);
    expect(third.heard.progress).toBeGreaterThan(0);
    expect(teachers?.slice(0, 7)).toEqual(before.teachers?.slice(279 * 7));
  });

  it('resume where they were stopped, and mend a damaged cache', async () => {
    const cache = cacheFor('resume');
    const many = select(
      dataset,
      Uint32Array.from({ length: 2100 }, (_, i) => i % 280),
    );
    const whole = await withTeachers(many, [one], cacheFor('whole'), silent);
    const controller = new AbortController();
    const stopper = { note() {}, progress: ({ done }: { done: number }) => done > 1100 && controller.abort() };
    await expect(withTeachers(many, [one], cache, stopper, controller.signal)).rejects.toThrow(/aborted/);
    const [file] = readdirSync(cache).filter((name) => name.endsWith('.answers'));
    const rest = listener();
    expect((await withTeachers(many, [one], cache, rest)).teachers).toEqual(whole.teachers);

    await writeAtomic(join(cache, file), 'SEALED\r\n, or not');
    const mended = listener();
    expect((await withTeachers(many, [one], cache, mended)).teachers).toEqual(whole.teachers);
    expect(mended.heard.notes.join()).toMatch(/asking the teacher again from face 1/);
    expect(mended.heard.progress).toBeGreaterThan(rest.heard.progress);
  });

  it('of other classes, with landmarks that the faces do not have, or missing are refused', async () => {
    const other = join(folder, 'other');
    mkdirSync(other);
    const file = await exportOnnx(randomNetwork(0.35, 32, ['votes']), 'votes', join(other, 'm.onnx'), { epoch: 1 });
    const training = { run: 'r', head: 'votes', data: 'd', epochs: 1, config: {} };
    const described = describeModel({ size: 32 }, [{ file, metrics: [] }], training);
    await writeModelJson(join(other, 'model.json'), { ...described, labels: [...EMOTIONS].reverse() });
    const ask = (teacher: string) => withTeachers(dataset, [teacher], cacheFor('refused'), silent);
    await expect(ask(file.path)).rejects.toThrow(/m\.onnx answers with Neutral, Surprise.*Angry, Disgust/s);
    const fused = join(folder, 'fused.onnx');
    await exportOnnx(randomNetwork(0.35, 32, ['votes'], 'mobilenet-v2', 'fused'), 'votes', fused, { epoch: 1 });
    await expect(ask(fused)).rejects.toThrow(/fused\.onnx takes landmarks/);
    await expect(ask(join(folder, 'none.onnx'))).rejects.toThrow(/none\.onnx/);
  });

  it('share each target with its own label', async () => {
    const taught = await withTeachers(dataset, [one], cacheFor('mean'), silent);
    const own = targetsFor('original', taught);
    const { probabilities, usable } = taughtTargets(own, taught, 0.25);
    expect(usable).toEqual(own.usable);
    const training = indicesOf(dataset, 'Training');
    for (const face of training.slice(0, 20))
      for (let k = 0; k < 7; k++)
        expect(probabilities[face * 7 + k]).toBeCloseTo(
          0.75 * (dataset.labels[face] === k ? 1 : 0) + 0.25 * (taught.teachers?.[face * 7 + k] ?? Number.NaN),
          6,
        );
    const [test] = indicesOf(dataset, 'PublicTest');
    expect(probabilities.slice(test * 7, test * 7 + 7)).toEqual(own.probabilities.slice(test * 7, test * 7 + 7));
  });

  it('teach what the labels do not say', async () => {
    const config = ConfigSchema.parse({
      ...STRIPES_CONFIG,
      train: { ...STRIPES_CONFIG.train, epochs: 20, teacherShare: 1 },
    });
    // Training faces with the labels of others: all that the network learns of stripes, it has from its teachers.
    const labels = dataset.labels.map((label, face) => (dataset.splits[face] === 0 ? (face * 5) % 7 : label));
    const teachers = targetsFor('original', dataset).probabilities;
    const student = await train({
      config,
      dataset: { ...dataset, labels, teachers },
      folder: mkdtempSync(join(folder, 'student-')),
      reporter: silent,
      resume: false,
    });
    expect(student.best['original']).toBeGreaterThan(0.9);
  });
});
