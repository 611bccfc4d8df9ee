/**
 * How models do on faces that a camera shows worse than FER2013 does, and on different people: FER2013-C (corruptions after
 * Hendrycks and Dietterich 2019), head pose, estimated sex and age, and drawn people that differ in one thing.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../ml/core/errors.ts';
import { writeAtomic } from '../../ml/core/files.ts';
import { createReporter } from '../cli/reporter.ts';
import { amount, DATA, positive, readArguments } from './arguments.ts';
import { answersOf, FACE_API, openCompared } from './compared-models.ts';
import { measureCorruptions } from './robustness/corrupted.ts';
import { measureDrawn } from './robustness/drawn.ts';
import { measureGroups, measurePose, measurePosedGroups } from './robustness/people.ts';
import { clearGaps, corruptionTables, drawnTables, groupTables, sexTable } from './robustness/tables.ts';
import { loadTestFaces, shown } from './robustness/test-faces.ts';

const PARTS = ['corruptions', 'pose', 'groups', 'drawn'] as const;

const { values, positionals: names } = readArguments(
  'bench:robustness',
  'Measures models on corrupted faces (FER2013-C), by head pose, by estimated sex and age, and on drawn people varied in one\n' +
    `thing at a time. A model is an .onnx or .tflite file, a folder with model.json (its 8-bit ONNX), or ${FACE_API}.`,
  {
    data: {
      type: 'string',
      placeholder: 'FOLDER',
      default: DATA.folder,
      about: `folder with FER2013, FER+ and, for groups, ${DATA.posed}`,
    },
    parts: { type: 'string', placeholder: 'NAMES', default: PARTS.join(','), about: 'what to measure' },
    every: { type: 'string', placeholder: 'N', default: '1', about: 'take each N-th face of FER2013' },
    drawn: { type: 'string', placeholder: 'N', default: '420', about: 'drawn people' },
    seed: { type: 'string', placeholder: 'N', default: '1', about: 'seed of the noise and the drawn people' },
    acted: { type: 'string', placeholder: 'STRENGTH', default: '0', about: 'bias for acted faces, 0 to 2' },
    private: { type: 'boolean', default: false, about: 'take PrivateTest, once everything is chosen, not PublicTest' },
    out: { type: 'string', placeholder: 'FOLDER', about: 'also write robustness.md and robustness.json' },
  },
  'MODEL…',
);
if (names.length === 0) throw new UserError(`expected at least one model, for example ml/models/emotion ${FACE_API}`);
const parts = values.parts.split(',');
const unknown = parts.find((part) => !(PARTS as readonly string[]).includes(part));
if (unknown !== undefined) throw new UserError(`--parts ${unknown}: expected some of ${PARTS.join(',')}`);
const [every, drawn, seed] = (['every', 'drawn', 'seed'] as const).map((name) => positive(name, values[name]));
const acted = amount('acted', values.acted, 2);
const split = values.private ? 'PrivateTest' : 'PublicTest';

const reporter = createReporter(process.stderr, false);
const models = [];
for (const name of new Set(names)) models.push(await openCompared(name, acted));
const sections: string[] = [];
const results: Record<string, unknown> = {};
const bias = acted === 0 ? '' : ` The bias for acted faces has strength ${acted} (but for ${FACE_API}).`;
const whole = (count: number) => count.toLocaleString('en');

if (parts.some((part) => part !== 'drawn')) {
  const test = await loadTestFaces(values.data, split, every, reporter);
  const found = test.points.filter(Boolean).length;
  const some = every > 1 ? `, one in ${every}` : '';
  const faces = `${whole(test.places.length)} faces of ${split}${some}, FER+ majority`;
  const clean = await answersOf(models, shown(test, test.places), 'as they are', reporter);
  if (parts.includes('corruptions')) {
    const scores = await measureCorruptions(models, test, clean, seed, reporter);
    results['corruptions'] = scores;
    sections.push(
      '## Corrupted faces (FER2013-C)',
      `Accuracy on ${faces}, with 95 % intervals; corrupted at 48 × 48 pixels, then scaled bilinearly. The first table has the mean of ` +
        'five strengths; the relative drop is the share of the accuracy that is lost. What covers a face is placed by the ' +
        `landmarks of the clean face, which were found in ${whole(found)} of them.${bias}`,
      corruptionTables(scores),
    );
  }
  if (parts.includes('pose')) {
    const comparisons = measurePose(test, clean);
    results['pose'] = comparisons;
    sections.push(
      '## Head pose',
      `${faces}; angles by the 68 landmarks and a mean head. Mean recall is that of the expressions that every group has, its ` +
        `gap against the largest group; in percent with 95 % intervals.${bias}`,
      groupTables(comparisons),
    );
  }
  if (parts.includes('groups')) {
    const comparisons = await measureGroups(test, clean, reporter);
    results['groups'] = comparisons;
    sections.push(
      '## Estimated sex and age',
      "Sex and age are what face-api's network estimates from the picture, not what people said of themselves; the network errs, " +
        'and the expression itself may change what it says. Mean recall is that of the ' +
        `expressions that every group has, its gap against the largest group; in percent with 95 % intervals.${bias}`,
      `### FER2013: ${faces}`,
      groupTables(comparisons),
      clearGaps(comparisons),
    );
    const folder = join(values.data, DATA.posed);
    const seeing = models.filter(({ predictor }) => predictor.size > 0);
    if (existsSync(folder) && seeing.length > 0) {
      const posed = await measurePosedGroups(seeing, folder, reporter);
      results['posedGroups'] = posed;
      sections.push(
        `### ${DATA.posed}, posed photographs`,
        'People are in it several times, so that the intervals are narrower than they should be.',
        ...(posed.sexEstimates ? [sexTable(posed.sexEstimates)] : []),
        groupTables(posed.comparisons),
        clearGaps(posed.comparisons),
      );
    } else reporter.note(`no groups of posed photographs: ${folder} is not there, or no model sees the image`);
  }
}
if (parts.includes('drawn')) {
  const scores = await measureDrawn(models, drawn, seed, reporter);
  results['drawn'] = scores;
  sections.push(
    '## Drawn people, varied in one thing at a time',
    `${drawn} drawn people, each in every way of an attribute while all else stays. An answer counts as changed if it is not the same in ` +
      `all ways; 95 % intervals.${bias}`,
    drawnTables(scores),
  );
}
reporter.close();
for (const { predictor } of models) await predictor.close();

const command = ['npm run bench:robustness --', ...process.argv.slice(2)].join(' ');
const text = [...sections, `\`\`\`sh\n${command}\n\`\`\``].join('\n\n');
console.log(text);
if (values.out !== undefined) {
  const plain = (_: string, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value);
  await writeAtomic(join(values.out, 'robustness.md'), `${text}\n`);
  await writeAtomic(join(values.out, 'robustness.json'), `${JSON.stringify({ command, ...results }, plain, 2)}\n`);
}
