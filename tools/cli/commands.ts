import type { Command } from 'commander';

interface CommandEntry {
  readonly about: string;
  /** Imports what adds the command's flags and its work, which takes time. */
  readonly load: () => Promise<(command: Command) => void>;
}

/** All commands by their usage, as the help shows them; only the one that runs is loaded. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  build: {
    about: 'Runs the whole pipeline: trains, quantizes, exports, evaluates, checks and reports',
    load: async () => (await import('./commands/build.ts')).addBuild,
  },
  train: {
    about: 'Trains a network',
    load: async () => (await import('./commands/train.ts')).addTrain,
  },
  'quantize <run-or-file>': {
    about: 'Quantizes a trained network to 8 bits',
    load: async () => (await import('./commands/quantize.ts')).addQuantize,
  },
  'evaluate <run-or-file>': {
    about: 'Measures exported models on the test splits',
    load: async () => (await import('./commands/evaluate.ts')).addEvaluate,
  },
  'export <run>': {
    about: 'Exports the best network of a run: emotion.onnx, its 8-bit forms and model.json',
    load: async () => (await import('./commands/export.ts')).addExport,
  },
  'average <models...>': {
    about: 'Averages the weights of networks that were fine-tuned from the same one',
    load: async () => (await import('./commands/average.ts')).addAverage,
  },
  'check <file>': {
    about: 'Checks whether SnapML accepts an ONNX or TFLite file, and says what to change',
    load: async () => (await import('./commands/check.ts')).addCheck,
  },
  'import <model>': {
    about: 'Brings a model of any format into a lens: ONNX, TFLite, TensorFlow.js, Teachable Machine',
    load: async () => (await import('./commands/import.ts')).addImport,
  },
  'compare <a> <b>': {
    about: 'Compares the answers of two exported models on the test splits',
    load: async () => (await import('./commands/compare.ts')).addCompare,
  },
  'cross-validate': {
    about: 'Cross-validates on CK+ with subject-independent folds: mean and standard deviation',
    load: async () => (await import('./commands/cross-validate.ts')).addCrossValidate,
  },
  doctor: {
    about: 'Checks whether this machine and its data are ready for training',
    load: async () => (await import('./commands/doctor.ts')).addDoctor,
  },
  landmarks: {
    about: 'Finds 68 landmarks in each face of a data set, and caches them',
    load: async () => (await import('./commands/landmarks.ts')).addLandmarks,
  },
  lens: {
    about: 'Builds, validates and packages Lens Studio projects, and installs models in them',
    load: async () => (await import('./commands/lens.ts')).addLens,
  },
  preview: {
    about: 'Runs a lens live in your browser, on your webcam, a file or drawn faces',
    load: async () => (await import('./commands/preview.ts')).addPreview,
  },
  refine: {
    about: 'Finds bad images, duplicates and wrong labels, and writes a manifest',
    load: async () => (await import('./commands/refine.ts')).addRefine,
  },
  sweep: {
    about: 'Runs many trainings: a grid, a random search or a list, with seeds, on this machine or on many',
    load: async () => (await import('./commands/sweep.ts')).addSweep,
  },
  upscale: {
    about: 'Upscales pictures and faces with an EDSR network, and trains it',
    load: async () => (await import('./commands/upscale.ts')).addUpscale,
  },
  worker: {
    about: 'Runs trials of the sweeps in a queue; start one on each machine',
    load: async () => (await import('./commands/worker.ts')).addWorker,
  },
};
