/** Takes the README's picture of the preview page: `npm run preview:picture`. It needs Chromium. */
import { join } from 'node:path';
import sharp from 'sharp';
import { writeAtomic } from '../../ml/core/files.ts';
import { SHIPPED_LENS } from '../lens-build/shipped.ts';
import { findBrowser, openBrowser } from './browser.ts';
import { servePreview } from './server/serve.ts';

/** Until the lens has followed the drawn face and its particles fly. */
const SETTLE = 6_000;

const program = findBrowser();
if (!program) throw new Error('Chromium was not found; install it, or set CHROME_PATH to its path');
const server = await servePreview({ project: SHIPPED_LENS });
const browser = await openBrowser(program, 'none');
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(server.url);
  await page.waitForTimeout(SETTLE);
  const picture = await page.screenshot();
  await writeAtomic(
    join(import.meta.dirname, 'preview.png'),
    await sharp(picture).png({ palette: true, quality: 80 }).toBuffer(),
  );
} finally {
  await browser.close();
  await server.close();
}
