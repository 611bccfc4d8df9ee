declare module 'virtual:lens' {
  import type { LensHost, Overrides, SimulatedLens } from '../../simulator/lens.ts';
  import type { LensProgram } from '../../simulator/program.ts';

  export const program: LensProgram;
  /** @throws Error if the project cannot be run: see `failure`. */
  export function start(host: LensHost, overrides?: Overrides): SimulatedLens;
  /** URL of an asset's file by its id: of pictures, sounds and models (of these an ONNX file). */
  export const assetUrls: Readonly<Record<string, string>>;
  export const networkUrls: { readonly detector: string; readonly landmarks: string };
  /** What is wrong with the assets' files. */
  export const problems: readonly string[];
  /** What saving needs; null where the page cannot save. */
  export const session: { readonly token: string; readonly stamp: string } | null;
  /** Why the project cannot be run; null if it can. */
  export const failure: string | null;
}
