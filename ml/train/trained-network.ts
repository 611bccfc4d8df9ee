import { readBytes, writeAtomic } from '../core/files.ts';
import { decodeSafetensors, encodeSafetensors } from '../core/safetensors.ts';
import { decodeNetworkInfo, encodeNetworkInfo, type NetworkInfo } from '../model/network.ts';
import type { Architecture } from '../nn/architecture.ts';
import { buildArchitecture } from '../nn/architectures.ts';
import { type FoldedNetwork, foldNetwork } from '../nn/folded-network.ts';
import { type FlatVector, flatFrom, parametersOf, statisticsOf, tensorsOf } from '../nn/parameters.ts';

/** A network after training: flat parameters and batch-norm statistics, as `parametersOf` and `statisticsOf` lay them out. */
export interface TrainedNetwork {
  readonly info: NetworkInfo;
  readonly parameters: Float32Array;
  readonly statistics: Float32Array;
}

/** The network as it runs: batch norm folded. */
export function foldTrained({ info, parameters, statistics }: TrainedNetwork): FoldedNetwork {
  const architecture = buildArchitecture(info);
  return foldNetwork(
    architecture,
    info.heads,
    info.classes,
    { vector: parametersOf(architecture, info.heads, info.classes), values: parameters },
    { vector: statisticsOf(architecture), values: statistics },
  );
}

/** Which tensors a network has. */
type TensorLayout = (
  architecture: Architecture,
  info: NetworkInfo,
) => { readonly parameters: FlatVector; readonly statistics: FlatVector };

const floatTensors: TensorLayout = (architecture, { heads, classes }) => ({
  parameters: parametersOf(architecture, heads, classes),
  statistics: statisticsOf(architecture),
});

/** Writes a network as a safetensors file, each tensor under its own name, for example `block3/expand/kernel`. */
export async function saveNetwork(path: string, network: TrainedNetwork, layout = floatTensors): Promise<void> {
  const { info, parameters, statistics } = network;
  const vectors = layout(buildArchitecture(info), info);
  const tensors = [...tensorsOf(vectors.parameters, parameters), ...tensorsOf(vectors.statistics, statistics)];
  await writeAtomic(path, encodeSafetensors({ tensors: new Map(tensors), metadata: encodeNetworkInfo(info) }));
}

/**
 * Reads what {@link saveNetwork} wrote.
 * @throws UserError if the file is missing, broken, or not a network of this project.
 */
export async function loadNetwork(path: string, layout = floatTensors): Promise<TrainedNetwork> {
  const { tensors, metadata } = decodeSafetensors(await readBytes(path), path);
  const info = decodeNetworkInfo(metadata, path);
  const vectors = layout(buildArchitecture(info), info);
  const read = (name: keyof typeof vectors): Float32Array => {
    const whole = tensors.get(name);
    // Version 0.1 wrote all tensors of a kind as one.
    if (whole?.shape.length === 1 && whole.shape[0] === vectors[name].size) return whole.values;
    return flatFrom(vectors[name], tensors, path);
  };
  return { info, parameters: read('parameters'), statistics: read('statistics') };
}
