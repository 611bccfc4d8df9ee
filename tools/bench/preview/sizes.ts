import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

/** The browser's own records of the document and of all that the page, not its workers, loaded. */
const RECORDS = `['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
  .map(({ startTime, decodedBodySize }) => ({ startTime, decodedBodySize }))`;
const FIRST_PAINT = `performance.getEntriesByName('first-contentful-paint')[0].startTime`;

/** Opens the page; uncompressed bytes of what had been asked for when the browser first painted something. */
export async function bytesBeforePaint(page: Page, url: string): Promise<number> {
  await page.goto(url, { waitUntil: 'networkidle' });
  const records = await page.evaluate<{ startTime: number; decodedBodySize: number }[]>(RECORDS);
  const paint = await page.evaluate<number>(FIRST_PAINT);
  return records.reduce((sum, { startTime, decodedBodySize }) => sum + (startTime < paint ? decodedBodySize : 0), 0);
}

/** Bytes of all files in a folder and those below it. */
export async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
