/**
 * How fast the preview page is, in headless Chromium without a GPU: `npm run bench:preview`. A film plays in place of the
 * webcam, while faces are found, landmarks follow and the 8-bit model runs. Also says how large the page's download is.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import { preview } from 'vite';
import { SHIPPED_LENS } from '../lens-build/shipped.ts';
import { findBrowser, openBrowser } from '../preview/browser.ts';
import { type Part, type PreviewStats, quantile } from '../preview/page/run/samples.ts';
import { buildPreview } from '../preview/server/build.ts';
import { writeFakeCamera } from './preview/fake-camera.ts';
import { bytesBeforePaint, bytesIn } from './preview/sizes.ts';

const FILM_SECONDS = 4;
const SETTLE = 6_000;
const PARTS: readonly Part[] = ['interval', 'work', 'detector', 'landmarks', 'model'];

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } });
const program = findBrowser();
if (!program) throw new Error('no Chromium was found; install one, or name it in CHROME_PATH');

const folder = await mkdtemp(join(tmpdir(), 'preview-'));
try {
  const site = join(folder, 'site');
  const film = join(folder, 'film.mjpeg');
  await buildPreview({ project: SHIPPED_LENS, out: site });
  await writeFakeCamera(film, FILM_SECONDS, 0);
  const server = await preview({ configFile: false, build: { outDir: site }, preview: { host: '127.0.0.1' } });
  const browser = await openBrowser(program, 'film', film);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const firstPaint = await bytesBeforePaint(page, server.resolvedUrls!.local[0]);
    await page.getByRole('button', { name: 'Webcam' }).click();
    await page.waitForTimeout(SETTLE);
    print(await measure(page, Number(values.seconds)));
    console.log(`before the first paint ${kilobytes(firstPaint)} kB, in all ${kilobytes(await bytesIn(site))} kB`);
  } finally {
    await browser.close();
    await server.close();
  }
} finally {
  await rm(folder, { recursive: true });
}

/** Samples of the page's own clock, of this many seconds. */
async function measure(page: Page, seconds: number): Promise<PreviewStats> {
  await page.evaluate('for (const samples of Object.values(previewStats)) samples.length = 0');
  await page.waitForTimeout(1000 * seconds);
  return page.evaluate<PreviewStats>('previewStats');
}

function print(samples: PreviewStats): void {
  console.log('part        samples  median ms  p95 ms');
  for (const part of PARTS) {
    const [median, high] = [0.5, 0.95].map((share) => quantile(samples[part], share).toFixed(1));
    console.log(
      `${part.padEnd(12)}${String(samples[part].length).padStart(7)}${median.padStart(11)}${high.padStart(8)}`,
    );
  }
  const total = samples.interval.reduce((sum, interval) => sum + interval, 0);
  console.log(`${((1000 * samples.interval.length) / total).toFixed(1)} frames/s`);
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(0);
}
