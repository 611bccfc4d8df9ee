import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomic } from '../../../ml/core/files.ts';
import { sha256Of } from '../../../ml/export/exported-file.ts';
import { landmarkModel } from '../../../ml/landmarks/network/landmark-model.ts';
import { detectorModel } from '../../vision/networks/detector-model.ts';
import { CACHE } from './places.ts';

/** Paths of the ONNX files that find faces in a picture and landmarks in a face. */
export interface Networks {
  readonly detector: string;
  readonly landmarks: string;
}

/** Builds the networks of the face detector's npm package as ONNX files in the cache, where they are not there yet. */
export async function networkFiles(): Promise<Networks> {
  return {
    detector: await inCache('detector', await detectorModel()),
    landmarks: await inCache('landmarks', await landmarkModel()),
  };
}

async function inCache(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(CACHE, `${name}-${sha256Of(bytes).slice(0, 12)}.onnx`);
  if (!existsSync(path)) await writeAtomic(path, bytes);
  return path;
}
