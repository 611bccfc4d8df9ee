/** What a preset decides; the inputs of `EmotionDetector` have the same names. */
export interface PresetSettings {
  /** Probability from which an expression is shown, 0..1. */
  readonly confidence: number;
  readonly hysteresis: number;
  /** Seconds. */
  readonly smoothing: number;
  /** Seconds. */
  readonly hold: number;
  /** 0 for everyday faces, 1 for people who act. */
  readonly acted: number;
}

type Slider = keyof PresetSettings;

/** The preset whose values the sliders have by default. */
export const BALANCED = 'Balanced';

/** From the calmest to the liveliest; what each does is measured in the README. */
export const PRESETS: Readonly<Record<string, PresetSettings>> = {
  Subtle: { confidence: 0.65, hysteresis: 0.2, smoothing: 0.25, hold: 1, acted: 0.5 },
  [BALANCED]: { confidence: 0.5, hysteresis: 0.15, smoothing: 0.2, hold: 0.5, acted: 0.75 },
  Playful: { confidence: 0.4, hysteresis: 0.12, smoothing: 0.15, hold: 0.3, acted: 1 },
};

/** What the Inspector calls the sliders. */
const LABELS: Readonly<Record<Slider, string>> = {
  confidence: 'Confidence',
  hysteresis: 'Hysteresis',
  smoothing: 'Smoothing',
  hold: 'Minimum Hold',
  acted: 'Everyday to Acted',
};

/** Smaller than any step of a slider, larger than what a file or a float loses of a value. */
const SAME = 1e-4;

/** Whether there is a preset of this name. */
export function isPreset(name: string): boolean {
  return Object.keys(PRESETS).includes(name);
}

/**
 * What counts: the preset's values, and those of the sliders that were moved away from their defaults. So a scene that was
 * saved before there were presets behaves as it did, and can still be given one.
 * @param preset one of `PRESETS`; any other name counts as Balanced.
 */
export function settingsOf(preset: string, sliders: PresetSettings): PresetSettings {
  const settings = { ...PRESETS[isPreset(preset) ? preset : BALANCED] };
  for (const slider of moved(sliders)) settings[slider] = sliders[slider];
  return settings;
}

/** The preset for the Logger, with the sliders that override it. */
export function describePreset(preset: string, sliders: PresetSettings): string {
  const labels = moved(sliders).map((slider) => LABELS[slider]);
  return `preset ${preset}${labels.length > 0 ? `, overridden by ${labels.join(', ')}` : ''}`;
}

function moved(sliders: PresetSettings): Slider[] {
  const isDefault = (slider: Slider) => Math.abs(sliders[slider] - PRESETS[BALANCED][slider]) < SAME;
  return (Object.keys(LABELS) as Slider[]).filter((slider) => !isDefault(slider));
}
