// Sounds.

interface ComponentNameMap {
  AudioComponent: AudioComponent;
}

/** A sound file in the Asset Browser. */
declare class AudioTrackAsset extends Asset {
  protected constructor();
}

declare class AudioComponent extends Component {
  protected constructor();
  audioTrack: AudioTrackAsset;
  /** 0..1. */
  volume: number;
  /** Seconds. */
  fadeInTime: number;
  /** Seconds. */
  fadeOutTime: number;
  /** @param loops how many times; -1: until it is stopped. */
  play(loops: number): void;
  stop(fade: boolean): void;
  isPlaying(): boolean;
}
