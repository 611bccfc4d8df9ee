import { assetUrls, networkUrls } from 'virtual:lens';
import { messageOf } from '../../../../ml/core/errors.ts';
import type { TrackedFace } from '../../../../ml/faces/face.ts';
import type { Picture } from '../../../../ml/faces/picture.ts';
import type { ModelAsset } from '../../../simulator/program.ts';
import type { Vision, VisionModel } from '../vision/vision.ts';
import { addSample } from './samples.ts';

/** Faces that are followed at once. */
const MAX_FACES = 5;

/** What is known of the picture besides its pixels. */
export interface PictureKind {
  /** Milliseconds of the page's clock. */
  readonly time: number;
  /** Whether no other pictures follow it. */
  readonly still: boolean;
}

/** Finds faces in the stage's pictures, and runs the lens's models, each in a worker. */
export class FaceWatch {
  readonly #onFail: (message: string) => void;
  #vision: Promise<Vision>;
  #failed = false;
  #ready = false;

  /** @param onFail gets why faces are found no more, in words for the user. */
  constructor(onFail: (message: string) => void) {
    this.#onFail = onFail;
    this.#vision = this.#start();
  }

  /** Whether faces are looked for: it has loaded, and has not failed. */
  get ready(): boolean {
    return this.#ready && !this.#failed;
  }

  /** Whether it has failed; `onFail` was called then. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Starts again after a failure. */
  restart(): void {
    this.#vision = this.#start();
  }

  /** @throws Error that says why the model does not load. */
  async loadModel({ id, name }: ModelAsset): Promise<VisionModel> {
    if (!Object.hasOwn(assetUrls, id)) throw new Error(`the page has no file of ${name} that it can run`);
    return (await this.#vision).loadModel(assetUrls[id]);
  }

  /** The faces of a picture; none while the networks load, or after something has failed. */
  async find(picture: Picture, { time, still }: PictureKind): Promise<readonly TrackedFace[]> {
    if (!this.ready) return [];
    const vision = await this.#vision;
    try {
      const { faces, times } = await vision.track(picture, { time, maxFaces: MAX_FACES, still });
      if (times.detector !== null) addSample('detector', times.detector);
      addSample('landmarks', times.landmarks);
      return faces;
    } catch (thrown) {
      vision.close();
      this.#fail(thrown);
      return [];
    }
  }

  /** Forgets the faces: the next picture is another one's. */
  reset(): void {
    if (this.ready) void this.#vision.then((vision) => vision.reset()).catch(() => {});
  }

  #start(): Promise<Vision> {
    this.#failed = false;
    this.#ready = false;
    const starting = loadVision();
    starting.then(
      () => {
        this.#ready = true;
      },
      (thrown) => this.#fail(thrown),
    );
    return starting;
  }

  #fail(thrown: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#onFail(messageOf(thrown));
  }
}

async function loadVision(): Promise<Vision> {
  if (typeof WebAssembly === 'undefined')
    throw new Error(
      'This browser does not run WebAssembly, which face tracking and the model need. Use a current Chrome, Edge, Firefox or ' +
        'Safari, or allow WebAssembly in its settings.',
    );
  // Not before the page is there: it is shown without it.
  const { createVision } = await import('../vision/vision.ts');
  return createVision({ detectorUrl: networkUrls.detector, landmarksUrl: networkUrls.landmarks });
}
