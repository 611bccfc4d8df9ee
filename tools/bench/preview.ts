/**
 * How fast the preview page is, in headless Chromium without a GPU: `npm run bench:preview`. A film plays in place of the
 * webcam, while faces are found, landmarks follow and the 8-bit model runs. Also says how large the page's download is.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { preview } from 'vite';
import { UserError } from '../../ml/core/errors.ts';
import { SHIPPED_LENS } from '../lens-build/shipped.ts';
import { findBrowser, openBrowser } from '../preview/browser.ts';
import { type Part, type PreviewStats, quantile } from '../preview/page/run/samples.ts';
import { buildPreview } from '../preview/server/build.ts';
import { positive, readArguments } from './arguments.ts';
import { writeFakeCamera } from './fake-camera.ts';

const FILM_SECONDS = 4;
const SETTLE = 6_000;
/** The browser's own records of the document and of all that the page, not its workers, loaded. */
const RECORDS = `['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
  .map(({ startTime, decodedBodySize }) => ({ startTime, decodedBodySize }))`;
const FIRST_PAINT = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime`;
const PARTS: readonly Part[] = ['interval', 'work', 'detector', 'landmarks', 'model'];

const { values } = readArguments(
  'bench:preview',
  'Measures the frame rate of the preview page in headless Chromium without a GPU, and the size of its download.',
  { seconds: { type: 'string', placeholder: 'N', default: '20', about: 'seconds to measure' } },
);
const seconds = positive('seconds', values.seconds);
const program = findBrowser();
if (!program) throw new UserError('Chromium was not found; install it, or set CHROME_PATH to its path');

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
    print(await measure(page, seconds));
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

/** Opens the page; uncompressed bytes of what had been asked for when the browser first painted something. */
async function bytesBeforePaint(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'networkidle' });
  const records = await page.evaluate<{ startTime: number; decodedBodySize: number }[]>(RECORDS);
  await page.waitForFunction(`${FIRST_PAINT} !== undefined`);
  const paint = await page.evaluate<number>(FIRST_PAINT);
  return records.reduce((sum, { startTime, decodedBodySize }) => sum + (startTime < paint ? decodedBodySize : 0), 0);
}

/** Bytes of all files in a folder and those below it. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
