import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Film, recordFilm } from '../../tools/lens-publish/film.ts';
import { videoFacts } from '../../tools/lens-studio/files/video.ts';
import { faultOfVideo } from '../../tools/lens-validate/publish-rules.ts';
import { findBrowser, openBrowser } from '../../tools/preview/browser.ts';
import { SeededProject } from '../lens-validate/faults/seeded-project.ts';

const program = findBrowser();

/** Of a film in a page: how long it is, and the mean colour of a picture early and late in it. */
const LOOK = `(async (url) => {
  const video = document.createElement('video');
  video.src = url;
  await new Promise((resolve, reject) => {
    video.onloadeddata = resolve;
    video.onerror = () => reject(new Error(video.error.message));
  });
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  const at = async (time) => {
    video.currentTime = time;
    await new Promise((resolve) => { video.onseeked = resolve; });
    [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
    context.drawImage(video, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const values = new Set();
    for (let i = 0; i < data.length; i += 4001 * 4) values.add(data[i] + 256 * data[i + 1] + 65536 * data[i + 2]);
    return values.size;
  };
  return { width: video.videoWidth, height: video.videoHeight, seconds: video.duration, colours: [await at(0), await at(1)] };
})`;

describe.skipIf(program === undefined)('the film of a lens', () => {
  let film: Film;
  beforeAll(async () => {
    film = await recordFilm('lens', 1.5);
  });

  it('is what Snap asks for', () => {
    if ('missing' in film) throw new Error(film.missing);
    expect(faultOfVideo(film.content)).toBeUndefined();
    expect(videoFacts(film.content)).toEqual({ width: 720, height: 1280, seconds: 1.5, codec: 'avc1' });
  });

  it('plays, and shows more than one colour from the first picture on', async () => {
    if ('missing' in film) throw new Error(film.missing);
    const browser = await openBrowser(program!, 'none');
    try {
      const page = await browser.newPage();
      const look = await page.evaluate<Record<string, unknown>>(
        `${LOOK}('data:video/mp4;base64,${Buffer.from(film.content).toString('base64')}')`,
      );
      expect(look).toMatchObject({ width: 720, height: 1280 });
      expect(look.seconds).toBeCloseTo(1.5, 2);
      for (const colours of look.colours as number[]) expect(colours).toBeGreaterThan(20);
    } finally {
      await browser.close();
    }
  });
});

describe.skipIf(program === undefined)('a lens that cannot be filmed', () => {
  const project = new SeededProject();
  afterAll(() => project.delete());

  it('has no detector with a demo', async () => {
    project.edit(
      'Assets/EmotionDetector/EmotionDetector.ts',
      '  demo: boolean = false;',
      '  demonstration: boolean = false;',
    );
    expect(await recordFilm(project.folder, 1)).toEqual({
      missing: expect.stringContaining('no script with a demo mode'),
    });
  });
});
