import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import {
  alert,
  FIVE_FACES,
  giveFile,
  program,
  SLOW,
  stagePicture,
  TestBrowser,
  TestSite,
  tags,
  whenShown,
} from './preview-page.ts';

describe.skipIf(program === undefined)('a picture or a film that the preview page is given', () => {
  const site = new TestSite();
  const browser = new TestBrowser();

  it('says that a picture has no face, and how many of five the lens looks at', async () => {
    const page = await browser.open({ address: site.url });
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
    const page = await browser.open({ address: site.url });
    await whenShown(page, 'Happy');
    const clear = { r: 0, g: 0, b: 0, alpha: 0 };
    const glass = await sharp({ create: { width: 300, height: 400, channels: 4, background: clear } })
      .png()
      .toBuffer();
    await giveFile(page, { name: 'glass.png', mimeType: 'image/png', buffer: glass });
    await page.getByText('No face found').waitFor();
    await whenShown(page, 'No expression');
    await expect.poll(() => tags(page), SLOW).toBe('no effect');
    const { data, info } = await sharp(await stagePicture(page))
      .raw()
      .toBuffer({ resolveWithObject: true });
    const upper = data.subarray(0, Math.round(0.7 * info.height) * info.width * info.channels);
    expect(upper.filter((level) => level > 250).length / upper.length).toBeGreaterThan(0.95);
  });

  it('shows a picture of 8000 pixels, and goes on', async () => {
    const page = await browser.open({ address: site.url });
    const huge = await sharp(FIVE_FACES).resize(8000, 5824).jpeg({ quality: 60 }).toBuffer();
    await giveFile(page, { name: 'huge.jpg', mimeType: 'image/jpeg', buffer: huge });
    await page.getByText('8000 × 5824, shown at 1600 × 1165').waitFor();
    await page.getByText(/faces; the lens/).waitFor();
    expect(await alert(page).count()).toBe(0);
  });

  it('names a film that cannot be decoded, a damaged picture and a text; what was there stays', async () => {
    const page = await browser.open({ address: site.url });
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
});
