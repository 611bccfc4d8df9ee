// SnapML: a component that runs a model, its inputs and outputs.

interface ComponentNameMap {
  MLComponent: MLComponent;
}

declare class BinAsset extends Asset {
  protected constructor();
}

/** A model file in the Asset Browser. */
declare class MLAsset extends BinAsset {
  protected constructor();
}

declare class Transformer extends ScriptObject {
  protected constructor();
}

declare class BasePlaceholder extends ScriptObject {
  protected constructor();
  name: string;
  /** Width, height, channels. */
  shape: vec3;
}

declare class InputPlaceholder extends BasePlaceholder {
  protected constructor();
  texture: Texture;
  /** To be filled, not replaced, and not while the model runs. */
  data: Float32Array;
}

declare class OutputPlaceholder extends BasePlaceholder {
  protected constructor();
  /** One array for the life of the component; not to be read while the model runs. */
  data: Float32Array;
}

declare class TransformerBuilder extends ScriptObject {
  protected constructor();
  setFlipX(value: boolean): TransformerBuilder;
  setStretch(value: boolean): TransformerBuilder;
  build(): Transformer;
}

declare class InputBuilder extends ScriptObject {
  protected constructor();
  setName(name: string): InputBuilder;
  setShape(shape: vec3): InputBuilder;
  setInputTexture(texture: Texture): InputBuilder;
  setTransformer(transformer: Transformer): InputBuilder;
  build(): InputPlaceholder;
}

declare namespace MachineLearning {
  enum InferenceMode {
    CPU,
    GPU,
    Accelerator,
    Auto,
    NativeCPU,
    NativeCPUAndNPU,
  }
  enum ModelState {
    Loading,
    Running,
    Idle,
    NotReady,
    LoadingError,
  }
  function createInputBuilder(): InputBuilder;
  function createTransformerBuilder(): TransformerBuilder;
}

declare class MLComponent extends Component {
  protected constructor();
  model: MLAsset;
  inferenceMode: MachineLearning.InferenceMode;
  state: MachineLearning.ModelState;
  onLoadingFinished: () => void;
  onLoadingFailed: (error: string) => void;
  onRunningFinished: () => void;
  onRunningFailed: (error: string) => void;
  build(placeholders: BasePlaceholder[]): void;
  getInputs(): InputPlaceholder[];
  getOutputs(): OutputPlaceholder[];
  /** @param sync whether to wait for the result; else it comes with onRunningFinished, at a later update. */
  runImmediate(sync: boolean): void;
}
