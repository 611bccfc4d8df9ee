import type { TfliteModel, TfliteTensor } from '../../tflite/model.ts';

/**
 * Tensors of a network's inputs in the order of these names, which are those of its signature, or of the tensors in a file
 * without one. A signature may name the inputs in another order than the network has them in.
 */
export function inputsNamed({ inputs, signatures }: TfliteModel, names: readonly string[]): TfliteTensor[] {
  const [signature] = signatures;
  const named = signature?.inputs ?? inputs.flatMap((tensor) => (tensor ? [{ name: tensor.name, tensor }] : []));
  return names.flatMap((name) => named.find((one) => one.name === name)?.tensor ?? []);
}
