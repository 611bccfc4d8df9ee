import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { silent } from '../../ml/core/progress.ts';
import { loadFaces } from '../../ml/data/load.ts';
import { evaluate } from '../../ml/evaluate/evaluation.ts';
import { confidentMistakes } from '../../ml/evaluate/mistakes.ts';
import { writeRunReport } from '../../tools/pipeline/write-run-report.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Pictures in the report of a model that answers Happy, with every kind of sheet. */
async function pictures(hideFaces: boolean): Promise<number> {
  const config = ConfigSchema.parse({ hideFaces, data: { syntheticCount: 140 } });
  const { dataset, summary } = await loadFaces(config.data, 1, silent);
  const answer = async (indices: Uint32Array) => Float32Array.from([...indices].flatMap(() => [0, 0, 0, 1, 0, 0, 0]));
  const { evaluation, predictions } = await evaluate(dataset, answer, ['PublicTest'], 'model');
  const mistakes = [confidentMistakes(dataset, predictions[0], 'raw', 4)];
  const { tiles } = mistakes[0];
  const path = join(folder, `${hideFaces}.html`);
  await writeRunReport(path, {
    name: 'model',
    config,
    dataset,
    summary,
    heads: [{ heading: 'model', evaluation, mistakes }],
    history: [{ epoch: 0, figures: { 'loss/original': 1 } }],
    quantization: [
      {
        heading: 'model',
        models: [
          { name: 'float', bytes: 1, evaluation },
          { name: 'int8', bytes: 1, evaluation },
        ],
        sqnr: [],
        disagreements: { split: 'PublicTest', faces: 14, count: 4, tiles },
        bytes: {},
      },
    ],
  });
  return (await readFile(path, 'utf8')).split('<img ').length - 1;
}

describe('hideFaces', () => {
  it('leaves every picture out of a report', async () => {
    expect(await pictures(false)).toBe(4);
    expect(await pictures(true)).toBe(0);
  });
});
