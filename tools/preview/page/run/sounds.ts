/** Plays the lens's sounds once the user has turned sound on, which browsers ask for. */
export interface Sounds {
  enable(on: boolean): void;
  /** @param sound id of its asset. @param volume 0..1. */
  play(sound: string, volume: number): void;
  /** @param fade seconds. */
  stop(sound: string, fade: number): void;
}

interface Playing {
  readonly source: AudioBufferSourceNode;
  readonly gain: GainNode;
}

/** @param urls of the sounds' files by id. */
export function createSounds(urls: Readonly<Record<string, string>>): Sounds {
  const buffers = new Map<string, Promise<AudioBuffer>>();
  const playing = new Map<string, Playing>();
  /** Sounds that begin as soon as they have loaded. */
  const awaited = new Set<string>();
  let context: AudioContext | null = null;
  let on = false;

  const load = (audio: AudioContext, sound: string): Promise<AudioBuffer> => {
    let buffer = buffers.get(sound);
    if (!buffer) {
      buffer = fetch(urls[sound])
        .then((response) => response.arrayBuffer())
        .then((bytes) => audio.decodeAudioData(bytes));
      buffers.set(sound, buffer);
    }
    return buffer;
  };

  const stop = (sound: string, fade: number) => {
    awaited.delete(sound);
    const current = playing.get(sound);
    if (!current || !context) return;
    playing.delete(sound);
    const end = context.currentTime + fade;
    current.gain.gain.setValueAtTime(current.gain.gain.value, context.currentTime);
    current.gain.gain.linearRampToValueAtTime(0, end);
    current.source.stop(end);
  };

  return {
    stop,
    enable(enabled) {
      on = enabled;
      if (on) context ??= new AudioContext();
      if (on) void context?.resume();
      else for (const sound of [...playing.keys()]) stop(sound, 0.1);
    },
    async play(sound, volume) {
      if (!on || !context || !(sound in urls)) return;
      const audio = context;
      awaited.add(sound);
      const buffer = await load(audio, sound).catch(() => null);
      if (!awaited.delete(sound) || !buffer || !on) return;
      stop(sound, 0);
      const source = new AudioBufferSourceNode(audio, { buffer });
      const gain = new GainNode(audio, { gain: volume });
      source.connect(gain).connect(audio.destination);
      source.addEventListener('ended', () => {
        if (playing.get(sound)?.source === source) playing.delete(sound);
      });
      source.start();
      playing.set(sound, { source, gain });
    },
  };
}
