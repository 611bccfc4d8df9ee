import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS, type FaceDataset } from '../../ml/data/dataset.ts';
import { evaluate } from '../../ml/evaluate/evaluation.ts';
import { confidentMistakes } from '../../ml/evaluate/mistakes.ts';
import type { ReportContent } from '../../ml/evaluate/report/content.ts';
import { html } from '../../ml/evaluate/report/html.ts';
import { writeReport } from '../../ml/evaluate/report/report.ts';
import { temporaryFolder } from '../data/helpers.ts';

const COUNT = 120;
const HOSTILE = '<script src="https://example.org/x.js">alert("1")</script>';
const folder = temporaryFolder();

/** Random faces of both test splits, every one with a majority of votes for its label. */
function randomFaces(random: Random): FaceDataset {
  const columns = [4, 5, 6, 1, 3, 2, 0];
  const labels = Uint8Array.from({ length: COUNT }, () => random.integer(7));
  const votes = new Uint8Array(COUNT * 10);
  labels.forEach((label, face) => {
    votes[face * 10 + columns[label]] = 10;
  });
  return {
    source: 'random',
    count: COUNT,
    pixels: Uint8Array.from({ length: COUNT * FACE_PIXELS }, () => random.integer(256)),
    labels,
    splits: Uint8Array.from({ length: COUNT }, (_, face) => 1 + (face % 2)),
    rows: Uint32Array.from({ length: COUNT }, (_, face) => face),
    votes,
  };
}

/** The embedded pictures are random letters to a search. */
function withoutPictures(page: string): string {
  return page.replace(/(data:image\/png;base64,)iVBOR[^"]*/g, '$1');
}

async function sampleContent(): Promise<ReportContent> {
  const random = new Random(11);
  const dataset = randomFaces(random);
  const guess = () => {
    const weights = Array.from({ length: 7 }, () => random.uniform(0.01, 1));
    const sum = weights.reduce((a, b) => a + b);
    return weights.map((weight) => weight / sum);
  };
  const { evaluation, predictions } = await evaluate(
    dataset,
    async (indices) => Float32Array.from(Array.from(indices).flatMap(guess)),
    ['PublicTest', 'PrivateTest'],
    `model ${HOSTILE}.onnx`,
  );
  const mistakes = [confidentMistakes(dataset, predictions[1], 'raw', 8)];
  const tiles = [{ pixels: dataset.pixels.subarray(0, FACE_PIXELS), size: 48, caption: HOSTILE }];
  return {
    title: `Title ${HOSTILE}`,
    run: `run ${HOSTILE}`,
    config: ConfigSchema.parse({ data: { source: HOSTILE } }),
    versions: { node: '20.0.0', cpu: HOSTILE },
    data: { 'training faces': 28709, [HOSTILE]: HOSTILE },
    history: [0, 1, 2].map((epoch) => ({
      epoch,
      figures: { 'loss/original': 2 - epoch / 2, 'accuracy/original': epoch / 4, [`loss/${HOSTILE}`]: 1 },
    })),
    heads: [{ heading: `Head ${HOSTILE}`, evaluation, mistakes }],
    faces: tiles,
    augmentations: tiles,
    upscaled: null,
    files: [{ name: HOSTILE, bytes: 8_930_000, sha256: 'ab'.repeat(32) }],
    quantization: [
      {
        heading: `Quantized ${HOSTILE}`,
        models: [
          { name: 'float', bytes: 8_930_000, evaluation },
          { name: `int8 ${HOSTILE}`, bytes: 2_460_000, evaluation: { ...evaluation } },
        ],
        sqnr: [
          {
            name: HOSTILE,
            layers: [
              { activation: HOSTILE, decibels: 40 },
              { activation: 'head', decibels: 20 },
            ],
          },
        ],
        disagreements: { split: 'PublicTest', faces: 3589, count: 120, tiles },
        bytes: { weights: 2_198_720, [HOSTILE]: 1 },
      },
    ],
    findings: [HOSTILE],
  };
}

describe('writeReport', () => {
  let page = '';
  beforeAll(async () => {
    await writeReport(join(folder, 'report.html'), await sampleContent());
    page = withoutPictures(await readFile(join(folder, 'report.html'), 'utf8'));
  });

  it('is one file that refers to nothing outside', async () => {
    expect(await readdir(folder)).toEqual(['report.html']);
    const references = [...page.matchAll(/(?:src|href|xmlns|action|data)(?::\w+)?="([^"]*)"/g)].map(
      (match) => match[1],
    );
    expect(references.length).toBeGreaterThan(5);
    for (const reference of references) expect(reference).toMatch(/^(#[a-z]+$|data:image\/png;base64,)/);
    expect(page.match(/<script|<link|<iframe|@import|url\((?!#)/)).toBeNull();
    expect(page.includes(`content="default-src 'none';`)).toBe(true);
  });

  it('escapes what it is given, in text, in attributes and in charts', () => {
    expect(page.includes('<script')).toBe(false);
    const escaped = '&lt;script src=&quot;https://example.org/x.js&quot;&gt;';
    for (const before of ['<title>Title ', 'Run run ', '<h3>Head ', 'Model: model ', '<li>', '<td>', '<th>', '<b>'])
      expect(page.includes(before + escaped), before).toBe(true);
  });

  it('closes every element that it opens', () => {
    const open: string[] = [];
    const markup = page.replace(/<!\[CDATA\[[\s\S]*?\]\]>|<!doctype html>/g, '');
    for (const [, slash, name] of markup.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*>/gi)) {
      if (['meta', 'img'].includes(name)) continue;
      if (slash) expect(open.pop()).toBe(name);
      else open.push(name);
    }
    expect(open).toEqual([]);
  });

  it('draws two training curves, three charts of each result, five of quantization and four contact sheets', () => {
    const results = 4;
    // The noise of each layer, and two confusion matrices for each of two protocols.
    const quantization = 5;
    expect(page.match(/<svg /g)).toHaveLength(2 + 3 * results + quantization);
    expect(page.match(/<img src="data:image\/png;base64,"/g)).toHaveLength(4);
    expect(page.match(/<figcaption>/g)).toHaveLength(2 + 3 * results + quantization + 4);
    expect(page.match(/PrivateTest, FER\+ majority, n = 60/g)).toHaveLength(3 + 2);
  });

  it.each([
    '<th>training faces</th><td>28,709</td>',
    '8.93 MB',
    '<th>learningRate</th><td>0.0015</td>',
    '<th>targets</th><td>original</td>',
    '<th>votes</th><td>none</td>',
  ])('tells of the data, the files and the configuration: %s', (part) => {
    expect(page.includes(part)).toBe(true);
  });

  it('leaves out what there is nothing to tell of', async () => {
    const path = join(folder, 'empty.html');
    const empty = {
      quantization: [],
      history: [],
      heads: [],
      faces: [],
      augmentations: [],
      upscaled: null,
      files: [],
      findings: [],
    };
    await writeReport(path, { ...(await sampleContent()), ...empty });
    const bare = await readFile(path, 'utf8');
    expect(bare.match(/<svg|<img|<h3/)).toBeNull();
    expect(bare.match(/Nothing was trained in this run|No model was evaluated|No file was exported/g)).toHaveLength(3);
  });

  it('has no undefined figure', () => {
    expect(page.match(/NaN|undefined|\[object/)).toBeNull();
  });
});

describe('html', () => {
  it('escapes text once, keeps markup and joins lists', () => {
    expect(html`<p title="${'"&\'<'}">${['a<', html`<b>${1}</b>`]}</p>`.markup).toBe(
      '<p title="&quot;&amp;&#39;&lt;">a&lt;<b>1</b></p>',
    );
  });
});
