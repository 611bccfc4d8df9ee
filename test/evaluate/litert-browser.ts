import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';

const { env, platform } = process;

/** Where Chromium and its relatives are usually installed. */
const PLACES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  ),
  win32: [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].flatMap((folder) =>
    folder
      ? [
          join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
          join(folder, 'Chromium', 'Application', 'chrome.exe'),
          join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
        ]
      : [],
  ),
  linux: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'].flatMap((name) => [
    join('/usr/bin', name),
    join('/snap/bin', name),
  ]),
};

/** The program of a browser, from CHROME_PATH or a usual place; `undefined` if there is none. */
export function findBrowser(): string | undefined {
  const named = env['CHROME_PATH'];
  return [...(named ? [named] : []), ...(PLACES[platform] ?? [])].find((place) => existsSync(place));
}

const require = createRequire(import.meta.url);
const folderOf = (name: string) => dirname(require.resolve(`${name}/package.json`));

/**
 * Runs a model in a headless browser with LiteRT.js as its documentation has it.
 * The browser ends with the call, and with this process however that ends.
 * @param images the bytes of the input tensors of all images, one after the other.
 * @returns the numbers of the output tensors, one after the other.
 */
export async function runInBrowser(program: string, model: Uint8Array, images: Uint8Array): Promise<number[]> {
  const browser = await chromium.launch({ executablePath: program });
  try {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    const core = folderOf('@litertjs/core');
    const utils = folderOf('@litertjs/wasm-utils');
    await page.route('**/*', (route) => {
      const { pathname } = new URL(route.request().url());
      const [, first, ...rest] = pathname.split('/');
      if (first === 'core') return route.fulfill({ path: join(core, ...rest) });
      if (first === 'wasm-utils') return route.fulfill({ path: join(utils, ...rest) });
      if (first === 'model') return route.fulfill({ body: Buffer.from(model) });
      if (first === 'images') return route.fulfill({ body: Buffer.from(images) });
      return route.fulfill({ path: join(import.meta.dirname, 'litert.html') });
    });
    await page.goto('http://localhost/');
    const answer = await page.evaluate<number[]>('answer()');
    if (errors.some((line) => line.startsWith('ERROR'))) throw new Error(errors.join('\n'));
    return answer;
  } finally {
    await browser.close();
  }
}
