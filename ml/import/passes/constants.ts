import { constantsOf } from '../../check/onnx-context.ts';
import { UserError } from '../../core/errors.ts';
import { DATA_TYPE, encodeModel, type OnnxModel, type OnnxNode } from '../../onnx/model.ts';
import { inferShapes } from '../../onnx/shapes/infer.ts';
import { countOf } from '../../onnx/shapes/known.ts';
import { floatTensor, nodeOf, prune, withGraph } from './edit.ts';

/** Runs an ONNX model without inputs; returns its outputs, which are all floats, in their order. */
export type Evaluate = (model: Uint8Array) => Promise<readonly Float32Array[]>;

/** Numbers that constants may have together, twice what the largest lens holds in bytes. */
const MAX_NUMBERS = 25_000_000;

const FLOATS: readonly number[] = [DATA_TYPE.float, DATA_TYPE.float16, DATA_TYPE.bfloat16, DATA_TYPE.double];

/**
 * Computes what is the same in each run, and makes all floats 32 bits wide: weights that are stored as float16 or as
 * integers with a scale, statistics of batch norm that are put together from others, masks.
 * @param evaluate where the computation of a stranger's file may go wrong.
 * @throws UserError if the constants are far too large.
 */
export async function foldConstants(model: OnnxModel, file: string, evaluate: Evaluate): Promise<OnnxModel> {
  const { graph } = model;
  const known = inferShapes(model);
  const { names } = constantsOf(graph, known);
  const isFolded = (node: OnnxNode) => node.outputs.every((name) => name === '' || names.has(name));
  const done = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  for (const { opType, outputs, attributes } of graph.nodes) {
    const { value } = attributes;
    if (opType === 'Constant' && value && 'tensor' in value)
      done.set(outputs[0], { ...value.tensor, name: outputs[0] });
  }
  const used = new Set([
    ...graph.nodes.filter((node) => !isFolded(node)).flatMap(({ inputs }) => inputs),
    ...graph.outputs.map(({ name }) => name),
  ]);
  const wanted = [...used].filter((name) => {
    const type = known.get(name)?.type ?? DATA_TYPE.undefined;
    return names.has(name) && FLOATS.includes(type) && done.get(name)?.dataType !== DATA_TYPE.float;
  });
  const shapes = wanted.map((name) => known.get(name)?.shape ?? null);
  const total = shapes.reduce((sum, shape) => sum + ((shape && countOf(shape)) ?? 0), 0);
  if (total > MAX_NUMBERS)
    throw new UserError(`${file}: its constants have ${total.toLocaleString('en')} numbers; choose a smaller model`);
  if (wanted.length > 0) {
    const results = await evaluate(encodeModel(constantPart(model, isFolded, wanted)));
    for (const [at, name] of wanted.entries()) {
      const values = results[at];
      const dims = shapes[at];
      // A shape that only running tells is that of a row.
      done.set(
        name,
        floatTensor(name, dims && countOf(dims) === values.length ? (dims as number[]) : [values.length], values),
      );
    }
  }
  const nodes = graph.nodes.filter(({ outputs }) => outputs.some((name) => name !== '' && !done.has(name)));
  const computed = new Set(nodes.flatMap(({ outputs }) => outputs));
  const asFloats = <T extends { elementType: number }>(value: T): T =>
    FLOATS.includes(value.elementType) ? { ...value, elementType: DATA_TYPE.float } : value;
  return prune(
    withGraph(model, {
      nodes,
      initializers: [...done.values()].filter(({ name }) => !computed.has(name)),
      inputs: graph.inputs.map(asFloats),
      outputs: graph.outputs.map(asFloats),
    }),
  );
}

/** The part of a model that computes constants, each as an output of 32-bit floats. */
function constantPart(model: OnnxModel, isFolded: (node: OnnxNode) => boolean, wanted: readonly string[]): OnnxModel {
  const outputs = wanted.map((name) => ({ name: `${name}/float32`, elementType: DATA_TYPE.float, shape: null }));
  const casts = wanted.map((name, at) => nodeOf('Cast', [name], outputs[at].name, { to: { int: DATA_TYPE.float } }));
  const nodes = [...model.graph.nodes.filter(isFolded), ...casts];
  return prune(withGraph(model, { nodes, inputs: [], outputs, valueInfo: [] }));
}
