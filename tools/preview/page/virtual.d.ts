/** The project, in a file of its own, next to the page's; the server's `lensFiles` writes it. */
declare module 'virtual:lens' {
  import type { LensScripts } from '../../simulator/lens.ts';
  import type { LensProgram } from '../../simulator/program.ts';

  export const program: LensProgram;
  export const scripts: LensScripts;
  /** Why a picture, sound or model of the program has no file, by its id. */
  export const missing: Readonly<Record<string, string>>;
  /** URL of an asset's file by its id: of pictures, sounds and models (of these an ONNX file). */
  export const assetUrls: Readonly<Record<string, string>>;
  export const networkUrls: { readonly detector: string; readonly landmarks: string };
  /** What is wrong with the assets' files. */
  export const problems: readonly string[];
  /** What saving needs; null where the page cannot save. */
  export const session: { readonly token: string; readonly stamp: string } | null;
  /** URL of the stream that says when the project has changed; null where nobody follows it. */
  export const changes: string | null;
  /** Why the project cannot be run; null if it can. */
  export const failure: string | null;
}

/** `simulator/run-lens.ts`, whose types are Lens Studio's and clash with a browser's. */
declare module 'virtual:run-lens' {
  import type { LensHost, LensScripts, Overrides, SimulatedLens } from '../../simulator/lens.ts';
  import type { LensProgram } from '../../simulator/program.ts';

  export function startLens(
    program: LensProgram,
    scripts: LensScripts,
    host: LensHost,
    overrides?: Overrides,
  ): SimulatedLens;
}
