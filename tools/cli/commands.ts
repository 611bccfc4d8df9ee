import type { Command } from 'commander';

interface CommandEntry {
  readonly about: string;
  /** Loads what adds the command's flags and its work, which takes time. */
  readonly load: () => Promise<(command: Command) => void>;
}

/** All commands by their usage, as the help shows them; only the one that is wanted is loaded. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  build: {
    about: 'The whole job: trains, quantizes, exports, evaluates, checks and reports',
    load: async () => (await import('./commands/build.ts')).addBuild,
  },
  train: {
    about: 'Trains a network, nothing else',
    load: async () => (await import('./commands/train.ts')).addTrain,
  },
  'quantize <run-or-file>': {
    about: 'Makes the 8-bit models of a trained network',
    load: async () => (await import('./commands/quantize.ts')).addQuantize,
  },
  'evaluate <run-or-file>': {
    about: 'Measures exported models on the test splits',
    load: async () => (await import('./commands/evaluate.ts')).addEvaluate,
  },
  'export <run>': {
    about: 'Writes the best network of a run as emotion.onnx with its 8-bit forms and model.json',
    load: async () => (await import('./commands/export.ts')).addExport,
  },
  'average <models...>': {
    about: 'Writes the mean of networks that were trained further from the same one as emotion.onnx',
    load: async () => (await import('./commands/average.ts')).addAverage,
  },
  'check <file>': {
    about: 'Says whether SnapML takes an ONNX or TFLite file, and what to change',
    load: async () => (await import('./commands/check.ts')).addCheck,
  },
  'compare <a> <b>': {
    about: 'Says how alike two exported models answer on the test splits',
    load: async () => (await import('./commands/compare.ts')).addCompare,
  },
  'cross-validate': {
    about: 'Trains and tests on CK+ in turns, no subject being in both: mean and deviation over the folds',
    load: async () => (await import('./commands/cross-validate.ts')).addCrossValidate,
  },
  doctor: {
    about: 'Looks whether this machine and its data are ready for training',
    load: async () => (await import('./commands/doctor.ts')).addDoctor,
  },
  landmarks: {
    about: 'Finds 68 points in each face of a data set, into the cache',
    load: async () => (await import('./commands/landmarks.ts')).addLandmarks,
  },
  lens: {
    about: 'Makes, fills, checks and packs Lens Studio projects',
    load: async () => (await import('./commands/lens.ts')).addLens,
  },
  preview: {
    about: 'Runs a lens live in a page of your browser: webcam, file or drawn faces',
    load: async () => (await import('./commands/preview.ts')).addPreview,
  },
  refine: {
    about: 'Looks for bad images, copies and wrong labels; writes a manifest',
    load: async () => (await import('./commands/refine.ts')).addRefine,
  },
  upscale: {
    about: 'Makes pictures larger with a network (EDSR), and trains it',
    load: async () => (await import('./commands/upscale.ts')).addUpscale,
  },
};
