import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { BALANCED, describePreset, isPreset, PRESETS, settingsOf } from '../../lens/Assets/EmotionDetector/Presets.ts';
import { readScript } from '../../tools/lens-studio/scripts/read-script.ts';

const path = 'lens/Assets/EmotionDetector/EmotionDetector.ts';
const { inputs } = readScript(await readFile(path, 'utf8'), path);
const input = (name: string) => inputs.find((one) => one.name === name)!;
/** The sliders as they are in a new scene. */
const untouched = PRESETS[BALANCED];

describe('presets', () => {
  it('are those that the Inspector offers, and the balanced one is what its sliders say', () => {
    const choices: { label: string; value: string }[] = JSON.parse(input('preset').options.get('values')!);
    expect(choices).toEqual(Object.keys(PRESETS).map((name) => ({ label: name, value: name })));
    expect(input('preset').default).toBe(BALANCED);
    for (const [name, value] of Object.entries(untouched)) {
      expect(input(name).default, name).toBe(value);
      expect(input(name).options.get('hint'), name).toContain(`; at ${value} the preset decides`);
    }
  });

  it('become livelier from one to the next, within what the sliders allow', () => {
    const [subtle, balanced, playful] = Object.values(PRESETS);
    for (const name of ['confidence', 'hysteresis', 'smoothing', 'hold'] as const) {
      expect(subtle[name], name).toBeGreaterThan(balanced[name]);
      expect(playful[name], name).toBeLessThan(balanced[name]);
    }
    expect([subtle.acted < balanced.acted, balanced.acted < playful.acted]).toEqual([true, true]);
    for (const settings of Object.values(PRESETS))
      for (const [name, value] of Object.entries(settings)) {
        expect(value).toBeGreaterThanOrEqual(Number(input(name).options.get('min')));
        expect(value).toBeLessThanOrEqual(Number(input(name).options.get('max')));
      }
  });
});

describe('what counts', () => {
  it('is the preset while no slider was moved', () => {
    for (const [name, settings] of Object.entries(PRESETS)) {
      expect(settingsOf(name, untouched)).toEqual(settings);
      // A file holds six decimals, a float seven digits.
      expect(settingsOf(name, { ...untouched, smoothing: Math.fround(0.2) })).toEqual(settings);
    }
  });

  it('is a slider that was moved, whatever the preset', () => {
    for (const name of Object.keys(PRESETS)) {
      const settings = settingsOf(name, { ...untouched, hold: 0, confidence: 0.51 });
      expect(settings).toEqual({ ...PRESETS[name], hold: 0, confidence: 0.51 });
    }
  });

  it('is what the sliders say in a scene from before there were presets, which gets the balanced one', () => {
    const saved = { confidence: 0.62, hysteresis: 0.05, smoothing: 0, hold: 2.5, acted: 0 };
    expect(settingsOf(BALANCED, saved)).toEqual(saved);
    expect(settingsOf(BALANCED, untouched)).toEqual(untouched);
  });

  it('is the balanced preset where there is none of the name', () => {
    for (const name of ['', 'playful', 'toString', '__proto__']) {
      expect(isPreset(name)).toBe(false);
      expect(settingsOf(name, untouched)).toEqual(untouched);
    }
  });

  it('is told with the sliders that override the preset', () => {
    expect(describePreset('Subtle', untouched)).toBe('preset Subtle');
    expect(describePreset('Playful', { ...untouched, acted: 0, hold: 2 })).toBe(
      'preset Playful, overridden by Minimum Hold, Everyday to Acted',
    );
  });
});
