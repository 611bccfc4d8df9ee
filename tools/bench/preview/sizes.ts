import type { Page } from 'playwright-core';

/** Bytes of files as they lie on the server, uncompressed. */
export interface DownloadSizes {
  /** What had been asked for when the browser first painted something. */
  readonly firstPaint: number;
  readonly all: number;
}

/** Opens the page and waits until nothing more is loaded. */
export async function downloadSizes(page: Page, url: string): Promise<DownloadSizes> {
  await page.goto(url, { waitUntil: 'networkidle' });
  return page.evaluate(() => {
    // In the page, whose types are not known here.
    const { performance } = globalThis as unknown as { performance: Timeline };
    const paint = performance.getEntriesByName('first-contentful-paint')[0].startTime;
    const entries = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const sum = (some: readonly Entry[]) => some.reduce((total, { decodedBodySize }) => total + decodedBodySize, 0);
    return { firstPaint: sum(entries.filter(({ startTime }) => startTime < paint)), all: sum(entries) };
    interface Entry {
      readonly startTime: number;
      readonly decodedBodySize: number;
    }
    interface Timeline {
      getEntriesByName(name: string): readonly Entry[];
      getEntriesByType(type: string): readonly Entry[];
    }
  });
}
