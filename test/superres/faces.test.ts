import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silent } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS, FACE_SIZE } from '../../ml/data/dataset.ts';
import { type Edsr, edsrParameters, randomEdsr } from '../../ml/superres/edsr.ts';
import { CHUNK, FaceStore, FaceStoreWriter } from '../../ml/superres/face-store.ts';
import { edsrModel } from '../../ml/superres/model-file.ts';
import { openUpscaled, upscaleFaces } from '../../ml/superres/upscale-faces.ts';
import { Upscaler } from '../../ml/superres/upscaler.ts';
import { listener, temporaryFolder } from '../data/helpers.ts';

describe('a store of faces', () => {
  const folder = temporaryFolder();
  const key = { content: 'abc', count: 2 * CHUNK + 5, size: 3 };
  const faces = Uint8Array.from({ length: key.count * 9 }, (_, i) => (i * 7 + Math.floor(i / 9)) % 256);
  const chunk = (i: number) => faces.subarray(i * CHUNK * 9, (i + 1) * CHUNK * 9);

  async function write(path: string, until = 3): Promise<FaceStoreWriter> {
    const writer = await FaceStoreWriter.open(path, key);
    for (let i = writer.done / CHUNK; i < until; i++) await writer.append(chunk(i));
    await writer.close();
    return writer;
  }

  it('gives back every face, and only under its own key', async () => {
    const path = join(folder, 'whole');
    await write(path);
    const seen: number[] = [];
    const store = (await FaceStore.open(path, key, (done) => seen.push(done))) as FaceStore;
    expect(seen).toEqual([CHUNK, 2 * CHUNK, key.count]);
    const out = new Uint8Array(9);
    for (let i = 0; i < key.count; i++) {
      store.read(i, out);
      expect(out).toEqual(faces.subarray(i * 9, (i + 1) * 9));
    }
    store.close();
    expect(await FaceStore.open(join(folder, 'none'), key)).toBeUndefined();
    expect(await FaceStore.open(path, { ...key, content: 'abd' })).toBeUndefined();
  });

  it('cut off or damaged anywhere, keeps no more than its whole chunks and becomes the same file', async () => {
    const reference = join(folder, 'reference');
    await write(reference);
    const bytes = readFileSync(reference);
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 1 }), fc.boolean(), async (at, cut) => {
        const path = join(folder, `broken${count++}`);
        const broken = Buffer.from(bytes);
        broken[at] ^= 64;
        writeFileSync(`${path}.part`, cut ? bytes.subarray(0, at) : broken);
        const writer = await FaceStoreWriter.open(path, key);
        expect(writer.done * 9).toBeLessThanOrEqual(at);
        await writer.close();
        await write(path);
        expect(readFileSync(path).equals(bytes)).toBe(true);
        writeFileSync(path, cut ? bytes.subarray(0, at) : broken);
        expect(await FaceStore.open(path, key)).toBeUndefined();
      }),
      { numRuns: 40 },
    );
  });
});

describe('upscaling faces', () => {
  const edsr: Edsr = { scale: 2, blocks: 1, channels: 16, residualScale: 1, tail: 'direct' };
  const model = edsrModel(edsr, randomEdsr(edsrParameters(edsr), new Random(1)));
  const random = new Random(2);
  const pixels = Uint8Array.from({ length: (CHUNK + 20) * FACE_PIXELS }, () => random.integer(256));

  it('stopped, goes on to the same file; done, is taken from the cache; damaged, is made anew', async () => {
    const [straight, resumed] = [temporaryFolder(), temporaryFolder()];
    const whole = await upscaleFaces(pixels, model, straight, silent);
    expect(whole).toMatchObject({ completed: true, upscaled: CHUNK + 20, done: CHUNK + 20 });

    const controller = new AbortController();
    const stopAt = { ...silent, progress: ({ done }: { done: number }) => done > 0 && controller.abort() };
    const stopped = await upscaleFaces(pixels, model, resumed, stopAt, controller.signal);
    expect(stopped).toMatchObject({ completed: false, upscaled: CHUNK, done: CHUNK });
    expect(readdirSync(resumed)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.96\.faces\.part$/)]);
    const report = listener();
    const { path, ...second } = await upscaleFaces(pixels, model, resumed, report);
    expect(second).toMatchObject({ completed: true, upscaled: 20 });
    expect(report.notes).toEqual([`resuming after ${CHUNK} of ${CHUNK + 20} faces`]);
    expect(readFileSync(path).equals(readFileSync(whole.path))).toBe(true);
    expect(await upscaleFaces(pixels, model, resumed, silent)).toMatchObject({ completed: true, upscaled: 0 });

    const damaged = readFileSync(path);
    damaged[damaged.length - 5] ^= 1;
    writeFileSync(path, damaged);
    expect(await upscaleFaces(pixels, model, resumed, silent)).toMatchObject({ completed: true, upscaled: CHUNK + 20 });
    expect(readFileSync(path).equals(readFileSync(whole.path))).toBe(true);
  });

  it('asked for twice at once, is done once', async () => {
    const cache = temporaryFolder();
    const report = listener();
    const few = pixels.slice(0, 20 * FACE_PIXELS);
    const both = await Promise.all([0, 1].map(() => upscaleFaces(few, model, cache, report)));
    expect(both.map(({ upscaled }) => upscaled).sort()).toEqual([0, 20]);
    expect(report.notes).toEqual([expect.stringMatching(/is in use by process .*upscaling for the cache.*waiting/)]);
    expect(readdirSync(cache)).toHaveLength(1);
  });

  it('gives each face what the network makes of it, under a name of its own for other faces or weights', async () => {
    const cache = temporaryFolder();
    const few = pixels.slice(0, 20 * FACE_PIXELS);
    const { path, key } = await upscaleFaces(few, model, cache, silent);
    const store = (await FaceStore.open(path, key)) as FaceStore;
    const upscaler = await Upscaler.open(model);
    const [found, expected] = [new Uint8Array(96 * 96), new Uint8Array(96 * 96)];
    for (const face of [0, 15, 16, 19]) {
      store.read(face, found);
      await upscaler.grey(few.subarray(face * FACE_PIXELS, (face + 1) * FACE_PIXELS), FACE_SIZE, expected);
      expect(found).toEqual(expected);
    }
    store.close();
    await upscaler.close();
    const other = edsrModel(edsr, randomEdsr(edsrParameters(edsr), new Random(9)));
    await upscaleFaces(few, other, cache, silent);
    few[7] ^= 1;
    await upscaleFaces(few, model, cache, silent);
    expect(readdirSync(cache)).toHaveLength(3);
    // Training opens the faces of its own data and network, or makes them.
    const shown = new Uint8Array(96 * 96);
    (await openUpscaled(few, model, cache, silent)).read(3, shown);
    expect(readdirSync(cache)).toHaveLength(3);
    (await openUpscaled(few.subarray(FACE_PIXELS), other, cache, silent)).read(2, found);
    expect(readdirSync(cache)).toHaveLength(4);
    expect(found).not.toEqual(shown);
  });
});
