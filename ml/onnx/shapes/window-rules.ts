import { int, ints, text } from '../values.ts';
import { fixedValues, type Known, type ShapeRule, type Sides, UNKNOWN } from './known.ts';

/** A window that slides over an image: sizes, steps and edges of each spatial axis. */
interface Window {
  readonly kernel: Sides;
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Begins of all axes, then ends. */
  readonly pads: readonly number[];
  readonly automatic: string;
}

/** @param kernel sizes by the weights, where the attribute may be left out. */
function windowOf(facts: Parameters<ShapeRule>[0], spatial: number, kernel: Sides): Window | null {
  const ones = new Array<number>(spatial).fill(1);
  const window = {
    kernel: ints(facts, 'kernel_shape') ?? kernel,
    strides: ints(facts, 'strides') ?? ones,
    dilations: ints(facts, 'dilations') ?? ones,
    pads: ints(facts, 'pads') ?? new Array<number>(2 * spatial).fill(0),
    automatic: text(facts, 'auto_pad', 'NOTSET'),
  };
  const { strides, dilations, pads } = window;
  const fits = [window.kernel, strides, dilations].every(({ length }) => length === spatial);
  return fits && pads.length === 2 * spatial && strides.every((stride) => stride > 0) ? window : null;
}

/** Places of a window along one axis. */
function placesOf(side: number | null, at: number, window: Window, ceil = false): number | null {
  const kernel = window.kernel[at];
  const stride = window.strides[at];
  if (side === null) return null;
  if (window.automatic.startsWith('SAME')) return Math.ceil(side / stride);
  if (kernel === null) return null;
  const [begin, end] =
    window.automatic === 'VALID' ? [0, 0] : [window.pads[at], window.pads[at + window.kernel.length]];
  const steps = (side + begin + end - window.dilations[at] * (kernel - 1) - 1) / stride;
  const places = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
  // The last window must begin inside of the image.
  return ceil && (places - 1) * stride >= side + begin ? places - 1 : places;
}

const withSides = ({ type }: Known, batch: Sides, sides: Sides): Known => ({ shape: [...batch, ...sides], type });

/** @param weights place of the weights [out, in / groups, …kernel]. */
export const convolution =
  (weights: number): ShapeRule =>
  (facts) => {
    const image = facts.input(0);
    const kernel = facts.input(weights).shape;
    if (!image.shape || !kernel || image.shape.length < 3 || kernel.length !== image.shape.length) return UNKNOWN;
    const [batch, , ...sides] = image.shape;
    const window = windowOf(facts, sides.length, kernel.slice(2));
    return window
      ? withSides(
          image,
          [batch, kernel[0]],
          sides.map((side, at) => placesOf(side, at, window)),
        )
      : UNKNOWN;
  };

export const pool: ShapeRule = (facts) => {
  const image = facts.input(0);
  if (!image.shape || image.shape.length < 3) return UNKNOWN;
  const [batch, channels, ...sides] = image.shape;
  const window = windowOf(facts, sides.length, []);
  if (!window) return UNKNOWN;
  const ceil = int(facts, 'ceil_mode', 0) === 1;
  return withSides(
    image,
    [batch, channels],
    sides.map((side, at) => placesOf(side, at, window, ceil)),
  );
};

/** Weights are [in, out / groups, …kernel]. */
export const transposedConvolution: ShapeRule = (facts) => {
  const image = facts.input(0);
  const kernel = facts.input(1).shape;
  if (!image.shape || !kernel || image.shape.length < 3 || kernel.length !== image.shape.length) return UNKNOWN;
  const [batch, , ...sides] = image.shape;
  const window = windowOf(facts, sides.length, kernel.slice(2));
  if (!window) return UNKNOWN;
  const channels = kernel[1] === null ? null : kernel[1] * int(facts, 'group', 1);
  const asked = ints(facts, 'output_shape');
  const more = ints(facts, 'output_padding') ?? new Array<number>(sides.length).fill(0);
  const grown = sides.map((side, at) => {
    const [size, stride] = [window.kernel[at], window.strides[at]];
    if (asked?.length === sides.length) return asked[at];
    if (side === null || size === null || more.length !== sides.length) return null;
    if (window.automatic.startsWith('SAME')) return side * stride;
    const pads = window.automatic === 'VALID' ? 0 : window.pads[at] + window.pads[at + sides.length];
    return stride * (side - 1) + more[at] + window.dilations[at] * (size - 1) + 1 - pads;
  });
  return withSides(image, [batch, channels], grown);
};

/** Height, width and so on become 1. */
export const globalPool: ShapeRule = ({ input }) => {
  const { shape, type } = input(0);
  return shape && shape.length >= 2 ? { shape: shape.map((side, at) => (at < 2 ? side : 1)), type } : UNKNOWN;
};

/** By factors, or to sizes; Upsample has its factors as an attribute or as its second input. */
export const resize: ShapeRule = (facts) => {
  const { shape, type } = facts.input(0);
  if (!shape) return UNKNOWN;
  const unknown = { shape: shape.map(() => null), type };
  const keepsAspect = text(facts, 'keep_aspect_ratio_policy', 'stretch') !== 'stretch';
  const axes = ints(facts, 'axes');
  if (keepsAspect || axes?.some((axis) => axis >= shape.length || axis < 0)) return unknown;
  const scaled = axes ?? shape.map((_, at) => at);
  const { scales } = facts.node.attributes;
  const factors = scales && 'floats' in scales ? scales.floats : fixedValues(facts.input(facts.opset >= 11 ? 2 : 1));
  const sizes = facts.input(3).values;
  const of = (apply: (side: number | null, place: number) => number | null): Known => ({
    shape: shape.map((side, at) => (scaled.includes(at) ? apply(side, scaled.indexOf(at)) : side)),
    type,
  });
  if (sizes?.length === scaled.length) return of((_, place) => sizes[place]);
  if (factors?.length === scaled.length)
    return of((side, place) => (side === null ? null : Math.floor(side * Math.fround(factors[place]))));
  return unknown;
};

/** Blocks of the attribute's size move from height and width into the channels, or back. */
export const blocks =
  (into: 'channels' | 'places'): ShapeRule =>
  (facts) => {
    const { shape, type } = facts.input(0);
    const size = int(facts, 'blocksize', 0);
    if (shape?.length !== 4 || size < 1) return UNKNOWN;
    const [batch, channels, height, width] = shape;
    const by = (side: number | null, factor: number) => (side === null ? null : side * factor);
    const factor = into === 'channels' ? 1 / size : size;
    return { shape: [batch, by(channels, factor ** -2), by(height, factor), by(width, factor)], type };
  };
