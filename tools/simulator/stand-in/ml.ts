import { messageOf } from '../../../ml/core/errors.ts';
import { Vec3 } from './math.ts';
import type { ModelSource, Task } from './model-source.ts';
import { ScriptObjectStandIn, StandInComponent, type StandInSceneObject } from './scene.ts';
import { type Steppable, world } from './world.ts';

export class StandInModel extends ScriptObjectStandIn implements MLAsset {
  constructor(
    readonly source: ModelSource,
    public name = 'model',
  ) {
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

class StandInTransformer extends ScriptObjectStandIn implements Transformer {
  stretch = true;

  constructor(
    public flipX = false,
    public flipY = false,
  ) {
    super();
  }
}

/** An input or output; to touch its picture or data while the model runs is an error. */
export class StandInPlaceholder extends ScriptObjectStandIn implements InputPlaceholder, OutputPlaceholder {
  component: StandInMLComponent | undefined;
  readonly values: Float32Array;

  constructor(
    public name: string,
    public shape: vec3,
    readonly transformer = new StandInTransformer(),
    /** The stand-in's own way to its texture. */
    public picture?: Texture,
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
    if (state !== ModelState.Idle) throw new Error(`${this.name} was accessed in state ${ModelState[state ?? 3]}`);
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
  private loading: Task<void> | undefined;
  private running: Task<ReadonlyArray<ArrayLike<number>>> | undefined;

  constructor(sceneObject: StandInSceneObject) {
    super(sceneObject);
    world().steppables.add(this);
  }

  build(placeholders: BasePlaceholder[]): void {
    this.built = placeholders;
    this.describe();
    const own = placeholders as StandInPlaceholder[];
    this.inputs = this.inputs.map((input) => own.find((one) => one.name === input.name) ?? input);
    for (const input of this.inputs) input.component = this;
    this.state = ModelState.Loading;
    this.loading = this.model.source.load();
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
    if (sync) throw new Error('the simulator runs models asynchronously only: call runImmediate(false)');
    if (this.state !== ModelState.Idle) throw new Error(`run in state ${ModelState[this.state]}`);
    this.state = ModelState.Running;
    this.running = this.model.source.run(this.inputs);
    this.runs++;
  }

  step(): void {
    if (this.state === ModelState.Loading && this.loading) this.awaitLoading(this.loading);
    else if (this.state === ModelState.Running && this.running) this.awaitRun(this.running);
  }

  override destroy(): void {
    super.destroy();
    world().steppables.delete(this);
  }

  private awaitLoading(loading: Task<void>): void {
    try {
      if (loading() === undefined) return;
    } catch (error) {
      this.state = ModelState.LoadingError;
      this.tell(() => this.onLoadingFailed(messageOf(error)));
      return;
    }
    this.state = ModelState.Idle;
    this.tell(() => this.onLoadingFinished());
  }

  private awaitRun(running: Task<ReadonlyArray<ArrayLike<number>>>): void {
    try {
      const results = running();
      if (results === undefined) return;
      for (const [at, output] of this.outputs.entries()) output.values.set(results.value[at]);
    } catch (error) {
      this.state = ModelState.Idle;
      this.tell(() => this.onRunningFailed(messageOf(error)));
      return;
    }
    this.state = ModelState.Idle;
    this.tell(() => this.onRunningFinished());
  }

  private tell(call: () => void): void {
    world().attempt(`a callback of the MLComponent on "${this.sceneObject.name}"`, call);
  }

  /** The inputs and outputs are known before the model has loaded. */
  private describe(): void {
    if (this.inputs.length > 0) return;
    const { inputs, outputs } = this.model.source;
    const placeholder = ({ name, shape, flipX, flipY }: ModelSource['inputs'][number]) =>
      new StandInPlaceholder(name, new Vec3(shape[0], shape[1], shape[2]), new StandInTransformer(flipX, flipY));
    this.inputs = inputs.map(placeholder);
    this.outputs = outputs.map(placeholder);
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

export const components = { MLComponent: StandInMLComponent };

export const globals = {
  MachineLearning: {
    ModelState,
    InferenceMode,
    createInputBuilder: () => new StandInInputBuilder(),
    createTransformerBuilder: () => new StandInTransformerBuilder(),
  },
};
