import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { preview } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { writeFakeCamera } from '../../tools/bench/fake-camera.ts';
import { findBrowser, openBrowser } from '../../tools/preview/browser.ts';
import { buildPreview } from '../../tools/preview/server/build.ts';
import { servePreview } from '../../tools/preview/server/serve.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { HAPPY, SeededProject } from '../lens-validate/faults/seeded-project.ts';

const SLOW = { timeout: 60_000 };
const SCENE = 'Assets/Scene.scene';
/** A photo of five women, inside the npm package `@vladmandic/face-api`. */
const FIVE_FACES = createRequire(import.meta.url).resolve('@vladmandic/face-api/demo/sample5.jpg');

const program = findBrowser();

describe.skipIf(program === undefined)('the preview page', () => {
  const folder = temporaryFolder();
  let url: string;
  let closeSite: () => Promise<unknown>;
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    const site = join(folder, 'site');
    const film = join(folder, 'film.mjpeg');
    await buildPreview({ project: 'lens', out: site });
    await writeFakeCamera(film, 3, 3);
    const server = await preview({ configFile: false, build: { outDir: site }, preview: { host: '127.0.0.1' } });
    closeSite = () => server.close();
    url = server.resolvedUrls!.local[0];
    browser = await openBrowser(program!, 'film', film);
  });
  afterEach(() => context?.close());
  afterAll(async () => {
    await browser?.close();
    await closeSite?.();
  });

  interface Opening {
    readonly address?: string;
    readonly from?: Browser;
    /** Done before anything is loaded. */
    readonly prepare?: (page: Page) => Promise<unknown>;
  }
  /** A page that must not throw, and must not ask anyone but its own server for anything. */
  async function open({ address = url, from = browser, prepare }: Opening = {}): Promise<Page> {
    context = await from.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    page.setDefaultTimeout(SLOW.timeout);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol.startsWith('http') && origin !== new URL(address).origin) faults.push(`asked ${origin}`);
    });
    await prepare?.(page);
    await page.goto(address);
    return page;
  }
  const faults: string[] = [];
  afterEach(() => expect(faults.splice(0)).toEqual([]));

  const expression = (page: Page) => page.getByLabel('Expression', { exact: true }).locator('[aria-live]');
  const tags = (page: Page) => page.getByLabel('Objects shown by the lens').innerText();
  const log = (page: Page) => page.getByLabel('Log of the lens');
  const source = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const webcam = (page: Page) => source(page, 'Webcam').click();
  const isPressed = (page: Page, name: string) => source(page, name).getAttribute('aria-pressed');
  const giveFile = (page: Page, file: string | { name: string; mimeType: string; buffer: Buffer }) =>
    page.getByLabel('Image or video file').setInputFiles(file);
  const alert = (page: Page) => page.getByRole('alert');
  const whenShown = (page: Page, name: string) => expression(page).getByText(name, { exact: true }).waitFor(SLOW);
  /** Share of the stage's pixels that are nearly black. */
  const darkness = async (page: Page) => {
    const { data } = await sharp(await page.locator('canvas').first().screenshot())
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return data.filter((grey) => grey < 8).length / data.length;
  };

  it('begins with a drawn face and shows the effect of each expression that is chosen', async () => {
    const page = await open();
    await whenShown(page, 'Happy');
    for (const name of ['Surprise', 'Angry', 'Sad', 'Disgust', 'Fear', 'Neutral', 'Happy']) {
      await page.getByRole('radio', { name }).check();
      await whenShown(page, name);
      await expect.poll(() => tags(page), SLOW).toBe(`${name} Effect`);
    }
    expect(await darkness(page)).toBeLessThan(0.2);
    await page.getByText('no picture leaves this page').waitFor();
  });

  it('shows two people, and the expression of the one that the lens is to look at', async () => {
    const page = await open();
    await page.getByRole('checkbox', { name: 'Two people' }).check();
    await page.getByText('2 faces; the lens looks at number 1').waitFor();
    await page.getByLabel('Face Index', { exact: true }).first().fill('1');
    await page.getByLabel('Face Index', { exact: true }).first().press('Enter');
    await whenShown(page, 'Surprise');
    await page.getByText('2 faces; the lens looks at number 2').waitFor();
    await page.getByRole('checkbox', { name: 'Two people' }).uncheck();
    await whenShown(page, 'No expression');
  });

  it('follows the face before the camera, and lets go of it when it is gone', async () => {
    const page = await open();
    await page.getByRole('checkbox', { name: 'Times' }).check();
    await webcam(page);
    await whenShown(page, 'Happy');
    await whenShown(page, 'No expression');
    await whenShown(page, 'Happy');
    expect(await alert(page).count()).toBe(0);
    const stats = await page.evaluate<Record<string, number[]>>('previewStats');
    for (const part of ['interval', 'work', 'detector', 'landmarks', 'model'])
      expect(stats[part].length, part).toBeGreaterThan(5);
    expect(await page.getByText(/frames\/s$/).innerText()).toMatch(/^\d+ frames\/s$/);
  });

  it("shows the lens's own debug overlay, and runs on with changed inputs", async () => {
    const page = await open();
    await whenShown(page, 'Happy');
    const before = await page.locator('canvas').first().screenshot();
    await page.getByRole('checkbox', { name: 'debug' }).first().check();
    await expect
      .poll(async () => differing(before, await page.locator('canvas').first().screenshot()))
      .toBeGreaterThan(0.1);
    await page.getByText('EmotionEffects', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'Effects On' }).uncheck();
    await expect.poll(() => tags(page), SLOW).toBe('no effect');
    await page.getByRole('button', { name: 'Reset all' }).click();
    await expect.poll(() => tags(page), SLOW).toBe('Happy Effect');
  });

  it('says what is wrong with a camera that is denied, and tries again', async () => {
    const denying = await openBrowser(program!, 'denied');
    try {
      const page = await open({ from: denying });
      await whenShown(page, 'Happy');
      await webcam(page);
      await alert(page).getByText('The camera was denied').waitFor();
      await context.grantPermissions(['camera']);
      await page.getByRole('button', { name: 'Try again' }).click();
      await alert(page).waitFor({ state: 'detached' });
      await expect.poll(() => isPressed(page, 'Webcam'), SLOW).toBe('true');
    } finally {
      await denying.close();
    }
  });

  it('says that there is no camera; the drawn face stays', async () => {
    const without = await openBrowser(program!, 'none');
    try {
      const page = await open({ from: without });
      await webcam(page);
      await alert(page).getByText('No camera was found').waitFor();
      await whenShown(page, 'Happy');
      expect(await isPressed(page, 'Drawn faces')).toBe('true');
    } finally {
      await without.close();
    }
  });

  it('goes back to the drawn face when the camera is unplugged', async () => {
    const page = await open();
    await page.evaluate(`{
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => (window.stream = await ask(wanted));
    }`);
    await webcam(page);
    await whenShown(page, 'Happy');
    await page.evaluate('stream.getTracks()[0].stop(); stream.getTracks()[0].dispatchEvent(new Event("ended"))');
    await alert(page).getByText('The camera is gone').waitFor();
    await page.getByRole('radio', { name: 'Surprise' }).check();
    await whenShown(page, 'Surprise');
    await page.getByRole('button', { name: 'Try again' }).click();
    await whenShown(page, 'Happy');
  });

  it('says that a picture has no face, and how many of five the lens looks at', async () => {
    const page = await open();
    const empty = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#7a9' } })
      .png()
      .toBuffer();
    await giveFile(page, { name: 'meadow.png', mimeType: 'image/png', buffer: empty });
    await page.getByText('No face found').waitFor();
    await page.getByRole('radio', { name: 'Whole picture' }).check();
    await giveFile(page, FIVE_FACES);
    await page.getByText(/^\d faces; the lens looks at number 1$/).waitFor();
    expect(await page.getByText(/faces; the lens/).innerText()).toMatch(/^5/);
  });

  it('shows paper where a picture is transparent, not what was there before', async () => {
    const page = await open();
    await whenShown(page, 'Happy');
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    const glass = await sharp({ create: { width: 300, height: 400, channels: 4, background: clear } })
      .png()
      .toBuffer();
    await giveFile(page, { name: 'glass.png', mimeType: 'image/png', buffer: glass });
    await page.getByText('No face found').waitFor();
    await whenShown(page, 'No expression');
    await expect.poll(() => tags(page), SLOW).toBe('no effect');
    const { data, info } = await sharp(await page.locator('canvas').first().screenshot())
      .raw()
      .toBuffer({ resolveWithObject: true });
    const upper = data.subarray(0, Math.round(0.7 * info.height) * info.width * info.channels);
    expect(upper.filter((level) => level > 250).length / upper.length).toBeGreaterThan(0.95);
  });

  it('does not open the camera because an arrow key is pressed', async () => {
    const page = await open();
    await source(page, 'Drawn faces').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await whenShown(page, 'Happy');
    expect(await isPressed(page, 'Drawn faces')).toBe('true');
    await source(page, 'Webcam').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => isPressed(page, 'Webcam'), SLOW).toBe('true');
  });

  it('shows the debug overlay without a change that would be saved', async () => {
    const page = await open();
    await page.getByRole('checkbox', { name: "Lens's debug" }).check();
    expect(await page.getByRole('button', { name: 'Copy values' }).isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: 'Debug', exact: true }).check();
    await page.getByRole('button', { name: 'Copy values', disabled: false }).waitFor();
  });

  it('shows a picture of 8000 pixels, and goes on', async () => {
    const page = await open();
    const huge = await sharp(FIVE_FACES).resize(8000, 5824).jpeg({ quality: 60 }).toBuffer();
    await giveFile(page, { name: 'huge.jpg', mimeType: 'image/jpeg', buffer: huge });
    await page.getByText('8000 × 5824, shown at 1600 × 1165').waitFor();
    await page.getByText(/faces; the lens/).waitFor();
    expect(await alert(page).count()).toBe(0);
  });

  it('names a film that cannot be decoded, a damaged picture and a text; what was there stays', async () => {
    const page = await open();
    for (const [name, mimeType, message] of [
      ['film.mp4', 'video/mp4', 'film.mp4 cannot be played'],
      ['picture.jpg', 'image/jpeg', 'picture.jpg cannot be shown'],
      ['notes.txt', 'text/plain', 'notes.txt is not an image or a video'],
    ]) {
      await giveFile(page, { name, mimeType, buffer: Buffer.from('this is neither a picture nor a film') });
      await alert(page).getByText(message).waitFor();
      await whenShown(page, 'Happy');
    }
  });

  it.each([
    ['is missing', { status: 404, body: 'not found' }],
    ['is damaged', { status: 200, body: 'not a model' }],
  ])('says in the log of the lens that its model %s, and shows the face', async (_, answer) => {
    const page = await open({
      prepare: (blank) => blank.route(/emotion.*\.onnx/, (route) => route.fulfill(answer)),
    });
    await log(page).getByText('the model failed to load').waitFor();
    await whenShown(page, 'No expression');
    expect(await darkness(page)).toBeLessThan(0.2);
  });

  it('says that faces cannot be found without their networks, and finds them once these are there', async () => {
    const page = await open({ prepare: (blank) => blank.route(/detector.*\.onnx/, (route) => route.abort()) });
    await alert(page).getByText('Faces are not found').waitFor();
    await page.unroute(/detector.*\.onnx/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await whenShown(page, 'Happy');
  });

  describe('served for a project of its own', () => {
    async function serve(project: SeededProject): Promise<{ page: Page; close(): Promise<void> }> {
      const server = await servePreview({ project: project.folder });
      return { page: await open({ address: server.url }), close: () => server.close() };
    }

    it('names a component that the simulator does not know; the rest runs', async () => {
      const project = new SeededProject();
      project.edit(SCENE, '- !<ScreenRegionComponent/', '- !<HologramComponent/');
      const { page, close } = await serve(project);
      await log(page)
        .getByText(/HologramComponent/)
        .waitFor();
      await whenShown(page, 'Happy');
      await close();
      project.delete();
    });

    it('keeps the picture, the screen and the debug overlay, which is not saved, when a script changes', async () => {
      const project = new SeededProject();
      const { page, close } = await serve(project);
      await page.getByRole('radio', { name: 'Whole picture' }).check();
      await page.getByRole('checkbox', { name: "Lens's debug" }).check();
      await giveFile(page, FIVE_FACES);
      await page.getByText(/faces; the lens/).waitFor();
      expect(await page.getByRole('button', { name: 'Save into scene' }).isDisabled()).toBe(true);
      const reloaded = page.waitForEvent('load');
      project.edit(HAPPY, 'CHEEK_SIZE = 5', 'CHEEK_SIZE = 4');
      await reloaded;
      await page.getByText(/faces; the lens/).waitFor();
      expect(await page.getByRole('radio', { name: 'Whole picture' }).isChecked()).toBe(true);
      expect(await page.getByRole('checkbox', { name: "Lens's debug" }).isChecked()).toBe(true);
      await close();
      project.delete();
    });

    it('names a script that fails while it runs, and goes on; says when it has ended itself', async () => {
      const project = new SeededProject();
      const failing =
        "onAwake(): void {\n    this.createEvent('UpdateEvent').bind(() => { throw new Error('no luck'); });";
      project.edit('Assets/EmotionDetector/EmotionDetector.ts', 'onAwake(): void {', failing);
      const { page, close } = await serve(project);
      await alert(page).getByText('EmotionDetector failed while it ran').waitFor();
      await whenShown(page, 'Happy');
      await close();
      await alert(page).getByText('The preview has ended').waitFor();
      project.delete();
    });

    it('lets no script of the lens reach another server, open a window or leave its sandbox', async () => {
      let reached = 0;
      const other = createServer((socket) => {
        // A browser may open a connection before its policy keeps it from sending anything.
        socket.on('data', () => {
          reached += 1;
        });
        socket.on('error', () => {});
      });
      await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
      const { port } = other.address() as AddressInfo;
      const project = new SeededProject();
      const attempts = [
        'fetch(url, { mode: "no-cors" })',
        'new WebSocket(url.replace("http", "ws"))',
        'new EventSource(url)',
        'navigator.sendBeacon(url, "x")',
        'void (new Image().src = url)',
        'void (new Audio().src = url)',
        'import(url)',
        'new Worker(url)',
        'new Worker(URL.createObjectURL(new Blob(["fetch(\'" + url + "\')"])))',
        'open(url)',
        'eval("fetch(url)")',
        'document.head.append(Object.assign(document.createElement("script"), { src: url }))',
        'document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: url }))',
        'document.body.append(Object.assign(document.createElement("iframe"), { src: url }))',
        'document.body.append(Object.assign(document.createElement("object"), { data: url }))',
        '{ const form = document.createElement("form"); form.action = url; document.body.append(form); form.submit(); }',
      ];
      const code = attempts.map((attempt) => `try { ${attempt}; } catch {}`).join('\n');
      project.edit(HAPPY, /^/, `const url = 'http://127.0.0.1:${port}/';\n${code}\n`);
      const server = await servePreview({ project: project.folder });
      context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(server.url);
      await whenShown(page, 'Happy');
      expect(reached).toBe(0);
      expect(context.pages()).toHaveLength(1);
      await server.close();
      other.close();
      project.delete();
    });

    it('saves a changed input into the scene', async () => {
      const project = new SeededProject();
      const { page, close } = await serve(project);
      await whenShown(page, 'Happy');
      await page.getByLabel('Confidence', { exact: true }).first().fill('0.65');
      await page.getByRole('button', { name: 'Save into scene' }).click();
      await page.getByText(/^Saved\./).waitFor();
      expect(readFileSync(join(project.folder, SCENE), 'utf8')).toContain('      confidence: 0.650000\n');
      await whenShown(page, 'Happy');
      await close();
      project.delete();
    });
  });
});

/** Share of the pixels of two pictures of one size that differ clearly. */
async function differing(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((png) => sharp(png).greyscale().raw().toBuffer()));
  return a.filter((grey, i) => Math.abs(grey - b[i]) > 30).length / a.length;
}
