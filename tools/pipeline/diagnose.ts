import { statfs } from 'node:fs/promises';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { messageOf } from '../../ml/core/errors.ts';
import { blockSize, planExecution } from '../../ml/train/hardware.ts';
import { type FoundData, findData, placesOfData } from './find-data.ts';

/** One thing that training depends on. */
export interface Check {
  readonly name: string;
  /** `fail` means that training cannot run, `warn` that something is missing or tight. */
  readonly status: 'ok' | 'warn' | 'fail';
  readonly found: string;
  /** How to mend it. */
  readonly mend?: string;
}

const GIB = 2 ** 30;
/** A run of the full network needs about this much memory, and this much disk with its parsed data. */
const MEMORY_GIB = 2;
const DISK_GIB = 1;

/** Looks at the machine and at the data that lies about. */
export async function diagnose(): Promise<{ checks: Check[]; data: FoundData }> {
  const data = findData();
  const runtime = await checkRuntime();
  const checks = [
    checkNode(),
    checkProcessor(),
    checkMemory(),
    await checkDisk(),
    runtime,
    ...(runtime.status === 'ok' ? [checkTraining()] : []),
    ...checkData(data),
  ];
  return { checks, data };
}

function checkNode(): Check {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const recent = major === 20 ? minor >= 19 : major > 22 || (major === 22 && minor >= 12);
  const found = `${process.versions.node} (${process.platform}-${process.arch})`;
  if (recent) return { name: 'node', status: 'ok', found };
  return { name: 'node', status: 'fail', found, mend: 'install Node.js 20.19, or 22.12 or later' };
}

function checkProcessor(): Check {
  return { name: 'processor', status: 'ok', found: `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores` };
}

function checkMemory(): Check {
  const found = `${(totalmem() / GIB).toFixed(1)} GiB, ${(freemem() / GIB).toFixed(1)} GiB free`;
  if (totalmem() >= MEMORY_GIB * GIB) return { name: 'memory', status: 'ok', found };
  return { name: 'memory', status: 'warn', found, mend: 'train with a smaller --batch-size and --size' };
}

async function checkDisk(): Promise<Check> {
  const { bavail, bsize } = await statfs('.');
  const found = `${((bavail * bsize) / GIB).toFixed(1)} GiB free here`;
  if (bavail * bsize >= DISK_GIB * GIB) return { name: 'disk', status: 'ok', found };
  return {
    name: 'disk',
    status: 'warn',
    found,
    mend: `free ${DISK_GIB} GiB, or set runs and data.cache to another disk`,
  };
}

async function checkRuntime(): Promise<Check> {
  const name = 'onnxruntime';
  try {
    const { env } = await import('onnxruntime-node');
    return { name, status: 'ok', found: `${env.versions.node ?? env.versions.common}, loads` };
  } catch (thrown) {
    return { name, status: 'fail', found: messageOf(thrown), mend: 'run: npm ci' };
  }
}

function checkTraining(): Check {
  const { train } = ConfigSchema.parse({});
  const { replicas, threads } = planExecution(train);
  const block = blockSize();
  const layout =
    block > 1 ? `blocked layout of ${block}` : 'portable layout (this processor has no blocked convolution)';
  const found = `${layout}; batches of ${train.batchSize}; replicas × threads: ${replicas} × ${threads}`;
  return { name: 'training', status: 'ok', found };
}

function checkData({ faces, votes, weights }: FoundData): Check[] {
  const check = (name: string, paths: readonly string[], mend: string): Check =>
    paths.length > 0
      ? { name, status: 'ok', found: paths.join(', ') }
      : { name, status: 'warn', found: `not found in ${placesOfData().join(', ')}`, mend };
  return [
    check(
      'FER2013',
      faces,
      'get fer2013.csv of the Kaggle competition "Challenges in Representation Learning: Facial Expression Recognition" ' +
        'and put it into data/ or the folder that EMOTION_LENS_DATA names; until then, drawn faces stand in',
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
