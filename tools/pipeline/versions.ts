import { availableParallelism, cpus } from 'node:os';
import { env } from 'onnxruntime-node';

/** Versions of the programs that made a result, and the machine. */
export function versions(): Record<string, string> {
  return {
    node: process.versions.node,
    onnxruntime: env.versions.node ?? env.versions.common,
    system: `${process.platform}-${process.arch}`,
    processor: `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`,
  };
}
