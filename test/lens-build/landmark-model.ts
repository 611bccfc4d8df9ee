import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { sha256Of } from '../../ml/model/exported-file.ts';
import { readModelJson, writeModelJson } from '../../ml/model/model-json.ts';
import { landmarkOnnx, SIDE } from '../simulator/landmark-models.ts';

/** Writes a model of a picture and landmarks in floats, with its description, into a folder. */
export async function writeLandmarkModel(folder: string, landmarks?: number): Promise<void> {
  const model = await readModelJson(resolve('ml/models/emotion/model.json'));
  const [file] = model.files;
  const bytes = landmarkOnnx(landmarks);
  const input = { ...file.input, shape: [1, 3, SIDE, SIDE] };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file.name), bytes);
  await writeModelJson(join(folder, 'model.json'), {
    ...model,
    files: [{ ...file, bytes: bytes.length, sha256: sha256Of(bytes), input }],
  });
}
