import { messageOf } from '../../../../ml/core/errors.ts';
import type { LensProgram, MaterialAsset, Shader } from '../../../simulator/program.ts';
import type { MaterialDrawer } from '../draw/materials/drawer.ts';

/** A program whose materials can all be drawn, and what is wrong with the others. */
export interface PreparedMaterials {
  readonly program: LensProgram;
  readonly problems: readonly string[];
}

/**
 * Compiles a program's shaders before its scripts ask for them. A material whose shader does not compile has the property
 * `mainColor` only, as in Lens Studio, so that a lens can fall back to something else.
 * @param drawer null where the browser has no WebGL 2.
 */
export function prepareMaterials(
  program: LensProgram,
  drawer: Pick<MaterialDrawer, 'prepare'> | null,
): PreparedMaterials {
  const shown = program.assets.filter((asset) => asset.kind === 'material' && asset.shader !== null) as MaterialAsset[];
  if (shown.length === 0) return { program, problems: [] };
  const failed = new Map<Shader, string>();
  for (const { shader } of shown)
    if (drawer === null) failed.set(shader!, '');
    else
      try {
        drawer.prepare(shader!);
      } catch (thrown) {
        failed.set(shader!, messageOf(thrown));
      }
  if (failed.size === 0) return { program, problems: [] };
  const assets = program.assets.map((asset) =>
    asset.kind === 'material' && asset.shader && failed.has(asset.shader) ? { ...asset, shader: null } : asset,
  );
  const problems =
    drawer === null
      ? ['this browser has no WebGL 2, which materials need: the lens shows what it shows without them']
      : [...failed.values()].map((text) => `${text}; its materials have only the property mainColor and show nothing`);
  return { program: { ...program, assets }, problems };
}
