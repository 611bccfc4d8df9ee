import { countOf, isFixed, type Sides } from '../onnx/shapes/known.ts';
import { error, type Problem, warning } from './mapping.ts';

/** Lens Studio's importer: batch, channels, height and width. */
const MOST_DIMENSIONS = 4;
/** What a lens may take in all, of which a tensor takes four bytes for each number. */
const LENS_MEMORY = 150_000_000;
const NUMBER_BYTES = 4;

/** What is said of a tensor that a model computes, wherever in it. */
export function innerTensorProblems(shape: Sides): Problem[] {
  const problems: Problem[] = [];
  const shown = shape.map((side) => side ?? '?').join(',');
  if (shape.length > MOST_DIMENSIONS) {
    problems.push(
      error(
        `it has ${shape.length} dimensions [${shown}]; Lens Studio takes ${MOST_DIMENSIONS} at most inside a model too ` +
          '("reshape layer converter does not support 5-D shape")',
        'Reshape and transpose in steps of 4 dimensions, for a shuffle of channels by a convolution with constant weights',
      ),
    );
  }
  const bytes = isFixed(shape) ? NUMBER_BYTES * (countOf(shape) ?? 0) : 0;
  if (bytes > LENS_MEMORY) {
    const found = `its shape [${shown}] takes ${Math.round(bytes / 1e6).toLocaleString('en')} MB`;
    problems.push(warning(`${found}; a whole lens may take 150 MB`, 'Use a smaller input or fewer channels'));
  }
  return problems;
}
