import { nextTask } from '../run/lens-runner.ts';
import { type EncodedPicture, mp4Of } from './mp4.ts';

export interface FilmFormat {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
}

/** H.264 of 1280 × 720 at 30 pictures a second, level 3.1: the plainest profile is the one that most encoders have. */
const CODECS = ['avc1.42E01F', 'avc1.4D401F', 'avc1.64001F'];
const BITS_PER_SECOND = 4_000_000;
/** Pictures between two that can be shown without others. */
const KEY_INTERVAL = 60;
/** Pictures that wait for the encoder at most: each holds its pixels. */
const WAITING = 4;

/** Encodes a canvas, picture by picture, at whatever speed they come, with the browser's own encoder. */
export class FilmEncoder {
  readonly #pictures: EncodedPicture[] = [];
  readonly #encoder: VideoEncoder;
  #description: Uint8Array | undefined;
  #failure: Error | undefined;
  #count = 0;

  private constructor(
    readonly format: FilmFormat,
    config: VideoEncoderConfig,
  ) {
    this.#encoder = new VideoEncoder({
      output: (chunk, metadata) => this.#keep(chunk, metadata),
      error: (error) => {
        this.#failure = error;
      },
    });
    this.#encoder.configure(config);
  }

  /** @throws Error if the browser cannot encode H.264. */
  static async open(format: FilmFormat): Promise<FilmEncoder> {
    const { width, height, framesPerSecond: framerate } = format;
    if (typeof VideoEncoder !== 'undefined')
      for (const codec of CODECS) {
        const config: VideoEncoderConfig = {
          codec,
          width,
          height,
          framerate,
          bitrate: BITS_PER_SECOND,
          avc: { format: 'avc' },
        };
        const { supported } = await VideoEncoder.isConfigSupported(config);
        if (supported) return new FilmEncoder(format, config);
      }
    throw new Error('the browser cannot encode H.264');
  }

  /** @throws Error if the encoder failed. */
  async add(canvas: HTMLCanvasElement): Promise<void> {
    const duration = 1e6 / this.format.framesPerSecond;
    const picture = new VideoFrame(canvas, {
      timestamp: Math.round(this.#count * duration),
      duration: Math.round(duration),
    });
    this.#encoder.encode(picture, { keyFrame: this.#count % KEY_INTERVAL === 0 });
    picture.close();
    this.#count++;
    while (this.#encoder.encodeQueueSize > WAITING && !this.#failure) await nextTask();
    if (this.#failure) throw this.#failure;
  }

  /** @returns the film as an MP4 file. @throws Error if the encoder failed. */
  async finish(): Promise<Uint8Array> {
    await this.#encoder.flush();
    this.#encoder.close();
    if (this.#failure) throw this.#failure;
    if (!this.#description || this.#pictures.length !== this.#count)
      throw new Error(`the browser encoded ${this.#pictures.length} of ${this.#count} pictures`);
    return mp4Of({ ...this.format, description: this.#description, pictures: this.#pictures });
  }

  #keep(chunk: EncodedVideoChunk, metadata?: EncodedVideoChunkMetadata): void {
    const { description } = metadata?.decoderConfig ?? {};
    if (description) this.#description = bytesOf(description);
    const bytes = new Uint8Array(chunk.byteLength);
    chunk.copyTo(bytes);
    this.#pictures.push({ bytes, isKey: chunk.type === 'key' });
  }
}

function bytesOf(source: AllowSharedBufferSource): Uint8Array {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength).slice()
    : new Uint8Array(source).slice();
}
