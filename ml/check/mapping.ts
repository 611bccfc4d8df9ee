import type { Finding } from './report.ts';
import type { Layer, Platform } from './snapml-layers.ts';

export type Problem = Omit<Finding, 'node'>;

/** What an operator is that only gives another its parameters: no layer by itself. */
export const PARAMETER = 'parameter';

/** The layer that an operator becomes; `null` if SnapML has none. */
export interface Mapping {
  readonly layer: Layer | typeof PARAMETER | null;
  /** Platforms of the layer on which this operator does not run. */
  readonly except?: readonly Platform[];
  readonly problems?: readonly Problem[];
}

export const error = (message: string, wayOut: string) => ({ severity: 'error' as const, message, wayOut });
export const warning = (message: string, wayOut: string) => ({ severity: 'warning' as const, message, wayOut });
export const info = (message: string, wayOut: string) => ({ severity: 'info' as const, message, wayOut });

/** Said of a sum or product with a constant. */
export const CONSTANT_OPERAND = info(
  "an operand is a constant; Snap's table does not say whether it becomes a Constant layer, which the iPhone NPU lacks",
  'Nothing need be done',
);
