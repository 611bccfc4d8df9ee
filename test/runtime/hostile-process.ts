/** A process that does what a model may do to it, for the tests. */
import { UserError } from '../../ml/core/errors.ts';
import { serveCalls } from '../../ml/runtime/isolated-process.ts';

const held: Uint8Array[] = [];

serveCalls({
  double: (values: Float32Array) => values.map((value) => 2 * value),
  refuse: () => {
    throw new UserError('face.onnx is no model');
  },
  fault: () => {
    throw new TypeError('x is not a function');
  },
  loop: () => {
    for (;;);
  },
  grow: () => {
    for (;;) held.push(new Uint8Array(20_000_000).fill(1));
  },
  crash: () => process.abort(),
});
