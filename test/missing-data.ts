import type { Reporter, TestModule } from 'vitest/node';
import './real-data.ts';

/** Ends a test run with one line on the tests that were skipped because their data is missing; see `needing`. */
export default class MissingData implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules)
      for (const test of module.children.allTests('skipped')) {
        const missing = missingOf(test);
        if (missing !== undefined) counts.set(missing, (counts.get(missing) ?? 0) + 1);
      }
    if (counts.size === 0) return;
    const parts = [...counts].sort().map(([missing, count]) => {
      const [variable, name = 'the model files'] = missing.split('/');
      return `${count} for ${name} (set ${variable})`;
    });
    console.log(`Tests skipped because their data is missing: ${parts.join(', ')}`);
  }
}

type Tests = ReturnType<TestModule['children']['allTests']> extends Iterable<infer Test> ? Test : never;

/** What a test lacks, which may be said of the `describe` around it. */
function missingOf(test: Tests): string | undefined {
  for (let task: Tests | Tests['parent'] = test; ; task = task.parent) {
    if (task.type === 'module') return undefined;
    const { missing } = task.meta();
    if (missing !== undefined) return missing;
  }
}
