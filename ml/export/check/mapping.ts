import type { Finding } from './report.ts';
import type { Layer, Platform } from './snapml-layers.ts';

export type Problem = Omit<Finding, 'node'>;

/** The layer that an operator becomes; `null` if SnapML has none. */
export interface Mapping {
  readonly layer: Layer | null;
  /** Platforms of the layer on which this operator does not run. */
  readonly except?: readonly Platform[];
  readonly problems?: readonly Problem[];
}

export const error = (message: string, wayOut: string) => ({ severity: 'error' as const, message, wayOut });
export const warning = (message: string, wayOut: string) => ({ severity: 'warning' as const, message, wayOut });
export const info = (message: string, wayOut: string) => ({ severity: 'info' as const, message, wayOut });
