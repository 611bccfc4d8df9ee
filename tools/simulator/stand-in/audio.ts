import { type ComponentClass, StandInComponent } from './scene.ts';
import { ScriptObjectStandIn } from './script-object.ts';

export class StandInSound extends ScriptObjectStandIn implements AudioTrackAsset {
  constructor(public name = 'sound') {
    super();
  }
}

/** To play what plays, or to stop what does not, is an error. */
export class StandInAudio extends StandInComponent implements AudioComponent {
  audioTrack!: AudioTrackAsset;
  volume = 1;
  fadeInTime = 0;
  fadeOutTime = 0;
  /** How often it was started. */
  plays = 0;
  private playing = false;

  play(_loops: number): void {
    if (this.playing) throw new Error('the sound plays already');
    this.playing = true;
    this.plays++;
  }

  stop(_fade: boolean): void {
    if (!this.playing) throw new Error('the sound does not play');
    this.playing = false;
  }

  isPlaying = () => this.playing;

  /** The sound has come to its end. */
  finish(): void {
    this.playing = false;
  }
}

export const components: Readonly<Record<string, ComponentClass>> = { AudioComponent: StandInAudio };

export const globals = {};
