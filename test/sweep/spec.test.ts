import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { trialsOf } from '../../ml/sweep/space.ts';
import { readSweepFile } from '../../ml/sweep/spec.ts';
import { planSweep } from '../../tools/sweep/sweep.ts';

const folder = mkdtempSync(join(tmpdir(), 'sweep-spec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const path = join(folder, 'sweep.yaml');
const plan = (text: string) => {
  writeFileSync(path, text);
  return planSweep(path, { results: 'none', lease: 60 });
};
const trials = async (text: string) => {
  writeFileSync(path, text);
  return trialsOf((await readSweepFile(path)).spec, 7);
};

it('lists every combination of a grid with every seed', async () => {
  const found = await trials(
    'name: a\ngrid: { train.learningRate: [0.1, 0.2], model.size: [48, 64, 96] }\nseeds: [1, 2]\n',
  );
  expect(found).toHaveLength(12);
  expect(new Set(found.map(({ settings, seed }) => JSON.stringify([settings, seed]))).size).toBe(12);
  expect(found.map(({ group }) => group)).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
  expect(found[11].settings).toEqual({ 'train.learningRate': 0.2, 'model.size': 96 });
});

it('draws the same random trials each time, inside their ranges', async () => {
  const text =
    'name: a\nrandom: { trials: 300, fields: { train.learningRate: { from: 0.001, to: 0.1, scale: log }, model.size: { values: [48, 96] } } }\n';
  const found = await trials(text);
  expect(await trials(text)).toEqual(found);
  const rates = found.map(({ settings }) => settings['train.learningRate'] as number);
  expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.001);
  expect(Math.max(...rates)).toBeLessThanOrEqual(0.1);
  // On a log scale half of them lie below the geometric mean; 150 ± 4 standard deviations.
  expect(Math.abs(rates.filter((rate) => rate < 0.01).length - 150)).toBeLessThan(35);
  expect(new Set(found.map(({ seed }) => seed))).toEqual(new Set([7]));
});

it('stops at a budget of trials', async () => {
  expect(
    await trials('name: a\ngrid: { train.learningRate: [0.1, 0.2, 0.3] }\nseeds: [1, 2]\nbudget: { trials: 4 }\n'),
  ).toHaveLength(4);
});

/** Ten values for each of nine fields. */
const fields = 'flip brightness contrast gamma soft light cutout cutoutSize mixup'.split(' ');
const many = fields.map((field) => `  augment.${field}: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]\n`).join('');
it.each([
  ['an unknown field', 'name: a\ngrdi: {}\n', /sweep.yaml:2:1: unknown field "grdi"; did you mean grid\?/],
  ['an unknown field of a section', 'name: a\nseeds: [1]\nasha: { etta: 3 }\n', /:3:9: unknown field "asha.etta"/],
  ['nothing to search', 'name: a\n', /nothing to search/],
  ['an empty grid', 'name: a\ngrid: {}\n', /:2:7: grid is {}; expected at least one field/],
  [
    'an empty list of values',
    'name: a\ngrid: { model.size: [] }\n',
    /grid.model.size is \[\]; expected at least 1 value/,
  ],
  [
    'no such configuration field',
    'name: a\ngrid: { model.sice: [48] }\n',
    /:2:9: unknown field "model.sice"; did you mean model.size/,
  ],
  [
    'a value that the field refuses',
    'name: a\ngrid: { model.size: [48, 7] }\n',
    /:2:26: model.size is 7; expected a whole number from 32/,
  ],
  ['a value twice', 'name: a\ngrid: { model.size: [48, 48] }\n', /model.size has 48 twice/],
  [
    '10^9 combinations',
    `name: a\ngrid:\n${many}`,
    /sweep a has 1,000,000,000 trials; expected at most 100,000: shorten/,
  ],
  [
    'PrivateTest',
    'name: a\nseeds: [1]\nobjective: { split: PrivateTest }\n',
    /:3:21: objective.split is "PrivateTest"; expected PublicTest: what is chosen by/,
  ],
  [
    'CK+',
    'name: a\nseeds: [1]\nobjective: { protocol: ckplus }\n',
    /objective.protocol is "ckplus"; expected raw or ferplus-majority/,
  ],
  [
    'no such metric',
    'name: a\nseeds: [1]\nobjective: { metric: acuracy }\n',
    /objective.metric is "acuracy"; expected accuracy or macroF1/,
  ],
  [
    'a head that is not trained',
    'name: a\nseeds: [1]\nobjective: { head: votes }\n',
    /votes is measured, but train.targets is original/,
  ],
  [
    'asha without an objective',
    'name: a\nseeds: [1]\nasha: {}\n',
    /asha promotes the best trials, so it needs an objective/,
  ],
  [
    'rungs beyond the training',
    'name: a\nconfig: { train: { epochs: 4 } }\nseeds: [1]\nobjective: {}\nasha: { minEpochs: 4 }\n',
    /:5:20: asha.minEpochs is 4; expected less than train.epochs, which is 4/,
  ],
  ['a path as a name', 'name: ../a\nseeds: [1]\n', /:1:7: name is "..\/a"; expected up to 60 letters/],
  ['the seed as a field', 'name: a\ngrid: { seed: [1] }\n', /list the seeds under "seeds"/],
  [
    'a file that is missing',
    'name: a\nconfig: { data: { source: nowhere.csv } }\nseeds: [1]\n',
    /nowhere.csv: it does not exist/,
  ],
])('refuses %s', async (_, text, message) => {
  await expect(plan(text)).rejects.toThrow(message);
});

it.each([
  ['ablation', 7 * 3],
  ['ckplus-folds', 10],
  ['ensemble', 2 * 4],
])('has a preset for %s, of which only the data have to be added', async (name, count) => {
  const data = join(folder, 'data');
  const text = await readFile(`tools/sweep/presets/${name}.yaml`, 'utf8');
  for (const [file] of text.matchAll(/(?<=\sdata\/)[\w./-]+/g)) {
    mkdirSync(join(data, dirname(file)), { recursive: true });
    writeFileSync(join(data, file), file);
  }
  const planned = await plan(text.replaceAll(/(?<=\s)data\//g, () => `${data}/`));
  expect(planned.trials).toHaveLength(count);
  expect(new Set(planned.trials.map(({ settings, seed }) => JSON.stringify([settings, seed]))).size).toBe(count);
});
