import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { Random } from '../../ml/core/random.ts';
import { drawIcon } from '../../tools/lens-build/media/pictures/assets.ts';
import { DETECTOR, EFFECTS } from '../../tools/lens-build/media/pictures/inspector.ts';
import { synthesizeSounds } from '../../tools/lens-build/media/sounds.ts';
import { encodeWav, noiseFilter, sine } from '../../tools/lens-build/media/synthesizer.ts';

const sounds = synthesizeSounds();
const names = Object.keys(sounds) as (keyof typeof sounds)[];

/** Reads a WAV file by the letter of its format: chunks in order, each with its size. */
function readWav(bytes: Uint8Array) {
  const buffer = Buffer.from(bytes);
  expect(buffer.toString('latin1', 0, 4)).toBe('RIFF');
  expect(buffer.readUInt32LE(4)).toBe(buffer.length - 8);
  expect(buffer.toString('latin1', 8, 12)).toBe('WAVE');
  const chunks = new Map<string, Buffer>();
  for (let at = 12; at < buffer.length; at += 8 + buffer.readUInt32LE(at + 4))
    chunks.set(buffer.toString('latin1', at, at + 4), buffer.subarray(at + 8, at + 8 + buffer.readUInt32LE(at + 4)));
  const [format, data] = [chunks.get('fmt ')!, chunks.get('data')!];
  return {
    codec: format.readUInt16LE(0),
    channels: format.readUInt16LE(2),
    rate: format.readUInt32LE(4),
    bytesPerSecond: format.readUInt32LE(8),
    frameBytes: format.readUInt16LE(12),
    bits: format.readUInt16LE(14),
    samples: Float64Array.from({ length: data.length / 2 }, (_, i) => data.readInt16LE(2 * i) / 32768),
  };
}

const wave = (name: keyof typeof sounds) => readWav(sounds[name]);

/** Power between two frequencies in a stretch of a sound, by the plain Fourier sum of a Hann window. */
function power(name: keyof typeof sounds, [from, to]: [number, number], [low, high]: [number, number]): number {
  const { rate, samples } = wave(name);
  const part = samples.subarray(Math.round(from * rate), Math.round(to * rate));
  const windowed = part.map((value, i) => value * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / part.length)));
  let sum = 0;
  for (let bin = Math.ceil((low * part.length) / rate); bin <= (high * part.length) / rate; bin++) {
    let [re, im] = [0, 0];
    windowed.forEach((value, i) => {
      re += value * Math.cos((2 * Math.PI * bin * i) / part.length);
      im += value * Math.sin((2 * Math.PI * bin * i) / part.length);
    });
    sum += (re * re + im * im) / part.length ** 2;
  }
  return sum;
}

/** Loudness of every hundredth of a second. */
function envelope(name: keyof typeof sounds): number[] {
  const { rate, samples } = wave(name);
  const step = rate / 100;
  return Array.from({ length: Math.floor(samples.length / step) }, (_, i) => {
    const part = samples.subarray(Math.round(i * step), Math.round((i + 1) * step));
    return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / part.length);
  });
}

describe('sounds', () => {
  it('has one for each expression', () => {
    expect(names).toEqual(EMOTIONS.map((emotion) => emotion.toLowerCase()));
  });

  it('is the same to the last bit, here and on other machines', () => {
    const again = synthesizeSounds();
    for (const name of names) expect(Buffer.compare(again[name], sounds[name])).toBe(0);
    const hash = createHash('sha256');
    for (const name of names) hash.update(sounds[name]);
    // Changes with the recipes, never with the machine.
    expect(hash.digest('hex')).toBe('33cb0be21d713bf8b8a1f1aedc3987a92f42f04f50f982a94be4231435da410d');
  });

  it.each(names)('%s is a mono WAV of 16 bits within the limits', (name) => {
    const { samples, ...format } = wave(name);
    expect(format).toEqual({ codec: 1, channels: 1, rate: 22050, bytesPerSecond: 44100, frameBytes: 2, bits: 16 });
    expect(samples.length / format.rate).toBeLessThanOrEqual(2);
    expect(samples.length / format.rate).toBeGreaterThan(1);
    expect(sounds[name].length).toBeLessThanOrEqual(90_000);
  });

  it('takes little of a lens altogether', () => {
    expect(names.reduce((sum, name) => sum + sounds[name].length, 0)).toBeLessThanOrEqual(500_000);
  });

  it.each(names)('%s peaks at −3 dB, begins and ends in silence, and has no offset', (name) => {
    const { rate, samples } = wave(name);
    const peakOf = (part: Float64Array) => part.reduce((peak, value) => Math.max(peak, Math.abs(value)), 0);
    const peak = peakOf(samples);
    expect(20 * Math.log10(peak)).toBeCloseTo(-3, 1);
    expect(samples[0]).toBe(0);
    expect(samples.at(-1)).toBe(0);
    expect(peakOf(samples.subarray(0, rate / 2000))).toBeLessThan(0.2 * peak);
    expect(peakOf(samples.subarray(-rate / 200))).toBeLessThan(0.05 * peak);
    expect(Math.abs(samples.reduce((sum, value) => sum + value, 0)) / samples.length).toBeLessThan(0.005);
  });

  it('sounds as meant: bright and dark ones, hissing, rising and trembling ones', () => {
    const low = (name: keyof typeof sounds, span: [number, number]) => power(name, span, [20, 500]);
    const high = (name: keyof typeof sounds, span: [number, number]) => power(name, span, [900, 9000]);
    expect(high('happy', [0.3, 0.4])).toBeGreaterThan(20 * low('happy', [0.3, 0.4]));
    expect(low('sad', [0.4, 0.5])).toBeGreaterThan(20 * high('sad', [0.4, 0.5]));

    const steam: [number, number] = [2000, 9000];
    const growl = power('angry', [0.1, 0.2], steam);
    expect(power('angry', [0.5, 0.6], steam)).toBeGreaterThan(50 * growl);
    expect(low('angry', [0.1, 0.2])).toBeGreaterThan(100 * growl);

    const [early, late]: [number, number][] = [
      [0, 0.1],
      [0.22, 0.32],
    ];
    expect(power('surprise', early, [200, 650])).toBeGreaterThan(5 * power('surprise', early, [850, 1250]));
    expect(power('surprise', late, [850, 1250])).toBeGreaterThan(5 * power('surprise', late, [200, 650]));

    // 7.5 swells a second: each dip lies between two of them.
    const swells = envelope('fear').slice(40, 140);
    const dips = swells.filter((value, i) => i > 3 && i < 96 && value === Math.min(...swells.slice(i - 4, i + 5)));
    expect(dips.length).toBeGreaterThanOrEqual(6);
    expect(dips.length).toBeLessThanOrEqual(9);
    expect(Math.max(...dips)).toBeLessThan(0.6 * Math.max(...swells));
  });
});

describe('synthesiser', () => {
  it('has a sine of its own, within 1e−6 of the true one', () => {
    fc.assert(
      fc.property(fc.double({ min: -1000, max: 1000, noNaN: true }), (turns) => {
        expect(Math.abs(sine(turns) - Math.sin(2 * Math.PI * (turns - Math.round(turns))))).toBeLessThan(1e-6);
      }),
    );
  });

  it('filters noise without ever running away', () => {
    const frequency = fc.double({ min: 20, max: 11_000, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom('hiss', 'rumble'), frequency, frequency, fc.integer(), (kind, from, to, seed) => {
        const next = noiseFilter(kind, new Random(seed));
        let peak = 0;
        for (let i = 0; i < 2000; i++) peak = Math.max(peak, Math.abs(next(from + ((to - from) * i) / 2000)));
        expect(peak).toBeGreaterThan(0);
        expect(peak).toBeLessThan(5);
      }),
    );
  });

  it('writes samples that are read back within half a step', () => {
    const sample = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1 }), (values) => {
        const { samples } = readWav(encodeWav(Float64Array.from(values)));
        expect(samples.length).toBe(values.length);
        samples.forEach((value, i) => {
          expect(Math.abs(32768 * value - 32767 * values[i])).toBeLessThanOrEqual(0.5);
        });
      }),
    );
  });
});

describe('pictures', () => {
  it('draws the icon that is committed, 320 × 320 pixels', async () => {
    const raw = (png: Uint8Array | string) => sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const committed = await raw('tools/lens-build/media/icon.png');
    const drawn = await raw(await drawIcon());
    expect(committed.info).toMatchObject({ width: 320, height: 320, channels: 3 });
    expect(drawn.info).toMatchObject({ width: 320, height: 320, channels: 3 });
    // Edges may be smoothed a little differently by another version of librsvg.
    const difference = drawn.data.reduce((sum, value, i) => sum + Math.abs(value - committed.data[i]), 0);
    expect(difference / drawn.data.length).toBeLessThan(1);
  });

  it.each(['effects', 'framing', 'inspector'])('%s.png is a picture of at most 150 kB', async (name) => {
    const path = `lens/pictures/${name}.png`;
    expect((await stat(path)).size).toBeLessThanOrEqual(150_000);
    const { width, height } = await sharp(path).metadata();
    expect(width).toBeGreaterThan(900);
    expect(height).toBeGreaterThan(300);
  });

  it.each([
    [DETECTOR, 'lens/Assets/EmotionDetector/EmotionDetector.ts'],
    [EFFECTS, 'lens/Assets/Effects/EmotionEffects.ts'],
  ])('shows the inputs that the Inspector shows: $title', async ({ groups }, path) => {
    const shown = await inspectorOf(path);
    expect(groups.map(({ title }) => title)).toEqual(shown.map(({ title }) => title));
    for (const [i, { rows }] of groups.entries()) {
      // The seven sliders of the expressions are one row.
      const row = ({ title }: { title?: string }) =>
        title === 'Sensitivity'
          ? [...shown[i].rows.slice(0, -7), `${shown[i].rows.at(-7)} … ${shown[i].rows.at(-1)}`]
          : shown[i].rows;
      // A folded group shows no rows.
      if (rows.length > 0) expect(rows).toEqual(row(groups[i]));
    }
  });
});

/** The groups of a component and the labels of their inputs, as Lens Studio makes them of decorators and names. */
async function inspectorOf(path: string): Promise<{ title?: string; rows: string[] }[]> {
  const source = await readFile(path, 'utf8');
  const groups: { title?: string; rows: string[] }[] = [];
  let title: string | undefined;
  const add = (row?: string) => {
    if (groups.length === 0 || groups.at(-1)?.title !== title) groups.push({ title, rows: [] });
    if (row !== undefined) groups.at(-1)?.rows.push(row);
  };
  let [input, named]: [boolean, string | undefined] = [false, undefined];
  for (const line of source.split('\n').map((text) => text.trim())) {
    const start = /^@ui\.group_start\('(.+)'\)/.exec(line);
    if (start) title = start[1];
    if (start) add();
    if (/^@input\b/.test(line)) input = true;
    named = /^@label\('(.+)'\)/.exec(line)?.[1] ?? named;
    const field = /^(\w+)[!?]?(: .+)?( = .+)?;$/.exec(line);
    if (input && field) {
      const spaced = field[1].replaceAll(/([A-Z])/g, ' $1');
      add(named ?? spaced[0].toUpperCase() + spaced.slice(1));
      [input, named] = [false, undefined];
    }
    // An end that stands between an input's decorators belongs after that input, or before it if none is open.
    if (line === '@ui.group_end' && !input) title = undefined;
  }
  return groups;
}
