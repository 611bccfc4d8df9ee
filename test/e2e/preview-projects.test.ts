import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { servePreview } from '../../tools/preview/server/serve.ts';
import { HAPPY, SCENE, SeededProject } from '../lens-validate/faults/seeded-project.ts';
import { alert, FIVE_FACES, giveFile, log, program, TestBrowser, whenShown } from './preview-page.ts';

describe.skipIf(program === undefined)('the preview page of a project of its own', () => {
  const browser = new TestBrowser();

  async function serve(project: SeededProject): Promise<{ page: Page; close(): Promise<void> }> {
    const server = await servePreview({ project: project.folder });
    return { page: await browser.open({ address: server.url }), close: () => server.close() };
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
    const page = await browser.blank();
    await page.goto(server.url);
    await whenShown(page, 'Happy');
    expect(reached).toBe(0);
    expect(browser.context.pages()).toHaveLength(1);
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
