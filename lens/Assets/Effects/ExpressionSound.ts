import type { CrossFade } from './CrossFade';

/** The sound of one expression: played once when the expression comes, faded out when it goes. */
export class ExpressionSound {
  readonly name: string;
  private audio: AudioComponent | undefined;
  private present = false;

  /**
   * @param object where the audio component is made, when it is needed first.
   * @param expression its index.
   * @param fadeTime seconds.
   */
  constructor(
    private readonly object: SceneObject,
    private readonly track: AudioTrackAsset,
    private readonly expression: number,
    private readonly fadeTime: number,
  ) {
    this.name = `the sound "${track.name}"`;
  }

  /** An expression that comes back before it has faded out, or while the sound still plays, does not start it again. */
  follow({ weights }: CrossFade, volume: number): void {
    const present = weights[this.expression] > 0;
    if (present === this.present) return;
    this.present = present;
    if (!present) this.stop();
    else if (volume > 0) this.play(volume);
  }

  private play(volume: number): void {
    this.audio = this.audio ?? this.create();
    if (this.audio.isPlaying()) return;
    this.audio.volume = volume;
    this.audio.play(1);
  }

  private stop(): void {
    if (this.audio?.isPlaying()) this.audio.stop(true);
  }

  private create(): AudioComponent {
    const audio = this.object.createComponent('AudioComponent');
    audio.audioTrack = this.track;
    audio.fadeOutTime = this.fadeTime;
    return audio;
  }
}
