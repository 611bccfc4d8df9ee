import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = resolve('tools/cli/bin.mjs');
const folder = mkdtempSync(join(tmpdir(), 'lens-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function lens(...args: string[]) {
  return spawnSync(process.execPath, [PROGRAM, 'lens', ...args], { cwd: folder, encoding: 'utf8' });
}

const DETECTOR = join(folder, 'mine/Assets/EmotionDetector');

describe('lens', () => {
  it('builds a project that the validator finds nothing in, and builds it but once', () => {
    const built = lens('build', '--out', 'mine', '--json');
    expect(built.status, built.stderr).toBe(0);
    expect(JSON.parse(built.stdout).written).toContain('Assets/Scene.scene');
    const checked = lens('validate', 'mine', '--json');
    expect(checked.status, checked.stdout).toBe(0);
    expect(JSON.parse(checked.stdout)).toMatchObject({ errors: 0, warnings: 0 });
    expect(JSON.parse(lens('build', '--out', 'mine', '--json').stdout).written).toEqual([]);
  });

  it('builds for an older Lens Studio when asked, and names those that there are', () => {
    const built = lens('build', '--studio', '5.15', '--out', 'older', '--json');
    expect(built.status, built.stderr).toBe(0);
    expect(readFileSync(join(folder, 'older/EmotionLens.esproj'), 'utf8')).toContain('  minor: 15\n');
    expect(existsSync(join(folder, 'older/Assets/Effects/Materials'))).toBe(false);
    const over = lens('build', '--studio', '5.15', '--out', 'mine', '--force');
    expect([over.status, over.stderr]).toEqual([1, expect.stringContaining('choose another folder with --out')]);
    const unknown = lens('build', '--studio', '4.55', '--out', 'ancient');
    expect([unknown.status, unknown.stderr]).toEqual([1, expect.stringContaining('5.22, 5.15')]);
  });

  it('keeps what was edited, unless it is told to replace it', () => {
    const scene = join(folder, 'mine/Assets/Scene.scene');
    const text = readFileSync(scene, 'utf8').replace('Name: Effects', 'Name: My Effects');
    writeFileSync(scene, text);
    const refused = lens('build', '--out', 'mine');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toMatch(/Assets\/Scene\.scene[\s\S]*--force/);
    expect(readFileSync(scene, 'utf8')).toBe(text);
    expect(lens('build', '--out', 'mine', '--force').status).toBe(0);
    expect(readFileSync(scene, 'utf8')).toContain('Name: Effects');
  });

  it('installs the float model in place of the other, under the same id', () => {
    const idOf = (name: string) => /PrimaryAsset: (.*)/.exec(readFileSync(join(DETECTOR, `${name}.meta`), 'utf8'))?.[1];
    const before = idOf('emotion.int8.tflite');
    const installed = lens('install', '--project', 'mine', '--format', 'onnx');
    expect(installed.status, installed.stderr).toBe(0);
    expect(existsSync(join(DETECTOR, 'emotion.int8.tflite'))).toBe(false);
    expect(idOf('emotion.onnx')).toBe(before);
    expect(lens('validate', 'mine').status).toBe(0);
  });

  it('packs the detector, and does not overwrite it in silence', () => {
    const zip = lens('package', '--out', 'Detector.zip');
    expect([zip.status, zip.stderr]).toEqual([1, expect.stringContaining('expected a file name that ends in .lspkg')]);
    expect(lens('package', '--out', 'Detector.lspkg').status).toBe(0);
    const other = lens('package', '--out', 'Detector.lspkg', '--format', 'onnx');
    expect([other.status, other.stderr]).toEqual([1, expect.stringContaining('--force')]);
    const lone = lens('package', '--out', 'Other.lspkg', '--no-film');
    expect([lone.status, lone.stderr]).toEqual([1, expect.stringContaining('they need --publish')]);
    expect(existsSync(join(folder, 'Other.lspkg'))).toBe(false);
    const checked = lens('validate', 'Detector.lspkg', '--json');
    expect(JSON.parse(checked.stdout)).toMatchObject({ errors: 0, warnings: 0 });
  });

  it('makes a publishing kit, also as one file, and refuses to publish a lens in its demo', () => {
    const publish = (path: string, ...args: string[]) =>
      lens('package', '--out', 'Published.lspkg', '--project', 'mine', '--publish', path, ...args);
    const kit = publish('publish-kit', '--no-film', '--json');
    expect(kit.status, kit.stderr).toBe(0);
    expect(JSON.parse(kit.stdout)).toMatchObject({
      path: 'Published.lspkg',
      kit: { files: ['icon.png', 'publishing.md'], report: { errors: 0 } },
    });
    expect(existsSync(join(folder, 'Published.lspkg'))).toBe(true);
    expect(readFileSync(join(folder, 'publish-kit/publishing.md'), 'utf8')).toContain('# Publishing Emotion Lens');
    const again = publish('publish-kit', '--no-film');
    expect([again.status, again.stderr]).toEqual([1, expect.stringMatching(/icon\.png already exists.*--force/)]);
    const zip = publish('kit.zip', '--no-film');
    expect([zip.status, zip.stdout]).toEqual([0, expect.stringMatching(/Published\.lspkg .* was up to date/)]);
    expect(Object.keys(unzipSync(readFileSync(join(folder, 'kit.zip')))).sort()).toEqual(['icon.png', 'publishing.md']);
    const wrong = publish('other', '--film', 'kit.zip');
    expect([wrong.status, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/kit\.zip: found no MP4 video; expected an upright/),
    ]);

    expect(lens('validate', 'mine', '--publish').status).toBe(0);
    const scene = join(folder, 'mine/Assets/Scene.scene');
    const text = readFileSync(scene, 'utf8');
    writeFileSync(scene, text.replace('      demo: false', '      demo: true'));
    const refused = lens('validate', 'mine', '--publish');
    expect([refused.status, refused.stdout]).toEqual([1, expect.stringContaining('[demo-mode]')]);
    expect(lens('validate', 'mine').status).toBe(0);
    writeFileSync(scene, text);
  });

  it('says what is wrong, and exits with 1', () => {
    const nothing = lens('validate', '.');
    expect([nothing.status, nothing.stderr]).toEqual([1, expect.stringContaining('is not a Lens Studio project')]);
    const elsewhere = lens('install', '--project', '.');
    expect([elsewhere.status, elsewhere.stderr]).toEqual([1, expect.stringMatching(/^error: .*project/)]);
    rmSync(join(folder, 'mine/Assets/Scene.scene'));
    const broken = lens('validate', 'mine');
    expect([broken.status, broken.stdout]).toEqual([1, expect.stringContaining('absent-file')]);
  });
});
