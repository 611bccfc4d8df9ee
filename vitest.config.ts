import { defineConfig } from 'vitest/config';

/** Rooms whose tests leave nothing behind in a process: they share one, with the modules that it has loaded. */
const SHARING = ['bench', 'check', 'config', 'core', 'data', 'evaluate', 'lens-studio', 'model', 'onnx', 'tflite'].map(
  (room) => `test/${room}/**/*.test.ts`,
);

/** A command that is interrupted has two seconds to end, and one that is killed is killed amid its work: others would slow them. */
const TIMED = ['ckplus', 'interrupt', 'kill'].map((name) => `test/e2e/${name}.test.ts`);

/** One pool for all others. ONNX Runtime uses every core by itself, and so does a page that draws: a third file would only fight. */
const POOL = { maxWorkers: 2 };

export default defineConfig({
  test: {
    reporters: ['default', './test/missing-data.ts'],
    globalSetup: './test/temporary-files.ts',
    projects: [
      {
        test: {
          ...POOL,
          name: 'sharing',
          include: SHARING,
          isolate: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...POOL,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/e2e/**', ...SHARING],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...POOL,
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: TIMED,
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'e2e-timed',
          include: TIMED,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
