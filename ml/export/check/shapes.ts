import * as ort from 'onnxruntime-node';
import { messageOf } from '../../core/errors.ts';
import { sizeOf } from '../../nn/graph.ts';
import { DATA_TYPE, encodeModel, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/model.ts';
import { numbersOf } from './node-context.ts';

/** Larger inputs are not run: a 1024×1024 image has 3 million numbers. */
const MOST_NUMBERS = 16_000_000;
/** Models with larger maps are not run: a damaged number can ask for terabytes. */
const MOST_MAP = 100_000_000;

const factors = (numbers: readonly number[]) =>
  numbers.reduce((product, number) => product * Math.max(1, Math.abs(number)), 1);
/** By how much a map of 8 pixels a side grows, which few are smaller than. */
const padded = (pads: readonly number[]) => factors(pads.map((pad) => 1 + Math.abs(pad) / 8));

/** How many numbers an operator makes of so many, by the numbers of one of its inputs. */
type Result = readonly [input: number, of: (numbers: readonly number[], given: number) => number];
const RESULTS: ReadonlyMap<string, readonly Result[]> = new Map<string, readonly Result[]>([
  ['Pad', [[1, (pads, given) => given * padded(pads)]]],
  ['Tile', [[1, (repeats, given) => given * factors(repeats)]]],
  ['Expand', [[1, factors]]],
  ['ConstantOfShape', [[0, factors]]],
  [
    'Resize',
    [
      [2, (scales, given) => given * factors(scales)],
      [3, factors],
    ],
  ],
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
  const given = Math.max(...fed.map(({ name }) => sizeOf(shapes.get(name) as number[])));
  // Also true where a number is none.
  const growing = graph.nodes.find((node) => !(resultOf(node, constants, given) <= MOST_MAP));
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

/** About how many numbers an operator pads, repeats or stretches a map of so many to; 0 for other operators. */
function resultOf(
  { opType, attributes, inputs }: OnnxNode,
  constants: ReadonlyMap<string, OnnxTensor>,
  given: number,
): number {
  const { pads } = attributes;
  const byInput = (RESULTS.get(opType) ?? []).flatMap(([place, of]) => {
    const tensor = constants.get(inputs[place]);
    const numbers = tensor && numbersOf(tensor);
    return numbers ? of(numbers, given) : [];
  });
  return Math.max(0, ...byInput, pads && 'ints' in pads ? given * padded(pads.ints) : 0);
}

function zeros(shapes: Shapes, name: string): ort.Tensor {
  const shape = shapes.get(name) as readonly number[];
  return new ort.Tensor('float32', new Float32Array(sizeOf(shape)), shape);
}
