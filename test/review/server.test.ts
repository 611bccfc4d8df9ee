import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { faceAt } from '../../ml/data/dataset.ts';
import { identityOf, readManifest, writeManifest } from '../../ml/data/manifest.ts';
import type { Entry, Manifest } from '../../ml/data/manifest-format.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { findBrowser } from '../../tools/preview/browser.ts';
import { PATHS, type ReviewData } from '../../tools/review/protocol.ts';
import { ManifestFile } from '../../tools/review/server/save-decisions.ts';
import { serveReview } from '../../tools/review/server/serve.ts';
import type { PageServer } from '../../tools/web/server/listen.ts';
import { temporaryFolder } from '../data/helpers.ts';

const dataset = generateFaces({ count: 70, seed: 1 });
const path = join(temporaryFolder(), 'manifest.csv');
const entries = [3, 8, 21].map(
  (row): Entry => ({
    row,
    action: 'drop',
    from: EMOTIONS[dataset.labels[row]],
    to: null,
    reason: 'drawing',
    score: 1 - row / 100,
  }),
);
const manifest: Manifest = { identity: identityOf({ dataset, sourceRows: 70 }), entries };

let server: PageServer;
let origin: string;
let token: string;
beforeAll(async () => {
  await writeManifest(path, manifest);
  server = await serveReview({ path, manifest, dataset });
  const { origin: own, hash } = new URL(server.url);
  [origin, token] = [own, hash.slice(1)];
});
afterAll(() => server?.close());

const ask = (path: string, headers: Record<string, string> = { 'X-Preview-Token': token }) =>
  fetch(origin + path, { headers });
const data = async () => (await (await ask(PATHS.data)).json()) as ReviewData;

async function save(decisions: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(origin + PATHS.save, {
    method: 'POST',
    headers: { Origin: origin, 'X-Preview-Token': token, ...headers },
    body: JSON.stringify({ decisions }),
  });
  return { status: response.status, text: await response.text() };
}

describe('the review server', () => {
  it('serves the page, its data and the faces, to this machine alone', async () => {
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    const page = await fetch(server.url);
    expect(await page.text()).toContain('Content-Security-Policy');
    expect(await data()).toMatchObject({ manifest: 'manifest.csv', source: 'synthetic', entries });
    const faces = new Uint8Array(await (await ask(PATHS.faces)).arrayBuffer());
    expect(Array.from(faces)).toEqual([3, 8, 21].flatMap((row) => Array.from(faceAt(dataset, row))));
    const foreign = await ask(PATHS.data, { 'X-Preview-Token': token, Origin: 'http://localhost:1' });
    expect(foreign.status).toBe(403);
    expect(foreign.headers.get('access-control-allow-origin')).toBe(null);
  });

  it.each([
    ['another origin', { Origin: 'http://localhost:1' }],
    ['another token', { 'X-Preview-Token': 'x' }],
  ])('refuses %s', async (_, headers) => {
    const before = readFileSync(path);
    expect((await save([{ row: 3, action: 'keep', to: null }], headers)).status).toBe(403);
    expect(readFileSync(path)).toEqual(before);
  });

  it.each([
    [[{ row: 4, action: 'keep', to: null }], 409, /row 4 is not among the suspects/],
    [[{ row: 3, action: 'move', to: null }], 409, /it cannot move to nothing/],
    [[{ row: 3, action: 'move', to: EMOTIONS[dataset.labels[3]] }], 409, /it cannot move to/],
    [[{ row: 3, action: 'burn', to: null }], 400, /burn|expected/],
    ['all', 400, /expected array/],
  ])('refuses %j and writes nothing', async (decisions, status, message) => {
    const before = readFileSync(path);
    // The first would do, but a request is saved whole or not at all.
    const more = Array.isArray(decisions) ? [{ row: 8, action: 'keep', to: null }, ...decisions] : decisions;
    const answer = await save(more);
    expect(answer).toEqual({ status, text: expect.stringMatching(message) });
    expect(readFileSync(path)).toEqual(before);
  });

  it('saves decisions into the manifest, and hands them out after a reload', async () => {
    const to = EMOTIONS[(dataset.labels[8] + 1) % 7];
    expect(await save([{ row: 3, action: 'keep', to: null }])).toMatchObject({ status: 200 });
    expect(await save([{ row: 8, action: 'move', to }])).toMatchObject({ status: 200 });
    const saved = [{ ...entries[0], action: 'keep' }, { ...entries[1], action: 'move', to }, entries[2]];
    expect(await readManifest(path)).toEqual({ identity: manifest.identity, entries: saved });
    expect((await data()).entries).toEqual(saved);
  });

  it('loses no decision that it accepts, however many come at once', async () => {
    const many = [...Array(12).keys()].map(
      (row): Entry => ({ ...entries[0], row, from: EMOTIONS[dataset.labels[row]] }),
    );
    const own = join(temporaryFolder(), 'manifest.csv');
    await writeManifest(own, { ...manifest, entries: many });
    const file = await ManifestFile.open(own, await readManifest(own));
    await Promise.all(many.map(({ row }) => file.save([{ row, action: 'keep', to: null }])));
    expect((await readManifest(own)).entries.map(({ action }) => action)).toEqual(Array(12).fill('keep'));
  });

  it('refuses the decisions of one of two reviews of a manifest, and loses those of neither', async () => {
    const own = join(temporaryFolder(), 'manifest.csv');
    await writeManifest(own, manifest);
    const two = [await ManifestFile.open(own, manifest), await ManifestFile.open(own, manifest)];
    const answers = await Promise.allSettled(
      two.map((file, i) => file.save([{ row: entries[i].row, action: 'keep', to: null }])),
    );
    const accepted = answers.map(({ status }) => status === 'fulfilled');
    expect(accepted.filter((is) => is)).toHaveLength(1);
    const kept = (await readManifest(own)).entries.map(({ action }) => action === 'keep');
    expect(kept).toEqual([...accepted, false]);
  });

  it.each([
    ['no token', {}],
    ['the token of another server', { 'X-Preview-Token': '0'.repeat(32) }],
  ])('gives out neither faces nor data for %s', async (_, headers) => {
    for (const path of [PATHS.faces, PATHS.data]) {
      const answer = await ask(path, headers);
      expect(answer.status).toBe(403);
      expect((await answer.arrayBuffer()).byteLength).toBeLessThan(200);
    }
    expect(await (await fetch(origin)).text()).not.toContain(token);
  });

  it.skipIf(!findBrowser())('decides by key in a browser', async () => {
    const { chromium } = await import('playwright-core');
    const browser = await chromium.launch({ executablePath: findBrowser(), args: ['--disable-gpu'] });
    try {
      const page = await browser.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      await page.goto(server.url);
      const tiles = page.locator('.tile');
      await tiles.nth(2).waitFor();
      expect(await tiles.count()).toBe(3);
      await page.keyboard.press('End');
      await page.keyboard.press('r');
      await page.keyboard.press('Home');
      await page.keyboard.press('d');
      await page.locator('.status', { hasText: /^saved$/ }).waitFor();
      const { entries: now } = await readManifest(path);
      expect(now.map(({ action }) => action)).toEqual(['drop', 'move', 'keep']);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  it('does not write over what another program has written', async () => {
    const text = readFileSync(path, 'utf8');
    writeFileSync(path, text.replace('drawing', 'duplicate'));
    const changed = readFileSync(path, 'utf8');
    expect(await save([{ row: 3, action: 'keep', to: null }])).toEqual({
      status: 409,
      text: expect.stringContaining('was changed by another program'),
    });
    expect(readFileSync(path, 'utf8')).toBe(changed);
  });
});
