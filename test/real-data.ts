import { resolve } from 'node:path';

const { EMOTION_LENS_DATA = 'data', EMOTION_LENS_CASES = 'cases' } = process.env;

/**
 * A data set in the folder that `EMOTION_LENS_DATA` names, by default `data`: `fer2013`, `ckplus48`, `pretrained` or `sr`.
 * Tests on it are left out where it is missing.
 */
export const realData = (name: string): string => resolve(EMOTION_LENS_DATA, name);

/** Small model files of the kinds that people bring, in the folder that `EMOTION_LENS_CASES` names. */
export const REAL_CASES = resolve(EMOTION_LENS_CASES);
