import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openBrowser } from '../../tools/preview/browser.ts';
import {
  alert,
  isPressed,
  log,
  program,
  SLOW,
  source,
  stagePicture,
  TestBrowser,
  TestSite,
  tags,
  whenShown,
} from './preview-page.ts';

describe.skipIf(program === undefined)('the preview page', () => {
  const site = new TestSite();
  const browser = new TestBrowser();

  it('begins with a drawn face and shows the effect of each expression that is chosen', async () => {
    const page = await browser.open({ address: site.url });
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
    const page = await browser.open({ address: site.url });
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
    const page = await browser.open({ address: site.url });
    await page.getByRole('checkbox', { name: 'Times' }).check();
    await source(page, 'Webcam').click();
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
    const page = await browser.open({ address: site.url });
    await whenShown(page, 'Happy');
    const before = await stagePicture(page);
    await page.getByRole('checkbox', { name: 'debug' }).first().check();
    await expect.poll(async () => differing(before, await stagePicture(page)), SLOW).toBeGreaterThan(0.1);
    await page.getByText('EmotionEffects', { exact: true }).click();
    await page.getByRole('checkbox', { name: 'Effects On' }).uncheck();
    await expect.poll(() => tags(page), SLOW).toBe('no effect');
    await page.getByRole('button', { name: 'Reset all' }).click();
    await expect.poll(() => tags(page), SLOW).toBe('Happy Effect');
  });

  it('says what is wrong with a camera that is denied, and tries again', async () => {
    const denying = await openBrowser(program!, 'denied');
    try {
      const page = await browser.open({ address: site.url, from: denying });
      await whenShown(page, 'Happy');
      await source(page, 'Webcam').click();
      await alert(page).getByText('The camera was denied').waitFor();
      await browser.context.grantPermissions(['camera']);
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
      const page = await browser.open({ address: site.url, from: without });
      await source(page, 'Webcam').click();
      await alert(page).getByText('No camera was found').waitFor();
      await whenShown(page, 'Happy');
      expect(await isPressed(page, 'Drawn faces')).toBe('true');
    } finally {
      await without.close();
    }
  });

  it('goes back to the drawn face when the camera is unplugged', async () => {
    const page = await browser.open({ address: site.url });
    await page.evaluate(`{
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => (window.stream = await ask(wanted));
    }`);
    await source(page, 'Webcam').click();
    await whenShown(page, 'Happy');
    await page.evaluate('stream.getTracks()[0].stop(); stream.getTracks()[0].dispatchEvent(new Event("ended"))');
    await alert(page).getByText('The camera is gone').waitFor();
    await page.getByRole('radio', { name: 'Surprise' }).check();
    await whenShown(page, 'Surprise');
    await page.getByRole('button', { name: 'Try again' }).click();
    await whenShown(page, 'Happy');
  });

  it('does not open the camera because an arrow key is pressed', async () => {
    const page = await browser.open({ address: site.url });
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
    const page = await browser.open({ address: site.url });
    await page.getByRole('checkbox', { name: "Lens's debug" }).check();
    expect(await page.getByRole('button', { name: 'Copy values' }).isDisabled()).toBe(true);
    await page.getByRole('checkbox', { name: 'Debug', exact: true }).check();
    await page.getByRole('button', { name: 'Copy values', disabled: false }).waitFor();
  });

  it.each([
    ['is missing', { status: 404, body: 'not found' }],
    ['is damaged', { status: 200, body: 'not a model' }],
  ])('says in the log of the lens that its model %s, and shows the face', async (_, answer) => {
    const page = await browser.open({
      address: site.url,
      prepare: (blank) => blank.route(/emotion.*\.onnx/, (route) => route.fulfill(answer)),
    });
    await log(page).getByText('the model failed to load').waitFor();
    await whenShown(page, 'No expression');
    expect(await darkness(page)).toBeLessThan(0.2);
  });

  it('says that faces cannot be found without their networks, and finds them once these are there', async () => {
    const page = await browser.open({
      address: site.url,
      prepare: (blank) => blank.route(/detector.*\.onnx/, (route) => route.abort()),
    });
    await alert(page).getByText('Faces are not found').waitFor();
    await page.unroute(/detector.*\.onnx/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await whenShown(page, 'Happy');
  });
});

/** Share of the stage's pixels that are nearly black. */
async function darkness(page: Page): Promise<number> {
  const { data } = await sharp(await stagePicture(page))
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return data.filter((grey) => grey < 8).length / data.length;
}

/** Share of the pixels of two pictures of one size that differ clearly. */
async function differing(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map((png) => sharp(png).greyscale().raw().toBuffer()));
  return a.filter((grey, i) => Math.abs(grey - b[i]) > 30).length / a.length;
}
