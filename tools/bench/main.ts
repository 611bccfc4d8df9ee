/**
 * Measures the speed of training: `npm run bench`. Ours and PyTorch's take turns in the same run, so that their ratio
 * holds on a machine whose speed drifts.
 */
import { spawnSync } from 'node:child_process';
import { cpus, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../ml/core/errors.ts';
import { chooseGpu, tryWebGpu } from '../../ml/train/webgpu/device.ts';
import { positive, readArguments } from './arguments.ts';
import { measureOurs, median, runMeasurement } from './measurement.ts';

interface Case {
  readonly mode: 'float' | 'qat';
  readonly size: number;
  readonly batch: number;
  readonly steps: number;
}
const CASES: readonly Case[] = [
  { mode: 'float', size: 96, batch: 64, steps: 15 },
  { mode: 'float', size: 48, batch: 128, steps: 20 },
  { mode: 'qat', size: 96, batch: 64, steps: 15 },
];

/** A GPU wants large batches. */
const GPU_CASES: readonly Case[] = [
  { mode: 'float', size: 96, batch: 64, steps: 15 },
  { mode: 'float', size: 96, batch: 256, steps: 10 },
  { mode: 'float', size: 48, batch: 512, steps: 10 },
  { mode: 'qat', size: 96, batch: 256, steps: 5 },
];

const { values } = readArguments(
  'bench',
  "Measures the speed of training, in turns with PyTorch's if that is installed.",
  {
    rounds: { type: 'string', placeholder: 'N', default: '3', about: 'rounds, of which the median is printed' },
    device: { type: 'string', placeholder: 'NAME', default: 'cpu', about: 'cpu, or webgpu: a GPU, without PyTorch' },
    python: { type: 'string', placeholder: 'PROGRAM', default: 'python3', about: 'Python with PyTorch' },
    json: { type: 'boolean', default: false, about: 'print JSON' },
  },
);
const rounds = positive('rounds', values.rounds);
if (values.device !== 'cpu' && values.device !== 'webgpu')
  throw new UserError(`--device is "${values.device}"; expected cpu or webgpu`);
const onGpu = chooseGpu(values.device) !== undefined;
const torchProgram = fileURLToPath(new URL('./torch_train.py', import.meta.url));
const hasTorch = !onGpu && spawnSync(values.python, ['-c', 'import torch'], { encoding: 'utf8' }).status === 0;

const rows = (onGpu ? GPU_CASES : CASES).map(({ mode, size, batch, steps }) => {
  const args = [String(size), String(batch), String(steps), mode];
  const ownArgs = onGpu ? [...args, 'mobilenet-v2', '1', 'webgpu'] : args;
  const pairs = Array.from({ length: rounds }, () => ({
    ours: measureOurs(ownArgs),
    torch: hasTorch ? runMeasurement(values.python, [torchProgram, ...args]) : null,
  }));
  const ours = pairs.flatMap((pair) => pair.ours ?? []);
  if (ours.length < rounds)
    throw new Error(`the ${mode} measurement at ${size} px failed; run tools/bench/measure.ts by hand to see why`);
  const ratios = pairs.flatMap(({ ours, torch }) =>
    ours && torch ? ours.imagesPerSecond / torch.imagesPerSecond : [],
  );
  const torch = pairs.flatMap((pair) => pair.torch ?? []);
  return {
    mode,
    size,
    batch,
    plan: ours[0].version,
    imagesPerSecond: median(ours.map((result) => result.imagesPerSecond)),
    peakMegabytes: Math.max(...ours.map((result) => result.peakMegabytes)),
    torch: torch.length > 0 ? median(torch.map((result) => result.imagesPerSecond)) : null,
    torchMegabytes: torch.length > 0 ? Math.max(...torch.map((result) => result.peakMegabytes)) : null,
    torchVersion: torch[0]?.version ?? null,
    ratio: ratios.length > 0 ? median(ratios) : null,
    lowestRatio: ratios.length > 0 ? Math.min(...ratios) : null,
  };
});

if (values.json) {
  console.log(JSON.stringify(rows, null, 2));
} else if (onGpu) {
  const { adapters, passed } = tryWebGpu();
  const machine = `${adapters.join(', ') || 'unnamed GPU'}; ${cpus()[0]?.model.trim()}; ${process.platform} ${release()}`;
  console.log(
    `WebGPU on ${machine}; matrix products ${passed?.speedup.toPrecision(2)} times as fast as the processor\n`,
  );
  console.log('| MobileNetV2 1.0, training step with input pipeline | img/s |\n| --- | --- |');
  for (const { mode, size, batch, imagesPerSecond } of rows) {
    const what = mode === 'qat' ? ', quantization-aware' : '';
    console.log(`| ${size} px, batch ${batch}${what} | ${imagesPerSecond.toPrecision(3)} |`);
  }
} else {
  console.log(`training step with input pipeline, MobileNetV2 1.0, median of ${rounds} round(s)`);
  for (const row of rows) {
    const ours = `${row.imagesPerSecond.toFixed(0)} img/s, peak ${row.peakMegabytes.toFixed(0)} MB, ${row.plan}`;
    const what = row.mode === 'qat' ? 'quantization-aware, ' : '';
    console.log(`${what}${row.size} px, batch ${row.batch}: ${ours}`);
    console.log(
      row.torch === null || row.ratio === null || row.lowestRatio === null
        ? `  PyTorch: not installed for ${values.python}; with Debian: apt-get install python3-torch`
        : `  PyTorch ${row.torchVersion}: ${row.torch.toFixed(0)} img/s, peak ${row.torchMegabytes?.toFixed(0)} MB; ` +
            `ours is ${row.ratio.toFixed(2)} times as fast, at least ${row.lowestRatio.toFixed(2)}`,
    );
  }
}
