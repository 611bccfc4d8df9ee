import { createRequire } from 'node:module';
import { messageOf, UserError } from '../../ml/core/errors.ts';
import { readBytes } from '../../ml/core/files.ts';
import { VIDEO_BYTES } from '../lens-validate/codes.ts';
import { faultOfVideo } from '../lens-validate/publish-rules.ts';
import { servePreview } from '../preview/server/serve.ts';

/** A preview video, or why there is none. */
export type Film = { readonly content: Uint8Array } | { readonly missing: string };

const START = 'data:video/mp4;base64,';

/** @throws UserError if the file cannot be read, or is not what Snap asks for. */
export async function readFilm(file: string): Promise<Film> {
  const content = await readBytes(file, VIDEO_BYTES);
  const fault = faultOfVideo(content);
  if (fault !== undefined)
    throw new UserError(
      `${file}: found ${fault}; expected an upright MP4 video of 9:16 below ${VIDEO_BYTES / 1e6} MB; convert it, for example with ffmpeg`,
    );
  return { content };
}

/**
 * Records the preview video of a project with its preview page in a headless browser: the drawn person acts, and the lens plays
 * its demo. Nothing of the project is changed.
 * @param longest seconds.
 * @returns why there is no film where no browser is found, or the page cannot film the lens.
 * @throws UserError if the folder is not a project.
 */
export async function recordFilm(project: string, longest?: number): Promise<Film> {
  const browsers = await loadBrowsers();
  if (browsers === null)
    return { missing: 'playwright-core is not installed; run `npm ci` in the folder of this program' };
  const program = browsers.findBrowser();
  if (program === undefined)
    return { missing: 'Chromium, Chrome or Edge was not found; install one, or set CHROME_PATH to its path' };
  const server = await servePreview({ project });
  try {
    if (server.failure !== null) return { missing: `the preview cannot run the project: ${server.failure}` };
    const browser = await browsers.openBrowser(program, 'none');
    try {
      const page = await browser.newPage();
      await page.goto(`${server.url}#film`);
      await page.waitForFunction('window.recordFilm');
      const url = await page.evaluate<string>(`recordFilm(${longest ?? ''})`);
      return { content: Buffer.from(url.slice(START.length), 'base64') };
    } finally {
      await browser.close();
    }
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    return { missing: messageOf(thrown).split('\n')[0] };
  } finally {
    await server.close();
  }
}

/** Null without the package that drives browsers, which only developers have. */
function loadBrowsers(): Promise<typeof import('../preview/browser.ts')> | null {
  try {
    createRequire(import.meta.url).resolve('playwright-core');
  } catch {
    return null;
  }
  return import('../preview/browser.ts');
}
