import type { HostModel } from '../../../simulator/lens.ts';
import type { ModelAsset } from '../../../simulator/program.ts';
import type { VisionModel } from '../vision/vision.ts';
import { addSample } from './samples.ts';

/** A model that can answer at once with what it answered last. */
export interface RememberingModel extends HostModel {
  /** Its last answer; null before the first. */
  readonly last: readonly Float32Array[] | null;
}

/** Loads each model once, however often the lens is started. */
export class Models {
  readonly #load: (model: ModelAsset) => Promise<VisionModel>;
  readonly #loaded = new Map<string, Promise<RememberingModel>>();

  constructor(load: (model: ModelAsset) => Promise<VisionModel>) {
    this.#load = load;
  }

  /** @throws Error that says why the model does not load. */
  get(model: ModelAsset): Promise<RememberingModel> {
    let loading = this.#loaded.get(model.id);
    if (!loading) {
      loading = this.#load(model).then(remembering);
      this.#loaded.set(model.id, loading);
    }
    return loading;
  }

  /** Models are reloaded from now on, for lenses that start from now on. */
  forget(): void {
    this.#loaded.clear();
  }
}

function remembering(model: VisionModel): RememberingModel {
  let last: readonly Float32Array[] | null = null;
  return {
    get last() {
      return last;
    },
    async run(inputs) {
      last = await model.run(inputs);
      if (model.lastTime !== null) addSample('model', model.lastTime);
      return last;
    },
  };
}
