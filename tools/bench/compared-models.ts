import { join } from 'node:path';
import { EMOTIONS, predictionAt } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { isFolder } from '../../ml/core/files.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import type { Faces } from '../../ml/data/dataset.ts';
import { actedBiasOf, biased } from '../../ml/evaluate/prior.ts';
import { expressionModel } from '../../ml/faces/networks/models.ts';
import { type ModelJson, readModelJson } from '../../ml/model/model-json.ts';
import { loadIsolatedPredictor } from '../../ml/runtime/isolated-predictor.ts';
import { LIMITS, type Limits } from '../../ml/runtime/isolated-process.ts';
import { openPredictor, type Predictor } from '../../ml/runtime/predictor.ts';

/** What the expression network of the npm package `@vladmandic/face-api` is called among models. */
export const FACE_API = 'face-api';

/** On a busy machine a measurement of an hour shall not end because one answer of it is slow. */
export const PATIENT: Limits = { ...LIMITS, milliseconds: 10 * LIMITS.milliseconds };

/** A model that a benchmark compares with others. */
export interface ComparedModel {
  readonly name: string;
  readonly predictor: Predictor;
  /** Probabilities of the seven classes, with the bias for acted faces that the models of others do not know, [n, 7]. */
  answer(faces: Faces, onProgress?: (done: number, total: number) => void): Promise<Float32Array>;
}

/**
 * Opens a model: an ONNX or TFLite file, a folder with `model.json`, or `face-api`. Of a folder it is the 8-bit ONNX, which has
 * the integers of the TFLite file and is several times as fast.
 * @param acted strength of the bias for acted faces; face-api's network gets none.
 * @throws UserError if there is no such model.
 */
export async function openCompared(name: string, acted: number): Promise<ComparedModel> {
  if (name === FACE_API) {
    const predictor = await openPredictor(await expressionModel(), 'face_expression_model.onnx');
    return { name, predictor, answer: (faces, onProgress) => predictor.predict(faces, onProgress) };
  }
  const file = await fileOf(name);
  const bias = await actedBiasOf(file);
  const predictor = await loadIsolatedPredictor(file, PATIENT);
  const answer: ComparedModel['answer'] = async (faces, onProgress) =>
    biased(await predictor.predict(faces, onProgress), bias, acted);
  return { name, predictor, answer };
}

async function fileOf(name: string): Promise<string> {
  const folder = await isFolder(name).catch((cause) => {
    throw new UserError(
      `there is no model ${name}; expected an .onnx or .tflite file, a folder with model.json, or ${FACE_API}`,
      { cause },
    );
  });
  return folder ? fileIn(name, await readModelJson(join(name, 'model.json')), 'onnx', 'int8') : name;
}

/** The form of a model that is asked for, or else the first that its description lists. */
export function fileIn(
  folder: string,
  { files }: Pick<ModelJson, 'files'>,
  format: 'onnx' | 'tflite',
  numbers: 'float32' | 'int8',
): string {
  const wanted = files.find((file) => file.format === format && file.numbers === numbers) ?? files[0];
  return join(folder, wanted.name);
}

/** Something of each model, by its name. */
export type ByModel<Value> = ReadonlyMap<string, Value>;

/** Probabilities that all models give the same faces, [n, 7] each. @param step what the progress is called. */
export async function answersOf(
  models: readonly ComparedModel[],
  faces: Faces,
  step: string,
  reporter: Reporter,
): Promise<ByModel<Float32Array>> {
  const answers = new Map<string, Float32Array>();
  for (const model of models) {
    const report = (done: number, total: number) =>
      reporter.progress({ step: `${step}: ${model.name}`, done, total, unit: 'img' });
    answers.set(model.name, await model.answer(faces, report));
  }
  return answers;
}

/** The most probable class of each face. */
export const labelsIn = (probabilities: Float32Array): number[] =>
  Array.from({ length: probabilities.length / EMOTIONS.length }, (_, face) => predictionAt(probabilities, face).label);
