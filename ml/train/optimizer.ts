/** Numbers that both optimizers need at one step. */
export interface StepSize {
  readonly learningRate: number;
  /** Decoupled weight decay (Loshchilov and Hutter 2019, arXiv:1711.05101): w ← w − learningRate·weightDecay·w. */
  readonly weightDecay: number;
  /** 1-based number of this step, for Adam's bias correction. */
  readonly step: number;
  /** Factor on the gradient, below 1 where it is clipped. */
  readonly gradientScale: number;
}

/** Flat vectors of all parameters, each of the same length. */
export interface OptimizerState {
  readonly parameters: Float32Array;
  readonly gradient: Float32Array;
  /** First moment of Adam, or the momentum of SGD. */
  readonly moment1: Float32Array;
  /** Second moment of Adam. */
  readonly moment2: Float32Array;
  /** 1 where weight decay applies. */
  readonly decays: Uint8Array;
}

/** Updates the parameters from `begin` to `end` in place. */
export type Optimizer = (state: OptimizerState, begin: number, end: number, size: StepSize) => void;

export const BETA1 = 0.9;
export const BETA2 = 0.999;
export const EPSILON = 1e-8;
export const MOMENTUM = 0.9;

/** AdamW (Loshchilov and Hutter 2019) with β = (0.9, 0.999). */
const adamw: Optimizer = ({ parameters, gradient, moment1, moment2, decays }, begin, end, size) => {
  const { learningRate, weightDecay, step, gradientScale } = size;
  const rate = learningRate / (1 - BETA1 ** step);
  const correction2 = 1 / Math.sqrt(1 - BETA2 ** step);
  const kept = [1, 1 - learningRate * weightDecay];
  for (let i = begin; i < end; i++) {
    const g = gradient[i] * gradientScale;
    const m = BETA1 * moment1[i] + (1 - BETA1) * g;
    const v = BETA2 * moment2[i] + (1 - BETA2) * g * g;
    moment1[i] = m;
    moment2[i] = v;
    parameters[i] = kept[decays[i]] * parameters[i] - (rate * m) / (Math.sqrt(v) * correction2 + EPSILON);
  }
};

/** SGD with Nesterov momentum 0.9 (Sutskever et al. 2013) and decoupled weight decay. */
const sgd: Optimizer = ({ parameters, gradient, moment1, decays }, begin, end, size) => {
  const { learningRate, weightDecay, gradientScale } = size;
  const kept = [1, 1 - learningRate * weightDecay];
  for (let i = begin; i < end; i++) {
    const g = gradient[i] * gradientScale;
    const m = MOMENTUM * moment1[i] + g;
    moment1[i] = m;
    parameters[i] = kept[decays[i]] * parameters[i] - learningRate * (g + MOMENTUM * m);
  }
};

export const OPTIMIZERS = { adamw, sgd } as const;
export type OptimizerName = keyof typeof OPTIMIZERS;

/**
 * Learning rate of a step: a linear warm-up from nearly 0 to `peak`, then half a cosine down to 0
 * (Loshchilov and Hutter 2017, arXiv:1608.03983).
 * @param step 0-based.
 * @param warmupSteps steps of the warm-up, part of `totalSteps`.
 */
export function learningRateAt(step: number, peak: number, warmupSteps: number, totalSteps: number): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return (peak * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2;
}

/** How far a moving average moves at a step: `decay`, but less at first, so that the start is soon forgotten. */
export function averageDecay(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

/** The same for the statistics of batch norm, which are averaged even where parameters are not. */
export const statisticsDecay = (decay: number, step: number) => averageDecay(Math.max(decay, 0.9), step);

/** average ← decay·average + (1 − decay)·values, from `begin` to `end` in place. */
export function moveAverage(
  average: Float32Array,
  values: Float32Array,
  decay: number,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i++) average[i] = decay * average[i] + (1 - decay) * values[i];
}
