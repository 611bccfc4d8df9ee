import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { chromium } from 'playwright-core';

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
