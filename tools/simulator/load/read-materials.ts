import { messageOf, UserError } from '../../../ml/core/errors.ts';
import type { Asset } from '../../lens-studio/files/contents.ts';
import { endingOf } from '../../lens-studio/files/importers.ts';
import { readMaterial } from '../../lens-studio/files/material.ts';
import { refuseLongText } from '../../lens-studio/files/stored-file.ts';
import type { MaterialAsset, Shader } from '../program.ts';
import { readShader } from '../shaders/read-shader.ts';

type Common = Pick<MaterialAsset, 'id' | 'name' | 'path'>;

/** Reads materials with their graphs; each graph once. */
export class MaterialReader {
  readonly #shaders = new Map<string, Promise<Shader>>();
  readonly #graphs: ReadonlyMap<string, Asset>;

  /** @param problems receives why a material shows nothing, with the file. */
  constructor(
    assets: readonly Asset[],
    private readonly problems: string[],
  ) {
    this.#graphs = new Map(
      assets.flatMap((asset) => [...(asset.meta?.imported.values() ?? [])].map((id) => [id, asset] as const)),
    );
  }

  async read(common: Common, { entities }: Asset): Promise<MaterialAsset> {
    try {
      // What Lens Studio draws with several passes is drawn with the first here.
      const [pass] = readMaterial(entities!, common.path);
      if (pass === undefined) throw new UserError(`${common.path}: it has no pass`);
      const shader = await this.#shaderOf(common, pass.graph);
      const values = [...pass.properties].map(([name, value]) => [
        name,
        'texture' in value ? { link: value.texture } : value,
      ]);
      return { ...common, kind: 'material', shader, blendMode: pass.blend, values: Object.fromEntries(values) };
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      this.problems.push(`${messageOf(thrown)}; the material ${common.path} shows nothing`);
      return { ...common, kind: 'material', shader: null, blendMode: 'Normal', values: {} };
    }
  }

  #shaderOf({ path }: Common, graph: string): Promise<Shader> {
    const asset = this.#graphs.get(graph);
    if (asset === undefined) throw new UserError(`${path}: its shader graph (${graph}) is not in the project`);
    let shader = this.#shaders.get(asset.path);
    shader ??= readGraph(asset);
    this.#shaders.set(asset.path, shader);
    return shader;
  }
}

async function readGraph({ path, file }: Asset): Promise<Shader> {
  if (file === null) throw new UserError(`${path}: the file is missing`);
  if (endingOf(path) !== 'graphshader')
    throw new UserError(
      `${path}: of shader graphs the simulator reads .graphShader, which Lens Studio 5.22 and later write`,
    );
  refuseLongText(file);
  return readShader(new TextDecoder().decode(await file.read()).replaceAll('\r\n', '\n'), path);
}
