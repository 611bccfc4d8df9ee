import { Vec3 } from './math.ts';
import { type ComponentClass, StandInComponent, type StandInSceneObject } from './scene.ts';
import { ScriptObjectStandIn } from './script-object.ts';
import { type Steppable, world } from './world.ts';

/** How a model of the stand-in behaves. */
export interface ModelBehaviour {
  /** Frames from `build` until it has loaded. */
  readonly loadFrames?: number;
  /** Why it fails to load. */
  readonly loadingError?: string;
  /** Frames from `runImmediate` until the result comes. */
  readonly runFrames?: number;
  /** Name of the output. */
  readonly output?: string;
  /** Width, height, channels of the output. */
  readonly outputShape?: readonly [number, number, number];
  /** The result of one run; an error makes the run fail. @param run counts from 0. */
  readonly infer?: (run: number) => ArrayLike<number> | Error;
}

export class StandInModel extends ScriptObjectStandIn implements MLAsset {
  name = 'model';

  constructor(readonly behaviour: ModelBehaviour = {}) {
    super();
  }
}

enum ModelState {
  Loading,
  Running,
  Idle,
  NotReady,
  LoadingError,
}

enum InferenceMode {
  CPU,
  GPU,
  Accelerator,
  Auto,
  NativeCPU,
  NativeCPUAndNPU,
}

export class StandInTransformer extends ScriptObjectStandIn implements Transformer {
  flipX = false;
  stretch = true;
}

/** An input or output; to touch its picture or data while the model runs is an error. */
export class StandInPlaceholder extends ScriptObjectStandIn implements InputPlaceholder, OutputPlaceholder {
  component: StandInMLComponent | undefined;
  readonly values: Float32Array;

  constructor(
    public name: string,
    public shape: vec3,
    readonly transformer = new StandInTransformer(),
    private picture?: Texture,
  ) {
    super();
    this.values = new Float32Array(shape.x * shape.y * shape.z);
  }

  get data(): Float32Array {
    this.checkUse();
    return this.values;
  }

  get texture(): Texture {
    this.checkUse();
    return this.picture as Texture;
  }

  set texture(texture: Texture) {
    this.checkUse();
    this.picture = texture;
  }

  private checkUse(): void {
    const state = this.component?.state;
    if (state !== ModelState.Idle) throw new Error(`${this.name} was touched in state ${ModelState[state ?? 3]}`);
  }
}

export class StandInMLComponent extends StandInComponent implements MLComponent, Steppable {
  model!: StandInModel;
  inferenceMode = InferenceMode.CPU;
  state = ModelState.NotReady;
  onLoadingFinished = () => {};
  onLoadingFailed: (error: string) => void = () => {};
  onRunningFinished = () => {};
  onRunningFailed: (error: string) => void = () => {};
  /** Runs started so far. */
  runs = 0;
  /** What `build` was given. */
  built: BasePlaceholder[] = [];
  private inputs: StandInPlaceholder[] = [];
  private outputs: StandInPlaceholder[] = [];
  private framesLeft = 0;

  constructor(sceneObject: StandInSceneObject) {
    super(sceneObject);
    world().steppables.push(this);
  }

  build(placeholders: BasePlaceholder[]): void {
    this.built = placeholders;
    this.describe();
    const own = placeholders as StandInPlaceholder[];
    this.inputs = this.inputs.map((input) => own.find((one) => one.name === input.name) ?? input);
    for (const input of this.inputs) input.component = this;
    this.state = ModelState.Loading;
    this.framesLeft = this.model.behaviour.loadFrames ?? 1;
  }

  getInputs(): InputPlaceholder[] {
    this.refuseUnlessLoaded();
    return this.inputs;
  }

  getOutputs(): OutputPlaceholder[] {
    this.refuseUnlessLoaded();
    return this.outputs;
  }

  private refuseUnlessLoaded(): void {
    if (
      this.state === ModelState.NotReady ||
      this.state === ModelState.Loading ||
      this.state === ModelState.LoadingError
    )
      throw new Error(`inputs and outputs are not known in state ${ModelState[this.state]}`);
  }

  runImmediate(sync: boolean): void {
    if (sync) throw new Error('the stand-in runs asynchronously only');
    if (this.state !== ModelState.Idle) throw new Error(`run in state ${ModelState[this.state]}`);
    this.state = ModelState.Running;
    this.framesLeft = this.model.behaviour.runFrames ?? 1;
    this.runs++;
  }

  step(): void {
    const busy = this.state === ModelState.Loading || this.state === ModelState.Running;
    if (!busy || --this.framesLeft > 0) return;
    if (this.state === ModelState.Loading) this.finishLoading();
    else this.finishRun();
  }

  private finishLoading(): void {
    const { loadingError } = this.model.behaviour;
    this.state = loadingError === undefined ? ModelState.Idle : ModelState.LoadingError;
    if (loadingError === undefined) this.onLoadingFinished();
    else this.onLoadingFailed(loadingError);
  }

  private finishRun(): void {
    this.state = ModelState.Idle;
    const result = this.model.behaviour.infer?.(this.runs - 1) ?? [];
    if (result instanceof Error) {
      this.onRunningFailed(result.message);
      return;
    }
    this.outputs[0].values.set(result);
    this.onRunningFinished();
  }

  /** The inputs and outputs are known from the model file, before it has loaded. */
  private describe(): void {
    if (this.inputs.length > 0) return;
    const { output = 'prob', outputShape = [1, 1, 7] } = this.model.behaviour;
    this.inputs = [new StandInPlaceholder('image', new Vec3(96, 96, 3))];
    this.outputs = [new StandInPlaceholder(output, new Vec3(...outputShape))];
    for (const one of [...this.inputs, ...this.outputs]) one.component = this;
  }
}

class StandInInputBuilder extends ScriptObjectStandIn implements InputBuilder {
  private name = '';
  private shape: vec3 = Vec3.zero();
  private texture: Texture | undefined;
  private transformer = new StandInTransformer();

  setName(name: string): this {
    this.name = name;
    return this;
  }

  setShape(shape: vec3): this {
    this.shape = shape;
    return this;
  }

  setInputTexture(texture: Texture): this {
    this.texture = texture;
    return this;
  }

  setTransformer(transformer: Transformer): this {
    this.transformer = transformer as StandInTransformer;
    return this;
  }

  build(): StandInPlaceholder {
    return new StandInPlaceholder(this.name, this.shape, this.transformer, this.texture);
  }
}

class StandInTransformerBuilder extends ScriptObjectStandIn implements TransformerBuilder {
  private readonly transformer = new StandInTransformer();

  setFlipX(flipX: boolean): this {
    this.transformer.flipX = flipX;
    return this;
  }

  setStretch(stretch: boolean): this {
    this.transformer.stretch = stretch;
    return this;
  }

  build(): StandInTransformer {
    return this.transformer;
  }
}

export const components: Readonly<Record<string, ComponentClass>> = { MLComponent: StandInMLComponent };

export const globals = {
  MachineLearning: {
    ModelState,
    InferenceMode,
    createInputBuilder: () => new StandInInputBuilder(),
    createTransformerBuilder: () => new StandInTransformerBuilder(),
  },
};
