import { ScriptObjectStandIn, StandInComponent, type StandInSceneObject } from './scene.ts';
import { type Steppable, world } from './world.ts';

export class StandInSound extends ScriptObjectStandIn implements AudioTrackAsset {
  /** @param asset id. @param seconds null: until it is stopped. */
  constructor(
    public name = 'sound',
    readonly asset = name,
    readonly seconds: number | null = null,
  ) {
    super();
  }
}

/** To play what plays, or to stop what does not, is an error. */
export class StandInAudio extends StandInComponent implements AudioComponent, Steppable {
  audioTrack!: StandInSound;
  volume = 1;
  fadeInTime = 0;
  fadeOutTime = 0;
  /** How often it was started. */
  plays = 0;
  private playing = false;
  /** How often it is still to be played, this time included; below 0: for ever. */
  private loops = 0;
  private end = 0;

  constructor(sceneObject: StandInSceneObject) {
    super(sceneObject);
    world().steppables.add(this);
  }

  play(loops: number): void {
    if (this.playing) throw new Error('the sound is already playing');
    this.loops = loops;
    this.begin();
  }

  stop(fade: boolean): void {
    if (!this.playing) throw new Error('the sound is not playing');
    this.playing = false;
    world().surroundings.stopSound(this.audioTrack.asset, fade ? this.fadeOutTime : 0);
  }

  isPlaying = () => this.playing;

  step(): void {
    if (!this.playing || world().time < this.end) return;
    if (--this.loops === 0) this.finish();
    else this.begin();
  }

  /** The sound has come to its end. */
  finish(): void {
    this.playing = false;
  }

  override destroy(): void {
    super.destroy();
    world().steppables.delete(this);
    if (this.playing) this.stop(false);
  }

  private begin(): void {
    this.playing = true;
    this.plays++;
    this.end = world().time + (this.audioTrack.seconds ?? Number.POSITIVE_INFINITY);
    world().surroundings.playSound(this.audioTrack.asset, this.volume);
  }
}

export const components = { AudioComponent: StandInAudio };
