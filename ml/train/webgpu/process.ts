/** The program of the process in which training runs on a GPU; see `engine.ts`. */
import * as ort from 'onnxruntime-node';
import { Graph, type Shape, sizeOf } from '../../nn/graph.ts';
import { FlatVector, type Piece } from '../../nn/parameters.ts';
import { serveCalls } from '../../runtime/isolated-process.ts';
import type { OptimizerName } from '../optimizer.ts';
import { FROM_STATE } from '../replica-protocol.ts';
import { buildUpdateGraph, NEXT, NUMBERS } from './update-graph.ts';

/** What is trained. */
export interface DeviceSetup {
  readonly graph: Uint8Array;
  readonly inputs: Readonly<Record<string, Shape>>;
  /** Of the parameters. */
  readonly pieces: readonly Piece[];
  /** Length of the statistics. */
  readonly statistics: number;
  readonly optimizer: OptimizerName;
}

export interface DeviceStep {
  readonly batch: Readonly<Record<string, Float32Array>>;
  /** See `update-graph.ts`. */
  readonly numbers: Float32Array;
}

export interface DeviceResult {
  readonly losses: Float32Array;
  /** Of the gradient before clipping. */
  readonly norm: number;
}

type Vectors = Readonly<Record<string, Float32Array>>;

let inputs: DeviceSetup['inputs'];
let training: ort.InferenceSession;
let update: ort.InferenceSession;
let reading: ort.InferenceSession;
/** Outputs of the training graph that its update needs; they stay on the device. */
let measured: readonly string[];
/** The vectors of the training's state; those that a step changes are on the device from the first step on. */
let state: Record<string, ort.Tensor> = {};

const tensor = (values: Float32Array, shape: Shape = [values.length]): ort.Tensor =>
  new ort.Tensor('float32', values, [...shape]);
const floats = ({ data }: ort.Tensor) => data as Float32Array;
const mapped = <A, B>(record: Readonly<Record<string, A>>, change: (value: A, name: string) => B) =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));

/** @param kept outputs that stay on the device. */
function open(graph: Uint8Array, kept: readonly string[], logSeverityLevel: 0 | 3 = 3): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(graph, {
    executionProviders: ['webgpu'],
    graphOptimizationLevel: 'disabled',
    enableMemPattern: false,
    preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, 'gpu-buffer'])),
    logSeverityLevel,
  });
}

/** Opens the graphs, and runs a step on zeros: what the provider cannot do ends it before anything is trained. */
async function start({ graph, pieces, statistics, optimizer, ...setup }: DeviceSetup): Promise<void> {
  inputs = setup.inputs;
  // While it opens a graph, the runtime prints where it places each node, which the other process reads.
  const shown = await open(graph, [], 0);
  measured = ['gradient', 'statistics'].filter((name) => shown.outputNames.includes(name));
  await shown.release();
  training = await open(graph, measured);
  const parameters = new FlatVector(pieces);
  const next = buildUpdateGraph(parameters, measured.includes('statistics') ? statistics : 0, optimizer);
  update = await open(
    next.bytes,
    Object.keys(next.vectors).map((name) => NEXT + name),
  );
  reading = await open(copyGraph(next.vectors), []);
  const zeros = mapped(next.vectors, (size) => new Float32Array(size));
  restore({ ...zeros, averagedStatistics: new Float32Array(statistics), moment2: new Float32Array(parameters.size) });
  const batch = mapped(inputs, (shape) => new Float32Array(sizeOf(shape)));
  await step({ batch, numbers: new Float32Array(NUMBERS).fill(1) });
}

function restore(vectors: Vectors): void {
  for (const former of Object.values(state)) former.dispose();
  state = mapped(vectors, (values) => tensor(values));
}

async function step({ batch, numbers }: DeviceStep): Promise<DeviceResult> {
  const feeds = mapped(batch, (values, name) => tensor(values, inputs[name]));
  for (const [name, source] of Object.entries(FROM_STATE)) if (name in inputs) feeds[name] = state[source];
  const { loss, ...found } = await training.run(feeds, ['loss', ...measured]);
  const known: Readonly<Record<string, ort.Tensor>> = { ...state, ...found, numbers: tensor(numbers) };
  const { norm, ...next } = await update.run(Object.fromEntries(update.inputNames.map((name) => [name, known[name]])));
  for (const tensor of Object.values(found)) tensor.dispose();
  for (const [output, tensor] of Object.entries(next)) {
    const name = output.slice(NEXT.length);
    state[name].dispose();
    state[name] = tensor;
  }
  return { losses: floats(loss), norm: floats(norm)[0] };
}

/** The vectors of the state as they are now. */
async function read(): Promise<Vectors> {
  const kept = Object.entries(state).filter(([, { location }]) => location === 'gpu-buffer');
  const copies = kept.length > 0 ? await reading.run(Object.fromEntries(kept)) : {};
  return mapped(state, (vector, name) => floats(copies[NEXT + name] ?? vector));
}

/** Brings vectors back from the device: a tensor there cannot be read, only be the input of a graph. */
function copyGraph(sizes: Readonly<Record<string, number>>): Uint8Array {
  const graph = new Graph();
  for (const [name, size] of Object.entries(sizes)) {
    const vector = graph.input(name, [size]);
    graph.output(NEXT + name, graph.node('Identity', [vector], vector.shape));
  }
  return graph.encode(17);
}

serveCalls({ start, restore, step, read });
