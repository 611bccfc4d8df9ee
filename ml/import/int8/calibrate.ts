import type { ObserverKind } from '../../config/schema.ts';
import type { Reporter } from '../../core/progress.ts';
import { imageInput } from '../../model/inputs.ts';
import { DATA_TYPE, encodeModel, type OnnxModel } from '../../onnx/model.ts';
import { Observation, rangeOf } from '../../quantize/observers.ts';
import {
  activationParameters,
  fixedParameters,
  PROBABILITY_PARAMETERS,
  type QuantizationParameters,
} from '../../quantize/scheme.ts';
import { withIsolated } from '../../runtime/isolated-session.ts';
import { withGraph } from '../passes/edit.ts';
import { lensTensor, type Pictures } from '../pictures.ts';
import type { Int8Layer, Int8Network } from './layers.ts';

/** Parameters that TensorFlow Lite's 8-bit quantization specification fixes. */
const FIXED: Partial<Record<Int8Layer['kind'], QuantizationParameters>> = {
  LOGISTIC: { scale: 1 / 256, zeroPoint: -128 },
  TANH: { scale: 1 / 128, zeroPoint: 0 },
  SOFTMAX: PROBABILITY_PARAMETERS,
};
/** Layers that only move integers, so that result and inputs have the same parameters. */
const MOVING: readonly string[] = ['PAD', 'MAX_POOL_2D', 'AVERAGE_POOL_2D', 'CONCATENATION'];

/** What is known of the activations. */
export interface Calibrated {
  readonly parameters: ReadonlyMap<string, QuantizationParameters>;
  /** Mean of each channel, [C]; the image's is not measured. */
  readonly means: ReadonlyMap<string, Float64Array>;
}

/**
 * Parameters of every activation, from the ranges that they have on pictures, and the means of their channels.
 * @param model that the layers are of.
 * @param side of its picture.
 * @throws UserError if an activation's range is not finite, or the model cannot be run.
 */
export async function calibrateLayers(
  model: OnnxModel,
  network: Int8Network,
  side: number,
  pictures: Pictures,
  observer: ObserverKind,
  reporter: Reporter,
): Promise<Calibrated> {
  const groups = groupsOf(network);
  const observed = await observe(model, network, side, pictures, reporter);
  const parameters = new Map<string, QuantizationParameters>();
  for (const group of groups) {
    const fixed = network.layers.find(({ output, kind }) => group.has(output) && FIXED[kind]);
    const image = group.has(network.input) ? fixedParameters(imageInput(side)) : undefined;
    const ranges = [...group].flatMap((name) => observed.get(name) ?? []).map((seen) => rangeOf(seen, observer));
    const whole = { min: Math.min(...ranges.map(({ min }) => min)), max: Math.max(...ranges.map(({ max }) => max)) };
    const [name] = group;
    const chosen = image ?? (fixed && FIXED[fixed.kind]) ?? activationParameters(whole, name);
    for (const member of group) parameters.set(member, chosen);
  }
  return { parameters, means: new Map([...observed].map(([name, seen]) => [name, seen.channelMeans()])) };
}

/** Activations that must have the same parameters. */
function groupsOf({ layers, input }: Int8Network): readonly ReadonlySet<string>[] {
  const groups = new Map<string, Set<string>>([[input, new Set([input])]]);
  for (const { kind, inputs, output } of layers) {
    groups.set(output, new Set([output]));
    if (!MOVING.includes(kind)) continue;
    for (const name of inputs) {
      const joined = new Set([...(groups.get(output) ?? []), ...(groups.get(name) ?? [])]);
      for (const member of joined) groups.set(member, joined);
    }
  }
  return [...new Set(groups.values())];
}

async function observe(
  model: OnnxModel,
  { layers, sides, output }: Int8Network,
  side: number,
  { images }: Pictures,
  reporter: Reporter,
): Promise<ReadonlyMap<string, Observation>> {
  const names = layers.map((layer) => layer.output).filter((name) => name !== output);
  const outputs = names.map((name) => ({ name, elementType: DATA_TYPE.float, shape: null }));
  const bytes = encodeModel(withGraph(model, { outputs }));
  const observations = new Map(names.map((name) => [name, new Observation(sides.get(name)?.[1] ?? 1)]));
  await withIsolated([{ bytes, file: 'emotion.onnx' }], async ([session]) => {
    const pass = async (step: string, see: (seen: Observation, values: Float32Array) => void) => {
      for (const [at, image] of images.entries()) {
        reporter.progress({ step, done: at, total: images.length, unit: 'img' });
        const values = await session.run([lensTensor(image, side, 'first')]);
        for (const [place, name] of names.entries()) see(observations.get(name) as Observation, values[place]);
      }
    };
    await pass('calibrating: ranges', (seen, values) => seen.seeExtremes(values, 1));
    await pass('calibrating: distributions', (seen, values) => seen.count(values));
  });
  return observations;
}
