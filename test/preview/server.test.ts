import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePreview } from '../../tools/preview/server/serve.ts';
import type { PageServer } from '../../tools/web/server/listen.ts';
import { HAPPY, SCENE, SeededProject } from '../lens-validate/faults/seeded-project.ts';

const project = new SeededProject();
let server: PageServer;
beforeAll(async () => {
  server = await servePreview({ project: project.folder });
});
afterAll(async () => {
  await server?.close();
  project.delete();
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly bytes: Buffer;
  readonly headers: IncomingHttpHeaders;
}

function send(path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const url = new URL(path, server.url);
    const sent = request(url, { method: body === undefined ? 'GET' : 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, text: bytes.toString('utf8'), bytes, headers: answered });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** What the page imports as `virtual:lens`. */
async function lensModule(): Promise<string> {
  return (await send('/assets/lens.js')).text;
}

/** A value that the module exports. */
async function exported<T>(name: string): Promise<T> {
  const [, json] =
    (await lensModule()).match(new RegExp(`^export const ${name} = .*?JSON\\.parse\\((.*?)\\)+;$`, 'm')) ?? [];
  return JSON.parse(JSON.parse(json)) as T;
}

/** Waits until the server has seen a change of the project. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await isSo()) return;
    await setTimeout(100);
  }
  throw new Error('the server did not follow the project');
}

describe('the preview server', () => {
  it('serves the page to this machine, with a policy that lets nothing in from elsewhere', async () => {
    expect(new URL(server.url).hostname).toBe('127.0.0.1');
    const { status, text } = await send('/');
    expect(status).toBe(200);
    const [, policy] = text.match(/Content-Security-Policy" content="([^"]*)"/) ?? [];
    expect(policy).toContain('default-src &#39;none&#39;');
    expect(policy).not.toMatch(/https?:|\*/);
  });

  it('gives the page the program, a URL of each file that can be fetched, and the networks', async () => {
    const program = await exported<{ name: string; assets: { id: string; kind: string }[] }>('program');
    expect(program.name).toBe('Emotion Lens');
    const files = program.assets.filter(({ kind }) => ['picture', 'sound', 'model'].includes(kind));
    expect(files.length).toBeGreaterThan(8);
    const assets = await exported<Record<string, string>>('assetUrls');
    expect(Object.keys(assets).sort()).toEqual(files.map(({ id }) => id).sort());
    const networks = await exported<{ detector: string; landmarks: string }>('networkUrls');
    for (const name of [...Object.values(assets), networks.detector, networks.landmarks])
      expect((await send(`/assets/${name}`)).status, name).toBe(200);
    expect(await exported('failure')).toBe(null);
  });

  it('serves no file that the page has no business with', async () => {
    for (const path of ['/etc/passwd', `${process.cwd()}/package.json`, `${project.folder}/EmotionLens.esproj`])
      expect((await send(`/@fs${path}`)).status, path).toBe(404);
  });

  it('runs the ONNX file of the same integers in place of the TFLite', async () => {
    const names = Object.values(await exported<Record<string, string>>('assetUrls'));
    const [model] = names.filter((name) => name.endsWith('.onnx'));
    const { bytes } = await send(`/assets/${model}`);
    expect(bytes.equals(readFileSync('ml/models/emotion/emotion.int8.onnx'))).toBe(true);
  });

  it('shows a script that does not compile with its line, and mends itself with the next save', async () => {
    const problems = async () => (await exported<{ problems: string[] }>('program')).problems;
    const good = project.read(HAPPY);
    project.edit(HAPPY, 'export class', 'export clas');
    const line = project.line(HAPPY, 'export clas');
    await until(async () => (await problems()).join().includes(`${HAPPY}:${line}`));
    project.write(HAPPY, good);
    await until(async () => (await problems()).length === 0);
  });

  it('shows why no script can be run at all, and mends itself', async () => {
    const path = 'Assets/EmotionDetector/Signal.ts';
    const good = project.read(path);
    project.edit(path, 'export class', 'export clas');
    const line = project.line(path, 'export clas');
    await until(async () => (await exported('failure')) !== null);
    expect(await exported('failure')).toContain(`${path}:${line}`);
    project.write(path, good);
    await until(async () => (await exported('failure')) === null);
  });

  it('shows a scene that cannot be read, and mends itself', async () => {
    const good = project.read(SCENE);
    project.write(SCENE, '- !<Scene');
    await until(async () => (await exported('failure')) !== null || (await exported<string[]>('problems')).length > 0);
    project.write(SCENE, good);
    await until(async () => (await exported('failure')) === null);
  });

  it('says which model it cannot run; the rest is served', async () => {
    const model = 'Assets/EmotionDetector/emotion.int8.tflite';
    project.write(model, 'another one');
    await until(async () => (await exported<string[]>('problems')).length > 0);
    expect((await exported<string[]>('problems')).join()).toMatch(
      /emotion\.int8\.tflite is not a \.tflite file: its bytes 4 to 7/,
    );
    expect(await exported('failure')).toBe(null);
    const { assets } = await exported<{ assets: { id: string; kind: string }[] }>('program');
    const { id } = assets.find(({ kind }) => kind === 'model')!;
    expect((await exported<Record<string, string>>('missing'))[id]).toMatch(/is not a \.tflite file: its bytes 4 to 7/);
    project.add(model, `lens/${model}`);
    await until(async () => (await exported<string[]>('problems')).length === 0);
  });
});

describe('saving through the server', () => {
  const save = async (change: object, headers: Record<string, string> = {}) => {
    const { token, stamp } = await exported<{ token: string; stamp: string }>('session');
    const id = project.idOf('ScriptComponent', 'EmotionDetector');
    return send(
      '/save-inputs',
      {
        Origin: new URL(server.url).origin,
        'Content-Type': 'application/json',
        'X-Preview-Token': token,
        ...headers,
      },
      JSON.stringify({ stamp, inputs: { [id]: { confidence: 0.6 } }, ...change }),
    );
  };

  it.each([
    ['another origin', { Origin: 'http://example.com' }],
    ['another port of this machine', { Origin: 'http://127.0.0.1:1' }],
    ['no origin', { Origin: '' }],
    ['another token', { 'X-Preview-Token': 'x' }],
  ])('refuses %s', async (_, headers) => {
    const before = project.read(SCENE);
    expect((await save({}, headers)).status).toBe(403);
    expect(project.read(SCENE)).toBe(before);
  });

  it('refuses what is no request to save', async () => {
    const before = project.read(SCENE);
    expect((await save({ inputs: { x: { y: [1] } } })).status).toBe(400);
    expect((await save({ stamp: 'x' })).text).toMatch(/the scene has changed/);
    expect((await send('/save-inputs')).status).toBe(403);
    expect(project.read(SCENE)).toBe(before);
  });

  it('saves, and gives the page what it needs to save again', async () => {
    const { status, text } = await save({});
    expect(status, text).toBe(200);
    expect(project.read(SCENE)).toContain('confidence: 0.600000');
    expect(JSON.parse(text)).toEqual({ stamp: (await exported<{ stamp: string }>('session')).stamp });
  });

  it('still follows the project after it has saved', async () => {
    const problems = async () => (await exported<{ problems: string[] }>('program')).problems;
    project.edit(HAPPY, 'export class', 'export clas');
    await until(async () => (await problems()).length > 0);
  });
});
