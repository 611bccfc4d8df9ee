import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { programArguments } from '../../ml/core/processes.ts';

function bench(name: string, ...words: string[]) {
  const program = programArguments(new URL(`../../tools/bench/${name}.ts`, import.meta.url));
  return spawnSync(process.execPath, [...program, ...words], { encoding: 'utf8' });
}

describe('a benchmark', () => {
  it('says with --help what it measures, and how it is used', () => {
    const { status, stdout, stderr } = bench('ablation', '--help');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^Usage: npm run bench:ablation -- \[options\]\n\nMeasures .*\n[\s\S]*--size PIXELS +input size \(default: 96\)/,
    );
  });

  it.each([
    [['--nope'], "error: Unknown option '--nope'; see npm run bench:ptq -- --help\n"],
    [['--data'], "error: Option '--data <value>' argument missing; see npm run bench:ptq -- --help\n"],
    [['m.onnx', '--data', 'f.csv', '--images', '-1x'], /^error: .*--images.*\n$/],
    [[], /^error: expected MODEL\.onnx --data fer2013\.csv, .*\n$/],
  ] as const)('says in one line what is wrong: %j', (words, message) => {
    const { status, stdout, stderr } = bench('ptq', ...words);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
  });
});
