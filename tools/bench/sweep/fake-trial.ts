/**
 * In place of a training: hashes its configuration again and again, an epoch each, and keeps a checkpoint. A resume that is not
 * exact ends with another hash.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { writeAtomic } from '../../../ml/core/files.ts';
import { decodeSafetensors, encodeSafetensors } from '../../../ml/core/safetensors.ts';
import type { Task } from '../../sweep/trial-process.ts';

// Of the real one, whose modules take long to load.
const [STOPPED, DISK_FULL] = [3, 4];
const CHECKPOINT_FILE = 'checkpoint.safetensors';

const folder = dirname(process.argv[2]);
const task = JSON.parse(await readFile(process.argv[2], 'utf8')) as Task;
const pause = Number(task.settings['augment.noise'] ?? 0) * 10;
let stopped = false;
const leave = () => process.exit(STOPPED);
process.on('message', () => {
  stopped = true;
});
process.on('disconnect', leave);
// Settings that stand for accidents.
if (task.settings['augment.rotation'] === 180) process.kill(process.pid, 'SIGSEGV');
if (task.settings['augment.rotation'] === 179) process.exit(DISK_FULL);

const path = join(folder, CHECKPOINT_FILE);
let { step, state } = { step: 0, state: JSON.stringify([task.settings, task.seed]) };
const curve: Record<string, number>[] = [];
if (existsSync(path)) {
  const { metadata } = decodeSafetensors(new Uint8Array(await readFile(path)), path);
  const saved = JSON.parse(metadata['position']) as { step: number; identity: { state: string; curve: typeof curve } };
  ({ step } = saved);
  ({ state } = saved.identity);
  curve.push(...saved.identity.curve);
}
while (step < task.epochs && !stopped) {
  await setTimeout(pause);
  step += 1;
  state = createHash('sha256').update(`${state}/${step}`).digest('hex');
  curve.push({ 'accuracy/original': shareOf(state) });
  const position = { identity: { state, curve }, step, lossSums: [], best: {} };
  await writeAtomic(path, encodeSafetensors({ tensors: new Map(), metadata: { position: JSON.stringify(position) } }));
}
if (step >= task.epochs) {
  const accuracy = shareOf(state);
  const figure = {
    head: 'original',
    protocol: 'raw',
    split: 'PublicTest',
    count: 1,
    accuracy,
    macroF1: 0,
    expectedCalibrationError: 0,
  };
  const outcome = { epochs: task.epochs, figures: [figure], curve, networks: { original: state } };
  await writeAtomic(join(folder, `outcome-${task.rung}.json`), JSON.stringify(outcome));
} else process.exitCode = STOPPED;
process.off('disconnect', leave).disconnect?.();

function shareOf(hash: string): number {
  return Number.parseInt(hash.slice(0, 8), 16) / 2 ** 32;
}
