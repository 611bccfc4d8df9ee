import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { SHIPPED_LENS } from '../../tools/lens-build/shipped.ts';
import { mediaHashOf } from '../../tools/lens-studio/files/project.ts';
import { type Code, VIDEO_BYTES } from '../../tools/lens-validate/codes.ts';
import { PREVIEW } from '../../tools/lens-validate/esproj-rules.ts';
import { faultOfVideo } from '../../tools/lens-validate/publish-rules.ts';
import { validateProject } from '../../tools/lens-validate/validate.ts';
import { mp4Of } from '../../tools/preview/page/film/mp4.ts';
import { edit, type Fault, png, remove, write } from './faults/fault.ts';
import { ESPROJ, SCENE, SeededProject } from './faults/seeded-project.ts';

vi.mock('../../tools/lens-validate/type-check.ts', async (original) =>
  (await import('./remembered.ts')).rememberTypes(await original()),
);
vi.mock('../../tools/lens-studio/yaml/parse.ts', async (original) =>
  (await import('./remembered.ts')).rememberYaml(await original()),
);
vi.mock('../../tools/lens-studio/analysis/read-scripts.ts', async (original) =>
  (await import('./remembered.ts')).rememberScripts(await original()),
);

/** A video of one picture. */
const video = (width: number, height: number) =>
  mp4Of({
    width,
    height,
    framesPerSecond: 30,
    description: new Uint8Array(8),
    pictures: [{ bytes: new Uint8Array(100), isKey: true }],
  });

const preview = (content: Uint8Array) => (project: SeededProject) => {
  project.write(PREVIEW, content);
  project.edit(ESPROJ, /videoPreviewHash: .*/, `videoPreviewHash: ${mediaHashOf(content)}`);
};
const name = (text: string) => edit(ESPROJ, 'lensName: Emotion Lens', `lensName: ${text}`);

/** What a project with a preview must not have; what is a mere warning is so elsewhere. */
const FAULTS: readonly Fault[] = [
  {
    what: 'the demo',
    seed: edit(SCENE, '      demo: false', '      demo: true'),
    code: 'demo-mode',
    file: SCENE,
    at: '      demo: true',
  },
  {
    what: 'the debug overlay',
    seed: edit(SCENE, '      debug: false', '      debug: true'),
    code: 'debug-mode',
    file: SCENE,
    at: '      debug: true',
  },
  { what: 'a long name', seed: name('The Lens of Seven Expressions'), code: 'lens-name', file: ESPROJ, at: 'lensName' },
  { what: 'no name', seed: name('""'), code: 'lens-name', file: ESPROJ, at: 'lensName' },
  { what: "Snap's name", seed: name('Snap Faces'), code: 'trademark', file: ESPROJ, at: 'lensName' },
  { what: 'no icon', seed: remove('icon.png'), code: 'no-icon', file: ESPROJ, at: 'iconHash' },
  {
    what: 'experimental APIs',
    seed: edit(ESPROJ, /lensDescriptors:\n +\[\]/, 'lensDescriptors:\n    - EXPERIMENTAL_API'),
    code: 'experimental-api',
    file: ESPROJ,
    at: 'lensDescriptors',
  },
  { what: 'a wide video', seed: preview(video(1280, 720)), code: 'preview-video', file: PREVIEW },
  { what: 'a video of 3:4', seed: preview(video(960, 1280)), code: 'preview-video', file: PREVIEW },
  { what: 'no video', seed: preview(png(720, 1280)), code: 'preview-video', file: PREVIEW },
  {
    what: 'a large video',
    seed: write(PREVIEW, new Uint8Array(VIDEO_BYTES + 1)),
    code: 'preview-video',
    file: PREVIEW,
  },
  {
    what: 'a large texture',
    seed: write('Assets/Wide.png', png(4096, 16)),
    code: 'texture-size',
    file: 'Assets/Wide.png',
    also: ['missing-meta'],
  },
];
const ERRORS: readonly Code[] = ['demo-mode', 'debug-mode', 'lens-name', 'trademark', 'no-icon', 'texture-size'];

describe('a project that is to be published', () => {
  let project: SeededProject;
  beforeEach(() => {
    project = new SeededProject();
    preview(video(720, 1280))(project);
  });
  afterEach(() => project.delete());

  it('needs nothing but a preview, if it is ours', async () => {
    expect(await project.findings(true)).toEqual([]);
    project.remove(PREVIEW);
    expect(await project.findings(true)).toMatchObject([{ code: 'no-preview', severity: 'warning', file: ESPROJ }]);
  });

  it.each(FAULTS)('must not have $what: $code', async ({ seed, code, file, at, also = [] }) => {
    seed(project);
    const findings = await project.findings(true);
    expect(findings.map((one) => one.code).sort()).toEqual([code, ...also].sort());
    const found = findings.find((one) => one.code === code);
    expect(found).toMatchObject({ file, line: typeof at === 'string' ? project.line(file, at) : 1 });
    expect(found?.severity).toBe(ERRORS.includes(code) ? 'error' : 'warning');
  });

  it('may have all that while it is not', async () => {
    project.edit(SCENE, '      demo: false', '      demo: true');
    project.edit(SCENE, '      debug: false', '      debug: true');
    name('Snap Faces')(project);
    preview(video(1280, 720))(project);
    expect(await project.findings()).toEqual([]);
  });

  it('takes phone-sized and odd-sided videos of about 9:16', () => {
    for (const [width, height] of [
      [1080, 1920],
      [450, 800],
      [406, 720],
    ])
      expect(faultOfVideo(video(width, height))).toBeUndefined();
    expect(faultOfVideo(video(1170, 2532))).toBe('1170 × 2532 pixels');
  });

  it('is no package', async () => {
    const run = validateProject(join(SHIPPED_LENS, 'EmotionDetector.lspkg'), undefined, true);
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(/is a package, and only lenses are published/);
  });
});
