import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = resolve('tools/cli/bin.mjs');
const folder = mkdtempSync(join(tmpdir(), 'preview-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const preview = (...args: string[]) =>
  spawnSync(process.execPath, [PROGRAM, 'preview', ...args], { cwd: folder, encoding: 'utf8', timeout: 60_000 });

describe('emotion-lens preview', { timeout: 60_000 }, () => {
  writeFileSync(join(folder, 'file'), 'no folder');
  writeFileSync(join(folder, 'junk.onnx'), 'junk');
  writeFileSync(join(folder, 'model.tflite'), 'TFL3');
  mkdirSync(join(folder, 'empty'));
  const esproj = resolve('lens/EmotionLens.esproj');
  for (const name of ['two/A.esproj', 'two/B.esproj', 'bare/A.esproj']) cpSync(esproj, join(folder, name));

  it.each([
    [['--port', '0'], /--port <number>.*whole number from 1 to 65535/],
    [['--port', 'x'], /whole number/],
    [['--force'], /--force needs --out/],
    [['--out', 'site', '--port', '5000'], /use one or the other/],
    [['--out', 'site', '--open'], /use one or the other/],
    [['--out', '.'], /cannot write the page to \.: what it holds would be lost/],
    [['--out', '..', '--force'], /would be lost/],
    [['--project', 'missing'], /missing.*does not exist/],
    [['--project', 'file'], /file is a file/],
    [['--project', '.', '--out', 'site'], /is not a Lens Studio project/],
    [['--project', 'empty'], /is not a Lens Studio project/],
    [['--project', 'two'], /2 \.esproj files \(A\.esproj, B\.esproj\)/],
    [['--model', 'model.bin'], /expected an \.onnx or \.tflite file, or a folder with model\.json/],
    [['--model', 'model.tflite'], /model\.tflite is not a \.tflite file: its bytes 4 to 7/],
    [['--model', 'missing.onnx'], /missing\.onnx.*does not exist/],
    [['--model', 'junk.onnx'], /junk\.onnx is not a complete ONNX file/],
    [['--model', 'junk.onnx', '--out', 'site'], /junk\.onnx is not a complete ONNX file/],
  ])('refuses %o', (args, message) => {
    const { status, stderr } = preview(...args);
    expect(stderr).toMatch(message);
    expect(status).toBe(1);
  });

  it('shows examples', () => {
    expect(preview('--help').stdout).toMatch(/\$ emotion-lens preview --project/);
  });

  it('says that a port is in use', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    const { port } = other.address() as { port: number };
    // Not in this process, which must answer for the port meanwhile.
    const { stderr, code } = await run('--port', String(port));
    other.close();
    expect(stderr).toContain(`port ${port} is in use`);
    expect(code).toBe(1);
  });

  it('says that a project cannot be run, whose page waits for it', async () => {
    const { stdout } = await run('--project', 'bare');
    expect(stdout).toMatch(/^bare cannot be run yet: .*sceneId: found .*which is not the id of a scene in the project/);
    expect(stdout).toMatch(/http:\/\/127/);
  });

  it('prints the address, and ends with Ctrl-C', async () => {
    const { stdout, code } = await run('--json');
    expect(JSON.parse(stdout).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(code).toBe(0);
  });
});

/** Runs the command and presses Ctrl-C as soon as it has printed something whole. */
function run(...args: string[]): Promise<{ stdout: string; stderr: string; code: number | null }> {
  return new Promise((done) => {
    const child = spawn(process.execPath, [PROGRAM, 'preview', ...args], { cwd: folder });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
      if (stdout.endsWith('}\n') || stdout.endsWith('ends it)\n')) child.kill('SIGINT');
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('close', (code) => done({ stdout, stderr, code }));
  });
}
