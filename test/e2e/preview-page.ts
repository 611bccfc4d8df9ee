/** What the tests of the preview page share: a browser, the shipped lens as a site, and where things are on the page. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { preview } from 'vite';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { writeFakeCamera } from '../../tools/bench/fake-camera.ts';
import { findBrowser, openBrowser } from '../../tools/preview/browser.ts';
import { buildPreview } from '../../tools/preview/server/build.ts';
import { temporaryFolder } from '../data/helpers.ts';

export const program = findBrowser();

/** For a page that draws without a GPU. */
export const SLOW = { timeout: 60_000 };
/** A photo of five women, inside the npm package `@vladmandic/face-api`. */
export const FIVE_FACES = createRequire(import.meta.url).resolve('@vladmandic/face-api/demo/sample5.jpg');

interface Opening {
  readonly address: string;
  readonly from?: Browser;
  /** Done before anything is loaded. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** A browser with a film for a camera, for the tests of a `describe`. Every test closes what it opened. */
export class TestBrowser {
  #browser!: Browser;
  #context: BrowserContext | undefined;
  readonly #faults: string[] = [];

  constructor() {
    const folder = temporaryFolder();
    beforeAll(async () => {
      const film = join(folder, 'film.mjpeg');
      await writeFakeCamera(film, 3, 3);
      this.#browser = await openBrowser(program!, 'film', film);
    });
    afterEach(() => this.#context?.close());
    afterEach(() => expect(this.#faults.splice(0)).toEqual([]));
    afterAll(() => this.#browser?.close());
  }

  /** Of the last page. */
  get context(): BrowserContext {
    return this.#context!;
  }

  /** A page that must not throw, and must not ask anyone but its own server for anything. */
  async open({ address, from = this.#browser, prepare }: Opening): Promise<Page> {
    const page = await this.blank({ from, viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(SLOW.timeout);
    page.on('pageerror', (error) => this.#faults.push(error.message));
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== new URL(address).origin) this.#faults.push(`asked ${origin}`);
    });
    await prepare?.(page);
    await page.goto(address);
    return page;
  }

  /** An empty page that is not watched. */
  async blank({
    from = this.#browser,
    viewport,
  }: {
    from?: Browser;
    viewport?: { width: number; height: number };
  } = {}) {
    this.#context = await from.newContext({ viewport });
    return this.#context.newPage();
  }
}

/** The shipped lens as a site, for the tests of a `describe`. */
export class TestSite {
  #url!: string;

  constructor() {
    const folder = temporaryFolder();
    let close: (() => Promise<unknown>) | undefined;
    beforeAll(async () => {
      await buildPreview({ project: 'lens', out: join(folder, 'site') });
      const build = { outDir: join(folder, 'site') };
      const server = await preview({ configFile: false, build, preview: { host: '127.0.0.1' } });
      close = () => server.close();
      this.#url = server.resolvedUrls!.local[0];
    });
    afterAll(() => close?.());
  }

  get url(): string {
    return this.#url;
  }
}

const expression = (page: Page) => page.getByLabel('Expression', { exact: true }).locator('[aria-live]');
export const whenShown = (page: Page, name: string) => expression(page).getByText(name, { exact: true }).waitFor(SLOW);
export const tags = (page: Page) => page.getByLabel('Objects shown by the lens').innerText();
export const log = (page: Page) => page.getByLabel('Log of the lens');
export const alert = (page: Page) => page.getByRole('alert');
export const source = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
export const isPressed = (page: Page, name: string) => source(page, name).getAttribute('aria-pressed');
export const giveFile = (page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }) =>
  page.getByLabel('Image or video file').setInputFiles(file);
export const stagePicture = (page: Page) => page.locator('canvas').first().screenshot();
