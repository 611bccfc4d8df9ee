import { renameSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { servePreview } from '../../tools/preview/server/serve.ts';
import type { PageServer } from '../../tools/web/server/listen.ts';
import { EvilLens, SECRET } from './evil-lens.ts';

const lens = new EvilLens();
const PICTURE = 'Assets/Effects/Vignette.png';
const HARMFUL = '<svg xmlns="http://www.w3.org/2000/svg"><script>fetch("/assets/lens.js")</script></svg>';
for (const name of ['Picture.svg', 'Page.html', 'Code.js', 'Page.xhtml', 'No ending'])
  lens.addAsset(`Assets/${name}`, HARMFUL, PICTURE);

let server: PageServer;
let origin: string;
beforeAll(async () => {
  server = await servePreview({ project: lens.folder });
  origin = new URL(server.url).origin;
});
afterAll(async () => {
  await server?.close();
  lens.delete();
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** Sends a path as it is, unlike `fetch`, which would tidy it. */
function send(path: string, headers: Record<string, string> = {}, method = 'GET', body?: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, text: Buffer.concat(chunks).toString('utf8'), headers: answered });
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const value = <T>(module: string, name: string): T => {
  const [, json] = module.match(new RegExp(`^export const ${name} = .*?JSON\\.parse\\((.*?)\\)+;$`, 'm')) ?? [];
  return JSON.parse(JSON.parse(json)) as T;
};

describe('files of a project', () => {
  it('are never documents or code, whatever they are called', async () => {
    const { text } = await send('/assets/lens.js');
    const names = Object.values(value<Record<string, string>>(text, 'assetUrls'));
    const found = new Set<string>();
    for (const name of names) {
      const { status, headers } = await send(`/assets/${name}`);
      expect(status, name).toBe(200);
      found.add(String(headers['content-type']));
      expect(headers['content-security-policy']).toMatch(/^default-src 'none'; sandbox;/);
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    }
    expect([...found].sort()).toEqual(['application/octet-stream', 'audio/wav', 'image/png']);
    expect(names.filter((name) => /\.(svg|html|js|xhtml)$/.test(name))).toEqual([]);
  });
});

describe('the page', () => {
  it('connects to its own server alone, is shown by no other page, and opens none', async () => {
    const { headers, text } = await send('/');
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("connect-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/sandbox (?!.*allow-(popups|top-navigation))/);
    for (const one of [policy, text.match(/http-equiv="Content-Security-Policy" content="([^"]*)"/)?.[1]])
      expect(one).not.toMatch(/wss?:|https?:|\*|'unsafe/);
  });
});

describe('what is no file of the page', () => {
  it.each([
    '/__open-in-editor?file=package.json',
    '/@fs/etc/passwd',
    '/@fs/etc/passwd?raw',
    '/@vite/client',
    '/@id/__x00__virtual:lens',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/..%2f..%2fpackage.json',
    '//etc/passwd',
    '/assets//etc/passwd',
    '/main.ts',
    '/app.ts?raw',
    '/assets/__proto__',
    '/constructor',
    '/Assets/Scene.scene',
    '/EmotionLens.esproj',
  ])('is not there: %s', async (path) => {
    const { status, text } = await send(path);
    expect(status).toBe(404);
    expect(text).toBe('no such file');
  });

  it('opens no socket', async () => {
    const { port } = new URL(origin);
    const answer = await new Promise<string>((done) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(
          `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
            'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: vite-hmr\r\n\r\n',
        ),
      );
      socket.once('data', (data) => {
        done(data.toString('latin1'));
        socket.destroy();
      });
      socket.once('close', () => done('closed'));
    });
    expect(answer).not.toMatch(/^HTTP\/1\.1 101/);
  });
});

describe('a website in the browser of the user', () => {
  const PATHS = ['/', '/assets/lens.js', '/assets/scripts.js', '/changes', '/save-inputs'];
  it.each<[string, Record<string, string>]>([
    ['by a name that leads here', { Host: 'evil.example' }],
    ['by a name that leads here, at this port', { Host: 'evil.example:5180' }],
    ['of another origin', { Origin: 'https://evil.example' }],
    ['of another port of this machine', { Origin: 'http://127.0.0.1:1' }],
    ['of no origin', { Origin: 'null' }],
    ['in a picture or a script', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'script' }],
    ['in a frame', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'iframe' }],
    ['of another server of this machine', { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Dest': 'script' }],
  ])('gets nothing %s', async (_, headers) => {
    for (const path of PATHS) {
      const answer = await send(path, headers);
      expect(answer.status, path).toBe(403);
      expect(answer.text).not.toContain('token');
      expect(answer.headers['access-control-allow-origin']).toBe(undefined);
    }
    expect((await send('/save-inputs', headers, 'POST', '{}')).status).toBe(403);
    expect((await send('/', headers, 'OPTIONS')).status).toBe(403);
  });

  it('may link to the page, and to nothing else', async () => {
    const link = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Mode': 'navigate' };
    expect((await send('/', link)).status).toBe(200);
    expect((await send('/assets/lens.js', link)).status).toBe(403);
  });
});

describe("a script of the lens that has the page's token", () => {
  const attempts: [string, (id: string) => object][] = [
    ['another file', () => ({ '../../../.bashrc': { confidence: 0.5 } })],
    ['a component that is none', () => ({ __proto__x: { confidence: 0.5 } })],
    ['a field that is no input', (id) => ({ [id]: { ScriptAsset: 'x' } })],
    ['a field of every object', (id) => JSON.parse(`{"${id}":{"__proto__":1,"constructor":2}}`) as object],
    ['a link', (id) => ({ [id]: { model: 'x' } })],
    ['a number that is none', (id) => JSON.parse(`{"${id}":{"confidence":1e999}}`) as object],
    ['a text that is a program', (id) => ({ [id]: { triggerPrefix: 'x'.repeat(10_001) } })],
    ['something else beside', (id) => ({ [id]: { triggerPrefix: 'fits', path: '/etc/passwd' } })],
  ];
  it.each(attempts)('cannot write %s', async (_, inputsOf) => {
    const before = lens.read('Assets/Scene.scene');
    const { token, stamp } = value<{ token: string; stamp: string }>((await send('/assets/lens.js')).text, 'session');
    const inputs = inputsOf(lens.idOf('ScriptComponent', 'EmotionDetector'));
    const answer = await send(
      '/save-inputs',
      { Origin: origin, 'X-Preview-Token': token },
      'POST',
      JSON.stringify({ stamp, inputs }).replace(':null', ':1e999'),
    );
    expect([400, 409]).toContain(answer.status);
    expect(lens.read('Assets/Scene.scene')).toBe(before);
  });

  it('cannot write where a link leads that has come since', async () => {
    const { token, stamp } = value<{ token: string; stamp: string }>((await send('/assets/lens.js')).text, 'session');
    const other = new EvilLens();
    renameSync(`${lens.folder}/Assets`, `${lens.folder}/Moved`);
    lens.link('Assets', `${other.folder}/Assets`);
    const before = other.read('Assets/Scene.scene');
    const inputs = { [lens.idOf('ScriptComponent', 'EmotionDetector')]: { confidence: 0.6 } };
    const headers = { Origin: origin, 'X-Preview-Token': token };
    const answer = await send('/save-inputs', headers, 'POST', JSON.stringify({ stamp, inputs }));
    expect(answer).toMatchObject({ status: 409, text: expect.stringContaining('is a symbolic link') });
    expect(other.read('Assets/Scene.scene')).toBe(before);
    expect(answer.text).not.toContain(SECRET);
    lens.remove('Assets');
    renameSync(`${lens.folder}/Moved`, `${lens.folder}/Assets`);
    other.delete();
  });
});
