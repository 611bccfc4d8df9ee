/**
 * Measures upscaling compared with bicubic scaling and the published weights of FSRCNN, ESPCN and LapSRN: `npm run
 * bench:superres -- --data FOLDER --model ml/models/edsr-x4/edsr.onnx`. Twice: with small pictures made as the
 * field does (MATLAB's `imresize`), and as those weights were trained for (OpenCV without antialiasing).
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { silent } from '../../ml/core/progress.ts';
import { bicubic, evaluateFolder, type LumaUpscaler, pairOf } from '../../ml/superres/evaluate.ts';
import { readEdsr } from '../../ml/superres/model-file.ts';
import { Upscaler } from '../../ml/superres/upscaler.ts';
import { DATA, readArguments } from './arguments.ts';
import { openCvPair } from './superres/opencv.ts';
import { openReference } from './superres/reference-network.ts';

const SETS = ['Set5', 'Set14', 'BSDS500/val'];
/** PSNR in dB on {@link SETS}, from the table of Lai et al. (2017, LapSRN) and the code of EDSR's authors. */
const PUBLISHED: Readonly<Record<number, Readonly<Record<string, readonly number[]>>>> = {
  2: { bicubic: [33.66, 30.24, 29.56], FSRCNN: [37.05, 32.66, 31.53], 'EDSR baseline': [37.99, 33.57, 32.16] },
  4: {
    bicubic: [28.42, 26.0, 25.96],
    FSRCNN: [30.72, 27.61, 26.98],
    LapSRN: [31.54, 28.19, 27.32],
    'EDSR baseline': [32.09, 28.58, 27.57],
  },
};

const { values } = readArguments(
  'bench:superres',
  'Measures PSNR and SSIM of an EDSR network next to bicubic scaling and the published weights of FSRCNN, ESPCN and LapSRN.',
  {
    data: {
      type: 'string',
      placeholder: 'FOLDER',
      default: join(DATA.folder, 'sr'),
      about: 'folder with Set5, Set14, BSDS500 and weights',
    },
    model: { type: 'string', placeholder: 'FILE', about: 'edsr.onnx; without it, only the others are measured' },
    scale: { type: 'string', placeholder: 'N', default: '4', about: 'factor without --model: 2 or 4' },
  },
);
const edsr = values.model === undefined ? undefined : await Upscaler.open(await readEdsr(values.model));
const scale = edsr?.scale ?? Number(values.scale);
const methods: Record<string, LumaUpscaler> = { bicubic: bicubic(scale) };
for (const name of ['FSRCNN', 'ESPCN', 'LapSRN']) {
  const path = join(values.data, 'weights', `${name}_x${scale}.pb`);
  const output = name === 'LapSRN' ? `NCHW_output_${scale}x` : 'NCHW_output';
  if (existsSync(path)) methods[name] = await openReference(path, scale, output);
}
if (edsr) methods['EDSR'] = edsr;

const line = (name: string, cells: readonly string[]) =>
  console.log([name.padEnd(24), ...cells.map((cell) => cell.padStart(16))].join(''));
for (const [title, makePair] of [
  ["imresize, the field's", pairOf],
  ['OpenCV, no antialiasing', openCvPair],
] as const) {
  line(`×${scale}, ${title}`, SETS);
  const results = [];
  for (const set of SETS) {
    results.push(await evaluateFolder(Object.values(methods), join(values.data, set), silent, makePair));
  }
  for (const [m, name] of Object.keys(methods).entries()) {
    line(
      name,
      results.map((result) => `${result[m].mean.psnr.toFixed(2)} / ${result[m].mean.ssim.toFixed(4)}`),
    );
  }
}
line('published', SETS);
for (const [name, figures] of Object.entries(PUBLISHED[scale] ?? {})) {
  line(
    name,
    figures.map((psnr) => psnr.toFixed(2)),
  );
}
