import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { UserError } from '../../ml/core/errors.ts';
import { planExecution } from '../../ml/train/hardware.ts';

const train = (changes: object) => ConfigSchema.parse({ train: changes }).train;

describe('the execution plan', () => {
  it('divides two cores into two replicas, and sixteen into four with AVX-512', () => {
    expect(planExecution(train({}), 2, () => 8)).toEqual({ replicas: 2, threads: 1, block: 8 });
    expect(planExecution(train({}), 16, () => 16)).toEqual({ replicas: 4, threads: 4, block: 16 });
  });

  it('always divides the batch evenly, into blocks, among no more replicas than cores', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 512 }),
        fc.integer({ min: 1, max: 64 }),
        fc.constantFrom(1, 4, 8, 16),
        (batchSize, cores, native) => {
          const { replicas, threads, block } = planExecution(train({ batchSize }), cores, () => native);
          expect(batchSize % (replicas * block)).toBe(0);
          expect(replicas * threads).toBeLessThanOrEqual(cores);
          expect([1, native]).toContain(block);
        },
      ),
    );
  });

  it.each([
    [{ layout: 'blocked' }, 1, /no blocked convolution/],
    [{ layout: 'blocked', batchSize: 12, replicas: 1 }, 8, /multiple of replicas × 8/],
    [{ batchSize: 10, replicas: 4 }, 8, /does not divide among 4 replicas/],
  ])('refuses what cannot be: %j', (changes, native, message) => {
    expect(() => planExecution(train(changes), 4, () => native)).toThrow(UserError);
    expect(() => planExecution(train(changes), 4, () => native)).toThrow(message);
  });
});
