import type { Finding, Problem } from './finding.ts';

/** All ML assets of a lens together, by Snap's rules. */
export const ML_ASSETS_BYTES = 10_000_000;

/** Where SnapML can run a layer, in the columns of Snap's table. */
export const PLATFORMS = ['CPU', 'iPhone GPU', 'iPhone NPU', 'Android GPU'] as const;
export type Platform = (typeof PLATFORMS)[number];

const EVERYWHERE: readonly Platform[] = PLATFORMS;
const NOT_IPHONE_NPU: readonly Platform[] = ['CPU', 'iPhone GPU', 'Android GPU'];
const CPU_AND_IPHONE_GPU: readonly Platform[] = ['CPU', 'iPhone GPU'];

/**
 * The layers of SnapML and where each runs, after Snap's compatibility table
 * (developers.snap.com/lens-studio/features/snap-ml/compatibility, as of May 2026). What is not here does not import.
 */
export const LAYERS = {
  Abs: EVERYWHERE,
  BatchNorm: EVERYWHERE,
  Concat: EVERYWHERE,
  Conv: EVERYWHERE,
  ConvTranspose: EVERYWHERE,
  'Eltwise Add': EVERYWHERE,
  'Eltwise Mul': EVERYWHERE,
  'Eltwise Max': EVERYWHERE,
  'Eltwise Min': EVERYWHERE,
  ELU: EVERYWHERE,
  'Fully Connected': EVERYWHERE,
  LeakyReLU: EVERYWHERE,
  Linear: EVERYWHERE,
  Log: EVERYWHERE,
  Padding: EVERYWHERE,
  AvgPool: EVERYWHERE,
  MaxPool: EVERYWHERE,
  GlobalAvgPool: EVERYWHERE,
  Power: EVERYWHERE,
  PReLU: EVERYWHERE,
  ReLU: EVERYWHERE,
  ReLU6: EVERYWHERE,
  Resize: EVERYWHERE,
  Sigmoid: EVERYWHERE,
  Softmax: EVERYWHERE,
  Tanh: EVERYWHERE,
  ArgMax: NOT_IPHONE_NPU,
  ArgMin: NOT_IPHONE_NPU,
  Constant: NOT_IPHONE_NPU,
  Cos: NOT_IPHONE_NPU,
  Sin: NOT_IPHONE_NPU,
  'Eltwise Div': NOT_IPHONE_NPU,
  'Eltwise Sub': NOT_IPHONE_NPU,
  Embedding: NOT_IPHONE_NPU,
  Exp: NOT_IPHONE_NPU,
  Flatten: NOT_IPHONE_NPU,
  InstanceNorm: NOT_IPHONE_NPU,
  Inverse: NOT_IPHONE_NPU,
  Permute: NOT_IPHONE_NPU,
  ReduceMean: NOT_IPHONE_NPU,
  ReduceMax: NOT_IPHONE_NPU,
  Reshape: NOT_IPHONE_NPU,
  Slice: NOT_IPHONE_NPU,
  Softplus: NOT_IPHONE_NPU,
  Softsign: NOT_IPHONE_NPU,
  Sqrt: NOT_IPHONE_NPU,
  'Batch MatMul': CPU_AND_IPHONE_GPU,
  LSTM: CPU_AND_IPHONE_GPU,
  RNN: CPU_AND_IPHONE_GPU,
} as const satisfies Record<string, readonly Platform[]>;
export type Layer = keyof typeof LAYERS;

/** What an operator is that only gives another its parameters: no layer by itself. */
export const PARAMETER = 'parameter';

/** The layer that an operator becomes; `null` if SnapML has none. */
export interface Mapping {
  readonly layer: Layer | typeof PARAMETER | null;
  /** Platforms of the layer on which this operator does not run. */
  readonly except?: readonly Platform[];
  readonly problems?: readonly Problem[];
}

/** An operator of a model and what SnapML makes of it. */
export interface MappedOperator {
  /** What it does, in the format's own word. */
  readonly operator: string;
  /** Tells it from others that do the same; may be empty. */
  readonly name: string;
  readonly mapping: Mapping;
}

/** What was found out about a model, before it is put together in a report. */
export interface ModelFindings {
  /** With its version, for example `ONNX, operator set 11`. */
  readonly format: string;
  /** With weights in other files. */
  readonly bytes: number;
  readonly operators: readonly MappedOperator[];
  /** About the file and its tensors. */
  readonly findings: readonly Finding[];
  /** What to use in place of layers that do not run everywhere. */
  readonly alternatives: Partial<Record<Layer, string>>;
}
