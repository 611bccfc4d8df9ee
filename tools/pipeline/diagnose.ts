import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { messageOf } from '../../ml/core/errors.ts';
import { blockSize, describePlan, planTraining } from '../../ml/train/hardware.ts';
import { isWorthIt, tryWebGpu } from '../../ml/train/webgpu/device.ts';

/** One thing that training depends on. */
export interface Check {
  readonly name: string;
  /** `fail` means that training cannot run, `warn` that something is missing or tight. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** How to fix it. */
  readonly fix?: string;
}

const GIB = 2 ** 30;
/** A run of the full network needs about this much memory, and this much disk with its parsed data. */
const MEMORY_GIB = 2;
const DISK_GIB = 1;

/** Checks the machine and the data that it finds. */
export async function diagnose(): Promise<{ checks: Check[]; data: FoundData }> {
  const data = findData();
  const runtime = await checkRuntime();
  const checks = [
    checkNode(),
    checkProcessor(),
    checkMemory(),
    await checkDisk(),
    runtime,
    ...(runtime.status === 'ok' ? [...checkWebGpu(), checkTraining()] : []),
    ...checkData(data),
  ];
  return { checks, data };
}

function checkNode(): Check {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const recent = major === 20 ? minor >= 19 : major > 22 || (major === 22 && minor >= 12);
  const found = `${process.versions.node} (${process.platform}-${process.arch})`;
  if (recent) return { name: 'node', status: 'ok', found };
  return { name: 'node', status: 'fail', found, fix: 'install Node.js 20.19, or 22.12 or later' };
}

function checkProcessor(): Check {
  return { name: 'processor', status: 'ok', found: `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores` };
}

function checkMemory(): Check {
  const found = `${(totalmem() / GIB).toFixed(1)} GiB, ${(freemem() / GIB).toFixed(1)} GiB free`;
  if (totalmem() >= MEMORY_GIB * GIB) return { name: 'memory', status: 'ok', found };
  return { name: 'memory', status: 'warn', found, fix: 'train with a smaller --batch-size and --size' };
}

async function checkDisk(): Promise<Check> {
  const { bavail, bsize } = await statfs('.');
  const found = `${((bavail * bsize) / GIB).toFixed(1)} GiB free here`;
  if (bavail * bsize >= DISK_GIB * GIB) return { name: 'disk', status: 'ok', found };
  return {
    name: 'disk',
    status: 'warn',
    found,
    fix: `free ${DISK_GIB} GiB, or set runs and data.cache to another disk`,
  };
}

async function checkRuntime(): Promise<Check> {
  const name = 'onnxruntime';
  try {
    const { ONNX_RUNTIME_VERSION } = await import('../../ml/runtime/onnx-session.ts');
    return { name, status: 'ok', found: `${ONNX_RUNTIME_VERSION}, loads` };
  } catch (thrown) {
    return { name, status: 'fail', found: messageOf(thrown), fix: 'run: npm ci' };
  }
}

function checkWebGpu(): Check[] {
  const webGpu = tryWebGpu();
  const { providers, adapters, passed, problem, fix } = webGpu;
  const runtime: Check = { name: 'providers', status: 'ok', found: `${providers.join(', ')} (of ONNX Runtime, here)` };
  const gpu = adapters.join(', ') || 'no GPU that ONNX Runtime names';
  // Without it, the processor trains.
  if (!passed) return [runtime, { name: 'webgpu', status: 'warn', found: `${gpu}; ${problem}`, ...(fix && { fix }) }];
  const { difference, speedup } = passed;
  const times = speedup.toPrecision(2);
  const found = `${gpu}; self-test passed (${difference.toExponential(0)} off), matrix products ${times} times as fast as the processor`;
  if (isWorthIt(webGpu)) return [runtime, { name: 'webgpu', status: 'ok', found }];
  return [runtime, { name: 'webgpu', status: 'ok', found: `${found}; used only with --device webgpu` }];
}

function checkTraining(): Check {
  const { train } = ConfigSchema.parse({});
  const plan = planTraining(train);
  const lacks = plan.gpu === undefined && blockSize() === 1 ? ' (this processor has no blocked convolution)' : '';
  const found = `${describePlan(plan)}${lacks}; batches of ${train.batchSize}`;
  return { name: 'training', status: 'ok', found };
}

function checkData({ faces, votes, weights }: FoundData): Check[] {
  const check = (name: string, paths: readonly string[], fix: string): Check =>
    paths.length > 0
      ? { name, status: 'ok', found: paths.join(', ') }
      : { name, status: 'warn', found: `not found in ${placesOfData().join(', ')}`, fix };
  return [
    check(
      'FER2013',
      faces,
      'get fer2013.csv of the Kaggle competition "Challenges in Representation Learning: Facial Expression Recognition" ' +
        'and put it into data/ or the folder that EMOTION_LENS_DATA names; until then, train on drawn faces',
    ),
    check('FER+ votes', votes, 'get fer2013new.csv from github.com/microsoft/FERPlus and put it into data/'),
    check(
      'weights',
      weights,
      "get mobilenet_v2_1.0_96_quant.tflite (Google's quantized_v2_96_100.tgz) and put it into data/; " +
        'without it, training starts from random weights',
    ),
  ];
}

/** Names a folder of data sets. */
const VARIABLE = 'EMOTION_LENS_DATA';

/** Where data are looked for: here, in `data` and in the folder that the variable names. */
const placesOfData = (): string[] => {
  const named = process.env[VARIABLE];
  return ['.', 'data', ...(named ? [named] : [])];
};

const FACES = /^(fer2013|icml_face_data)\.csv(\.gz)?$/i;
const VOTES = /^fer2013new\.csv$/i;
const WEIGHTS = /^mobilenet_v2_.*\.tflite$/i;

/** Files of the training on photographs that lie where they are looked for. */
export interface FoundData {
  readonly faces: readonly string[];
  readonly votes: readonly string[];
  /** Google's MobileNetV2. */
  readonly weights: readonly string[];
}

/** Searches {@link placesOfData}, and one folder below each of them but this one. */
export function findData(places: readonly string[] = placesOfData()): FoundData {
  const files = places.flatMap((place) => filesIn(place, place !== '.'));
  const matching = (pattern: RegExp) => files.filter(({ name }) => pattern.test(name)).map(({ path }) => path);
  return { faces: matching(FACES), votes: matching(VOTES), weights: matching(WEIGHTS) };
}

function filesIn(folder: string, deeper: boolean): { name: string; path: string }[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return deeper ? filesIn(path, false) : [];
    return [{ name: entry.name, path }];
  });
}

/** A folder that is missing or closed to us holds nothing that we could use. */
function entriesOf(folder: string): Dirent[] {
  try {
    return existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  } catch {
    return [];
  }
}

/**
 * Arguments of the full training on FER2013, with the files that were found; others have the path they should get.
 * The weights are those of the default input size.
 */
export function fer2013Arguments({ faces, votes, weights }: FoundData): string[] {
  const preferred = weights.find((path) => path.includes('1.0_96')) ?? 'data/mobilenet_v2_1.0_96_quant.tflite';
  return [
    ...['--data', faces[0] ?? 'data/fer2013.csv'],
    ...['--votes', votes[0] ?? 'data/fer2013new.csv'],
    ...['--weights', preferred],
    ...['--targets', 'original,votes'],
  ];
}
