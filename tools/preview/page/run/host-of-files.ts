import type { LensHost } from '../../../simulator/lens.ts';

/**
 * A host that fails at once for a model without a file. That it has none is among the problems: the page need not tell it
 * once more.
 * @param missing why, by the model's id.
 */
export function hostOfFiles(host: LensHost, missing: Readonly<Record<string, string>>): LensHost {
  return {
    ...host,
    loadModel: async (model) => {
      if (Object.hasOwn(missing, model.id)) throw new Error(missing[model.id]);
      return host.loadModel(model);
    },
  };
}
