import type { TrackedFace } from '../../../../ml/faces/face.ts';

/** A picture at this moment, with its sides in pixels. */
export interface Shot {
  readonly image: CanvasImageSource;
  readonly width: number;
  readonly height: number;
  /** The same as long as the picture is the same; null if it is another one each time. */
  readonly moment: number | null;
  /** Its faces, in its pixels, if they are known without being looked for: those of drawn people. */
  readonly faces?: readonly TrackedFace[];
}

/** What a video shows now. Its position goes on between two pictures of a camera, the number of those shown does not. */
export function shotOf(video: HTMLVideoElement): Shot {
  return {
    image: video,
    width: video.videoWidth,
    height: video.videoHeight,
    moment: video.getVideoPlaybackQuality().totalVideoFrames,
  };
}

/** Where the stage's pictures come from. */
export interface Source {
  /** Whether left and right are exchanged on the stage unless the user says otherwise; null: they never are. */
  readonly mirrored: boolean | null;
  /** Whether it always shows the same picture. */
  readonly still: boolean;
  /** What it shows now, or null as long as there is nothing. @param now milliseconds of the page's clock. */
  shot(now: number): Shot | null;
  /** What it is controlled with, shown below the stage. */
  readonly controls: HTMLElement;
  /** Lets go of camera, file or memory. */
  close(): void;
}

/** A source that cannot be opened, in words for the user. */
export class SourceError extends Error {
  override readonly name = 'SourceError';

  /** @param title what happened. @param message why, and what to do. */
  constructor(
    readonly title: string,
    message: string,
  ) {
    super(message);
  }
}
