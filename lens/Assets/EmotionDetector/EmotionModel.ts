import type { FaceLandmarks } from './FaceLandmarks';
import { LANDMARK_VALUES } from './Landmarks';

/** Name of the model's output. */
const OUTPUT = 'prob';

/** Name of the input for the points of the face, which a model may have in addition to the picture. */
const LANDMARKS = 'landmarks';

const NANOSECONDS_PER_MILLISECOND = 1e6;

export interface ModelListener {
  /** The model has loaded and fits. */
  onReady(): void;
  /** @param output probabilities, valid during the call only. */
  onResult(output: Float32Array): void;
  /** @param text what is wrong and what to do, for the Logger. */
  onFault(topic: string, text: string): void;
}

/** What the model gets to know of a face. */
export interface FaceView {
  readonly crop: Texture;
  /**
   * Whether the model sees it mirrored. For this the loaded model is built once more, with inputs of the same names and
   * shapes, the picture's with a transformer that flips; that the import's scale and bias stay is not verified.
   */
  readonly mirrored: boolean;
  /** Followed only if the model takes them. */
  readonly landmarks: FaceLandmarks;
}

/** How long the last run took, from its start until its result came, which is at the start of a later frame. */
export interface RunTime {
  milliseconds: number;
  frames: number;
}

/** The model in SnapML: built by script, run in parallel with the frames, one run at a time. */
export class EmotionModel {
  readonly runTime: RunTime = { milliseconds: 0, frames: 0 };
  private readonly component: MLComponent;
  /** Present once the model has loaded and fits. */
  private output: OutputPlaceholder | undefined;
  /** Where the model takes the points of the face, if it does. */
  private landmarks: InputPlaceholder | undefined;
  /** Whether it is still to be built with a mirrored picture. */
  private mirrorNext: boolean;
  /** Whether the result of the current run is still of use. */
  private wanted = false;
  private startedAt = 0;
  private framesSince = 0;

  constructor(
    sceneObject: SceneObject,
    model: MLAsset,
    /** How many it tells apart. */
    private readonly classes: number,
    private readonly face: FaceView,
    private readonly listener: ModelListener,
  ) {
    this.mirrorNext = face.mirrored;
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

  /** Whether the points of the face are known; undefined if the model takes none. */
  get seesLandmarks(): boolean | undefined {
    return this.landmarks && this.face.landmarks.areKnown;
  }

  /** Starts a run; only if it is idle. */
  run(): void {
    this.wanted = true;
    this.startedAt = getRealTimeNanos();
    // The result comes in the next frame at the earliest.
    this.framesSince = 1;
    this.landmarks?.data.set(this.face.landmarks.values);
    this.component.runImmediate(false);
  }

  /** To be called once a frame, to count them. */
  update(): void {
    this.framesSince++;
  }

  /** Drops the result of the current run, and the points: the face that they belong to is gone. */
  forget(): void {
    this.wanted = false;
    this.face.landmarks.forget();
  }

  private build(inputs: InputPlaceholder[]): void {
    try {
      this.component.build(inputs);
    } catch (error) {
      this.refuse(String(error));
    }
  }

  private mirroredInputs(): InputPlaceholder[] {
    return this.component.getInputs().map(({ name, shape }) => {
      const builder = MachineLearning.createInputBuilder().setName(name).setShape(shape);
      if (name === LANDMARKS) return builder.build();
      const transformer = MachineLearning.createTransformerBuilder().setStretch(true).setFlipX(true).build();
      return builder.setInputTexture(this.face.crop).setTransformer(transformer).build();
    });
  }

  private finishLoading(): void {
    if (this.mirrorNext) {
      // What the inputs are like is known only now.
      this.mirrorNext = false;
      this.build(this.mirroredInputs());
      return;
    }
    const outputs = this.component.getOutputs();
    const output = outputs.find(({ name }) => name === OUTPUT) ?? (outputs.length === 1 ? outputs[0] : undefined);
    if (output === undefined) {
      this.misfit(`has ${outputs.length} outputs, none of them named "${OUTPUT}"`);
      return;
    }
    if (valuesOf(output) !== this.classes) {
      this.misfit(`gives ${valuesOf(output)} values instead of ${this.classes}`);
      return;
    }
    const inputs = this.component.getInputs();
    const landmarks = inputs.find(({ name }) => name === LANDMARKS);
    if (landmarks && valuesOf(landmarks) !== LANDMARK_VALUES) {
      this.misfit(`takes ${valuesOf(landmarks)} values as "${LANDMARKS}" instead of ${LANDMARK_VALUES}`);
      return;
    }
    const image = inputs.find((input) => input !== landmarks);
    if (image === undefined) {
      this.misfit('takes no picture');
      return;
    }
    image.texture = this.face.crop;
    if (landmarks) this.followLandmarks();
    this.landmarks = landmarks;
    this.output = output;
    this.listener.onReady();
  }

  /** Without them the model gets zeros, which it knows as "no landmarks". */
  private followLandmarks(): void {
    try {
      this.face.landmarks.follow();
    } catch (error) {
      this.listener.onFault(
        'landmarks',
        `the points of the face are not available (${error}), so the model uses only the picture. If its results are ` +
          'poor, assign a model without the input "landmarks" to "Model" in the Inspector.',
      );
    }
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
      `the model ${what}. Assign a model that takes a picture, with or without 68 landmarks, and has one output of ` +
        `${this.classes} probabilities to "Model" in the Inspector, or name the classes of this one in "Labels".`,
    );
  }
}

function valuesOf({ shape }: BasePlaceholder): number {
  return shape.x * shape.y * shape.z;
}
