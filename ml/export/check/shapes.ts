import * as ort from 'onnxruntime-node';
import { messageOf } from '../../core/errors.ts';
import { sizeOf } from '../../nn/graph.ts';
import { DATA_TYPE, encodeModel, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/model.ts';
import { numbersOf } from './node-context.ts';

/** Larger inputs are not run: a 1024×1024 image has 3 million numbers. */
const MOST_NUMBERS = 16_000_000;
/** Models that ask for more are not run: a damaged number can ask for terabytes. */
const MOST_GROWTH = 1e9;
/** Places of the inputs that say how large an operator's result becomes. */
const SIZES: ReadonlyMap<string, readonly number[]> = new Map([
  ['Pad', [1]],
  ['Tile', [1]],
  ['Expand', [1]],
  ['Resize', [2, 3]],
  ['ConstantOfShape', [0]],
]);

/** Shape of each tensor by its name; tensors that are missing have an unknown shape. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * Shapes of every tensor of a model, found by running it once on zeros with all of its tensors as outputs.
 * They stay unknown where the inputs have no fixed shape, or where ONNX Runtime does not run the model.
 * @param constants its tensors that are the same in each run.
 * @returns the shapes, and what kept them unknown.
 */
export async function inferShapes(
  model: OnnxModel,
  constants: ReadonlyMap<string, OnnxTensor>,
): Promise<{ shapes: Shapes; problem: string | null }> {
  const { graph } = model;
  const shapes = new Map<string, readonly number[]>(graph.initializers.map(({ name, dims }) => [name, dims]));
  const fed = graph.inputs.filter(({ name }) => !shapes.has(name));
  for (const { name, shape } of [...fed, ...graph.valueInfo]) {
    if (shape?.every((side) => typeof side === 'number' && side > 0)) shapes.set(name, shape as number[]);
  }
  if (!fed.every(({ name, elementType }) => shapes.has(name) && elementType === DATA_TYPE.float)) {
    return { shapes, problem: 'its inputs have no fixed shape of floats' };
  }
  if (fed.some(({ name }) => sizeOf(shapes.get(name) as number[]) > MOST_NUMBERS)) {
    return { shapes, problem: `an input has more than ${MOST_NUMBERS.toLocaleString('en')} numbers` };
  }
  // Also true where a number is none.
  const growing = graph.nodes.find((node) => !(growthOf(node, constants) <= MOST_GROWTH));
  if (growing) return { shapes, problem: `${growing.opType} ${growing.outputs[0]} makes its map too large to run` };
  const known = new Set(graph.outputs.map(({ name }) => name));
  const inner = graph.nodes.flatMap(({ outputs }) => outputs).filter((name) => name !== '' && !known.has(name));
  const outputs = [...graph.outputs, ...inner.map((name) => ({ name, elementType: DATA_TYPE.undefined, shape: null }))];
  try {
    const session = await ort.InferenceSession.create(encodeModel({ ...model, graph: { ...graph, outputs } }), {
      // Optimized away nodes would have no output.
      graphOptimizationLevel: 'disabled',
      logSeverityLevel: 4,
    });
    try {
      const results = await session.run(Object.fromEntries(fed.map(({ name }) => [name, zeros(shapes, name)])));
      for (const [name, { dims }] of Object.entries(results)) shapes.set(name, dims);
    } finally {
      await session.release();
    }
    return { shapes, problem: null };
  } catch (thrown) {
    const [firstLine] = messageOf(thrown).split('\n');
    return { shapes, problem: `ONNX Runtime does not run it (${firstLine.slice(0, 200)})` };
  }
}

/** At least by how much an operator pads, repeats or stretches what it is given, all axes together. */
function growthOf({ opType, attributes, inputs }: OnnxNode, constants: ReadonlyMap<string, OnnxTensor>): number {
  const { pads } = attributes;
  const given = (SIZES.get(opType) ?? []).flatMap((place) => constants.get(inputs[place]) ?? []);
  const lists = [pads && 'ints' in pads ? pads.ints : [], ...given.map((tensor) => numbersOf(tensor) ?? [])];
  return Math.max(...lists.map((numbers) => numbers.reduce((product, number) => product * (1 + Math.abs(number)), 1)));
}

function zeros(shapes: Shapes, name: string): ort.Tensor {
  const shape = shapes.get(name) as readonly number[];
  return new ort.Tensor('float32', new Float32Array(sizeOf(shape)), shape);
}
