import { EMOTIONS } from './Emotions';

/** Name of the model's output. */
const OUTPUT = 'prob';

const NANOSECONDS_PER_MILLISECOND = 1e6;

export interface ModelListener {
  /** @param output seven probabilities, valid during the call only. */
  onResult(output: Float32Array): void;
  /** @param text what is wrong and what to do, for the Logger. */
  onFault(topic: string, text: string): void;
}

/** How long the last run took, from its start until its result came, which is at the start of a later frame. */
export interface RunTime {
  milliseconds: number;
  frames: number;
}

/** The model in SnapML: built by script, run beside the frames, one run at a time. */
export class EmotionModel {
  readonly runTime: RunTime = { milliseconds: 0, frames: 0 };
  private readonly component: MLComponent;
  /** Present once the model has loaded and fits. */
  private output: OutputPlaceholder | undefined;
  /** Whether the result of the current run is still of use. */
  private wanted = false;
  private startedAt = 0;
  private framesSince = 0;

  /**
   * @param crop the picture that the model sees.
   * @param mirrored whether it sees it mirrored. For this the loaded model is built once more, with an input of the same
   * name and shape whose transformer flips; that the import's scale and bias stay is not verified.
   */
  constructor(
    sceneObject: SceneObject,
    model: MLAsset,
    private readonly crop: Texture,
    private mirrored: boolean,
    private readonly listener: ModelListener,
  ) {
    this.component = sceneObject.createComponent('MLComponent');
    this.component.model = model;
    this.component.inferenceMode = MachineLearning.InferenceMode.Accelerator;
    this.component.onLoadingFinished = () => this.finishLoading();
    this.component.onLoadingFailed = (error) => this.refuse(error);
    this.component.onRunningFinished = () => this.finishRun();
    this.component.onRunningFailed = (error) => this.failRun(error);
    this.build([]);
  }

  /** Whether it could run now. */
  get isIdle(): boolean {
    return this.output !== undefined && this.component.state === MachineLearning.ModelState.Idle;
  }

  /** Starts a run; only if it is idle. */
  run(): void {
    this.wanted = true;
    this.startedAt = getRealTimeNanos();
    // The result comes in the next frame at the earliest.
    this.framesSince = 1;
    this.component.runImmediate(false);
  }

  /** To be called once a frame, to count them. */
  update(): void {
    this.framesSince++;
  }

  /** Drops the result of the current run: the face that it saw is gone. */
  forget(): void {
    this.wanted = false;
  }

  private build(inputs: InputPlaceholder[]): void {
    try {
      this.component.build(inputs);
    } catch (error) {
      this.refuse(String(error));
    }
  }

  private mirroredInput(): InputPlaceholder {
    const [input] = this.component.getInputs();
    const transformer = MachineLearning.createTransformerBuilder().setStretch(true).setFlipX(true).build();
    return MachineLearning.createInputBuilder()
      .setName(input.name)
      .setShape(input.shape)
      .setInputTexture(this.crop)
      .setTransformer(transformer)
      .build();
  }

  private finishLoading(): void {
    if (this.mirrored) {
      // What the input is like is known only now.
      this.mirrored = false;
      this.build([this.mirroredInput()]);
      return;
    }
    const outputs = this.component.getOutputs();
    const output = outputs.find(({ name }) => name === OUTPUT) ?? (outputs.length === 1 ? outputs[0] : undefined);
    if (output === undefined) {
      this.misfit(`has ${outputs.length} outputs, none of them named "${OUTPUT}"`);
      return;
    }
    const { x, y, z } = output.shape;
    if (x * y * z !== EMOTIONS.length) {
      this.misfit(`gives ${x * y * z} values instead of ${EMOTIONS.length}`);
      return;
    }
    this.component.getInputs()[0].texture = this.crop;
    this.output = output;
  }

  private finishRun(): void {
    if (this.output === undefined) return;
    this.runTime.milliseconds = (getRealTimeNanos() - this.startedAt) / NANOSECONDS_PER_MILLISECOND;
    this.runTime.frames = this.framesSince;
    if (this.wanted) this.listener.onResult(this.output.data);
  }

  private failRun(error: string): void {
    this.listener.onFault('run', `a run of the model failed (${error}). If there is no effect, restart the lens.`);
  }

  private refuse(error: string): void {
    this.listener.onFault(
      'load',
      `the model failed to load (${error}). Assign its other format to "Model" in the Inspector (the float .onnx ` +
        'instead of the 8-bit .tflite, or the reverse), or import it again.',
    );
  }

  private misfit(what: string): void {
    this.listener.onFault(
      'fit',
      `the model ${what}. Assign a model with one output of seven probabilities to "Model" in the Inspector.`,
    );
  }
}
