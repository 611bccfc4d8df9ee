import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KIT_FILES, publishingKit } from '../../tools/lens-publish/kit.ts';
import { mp4Of } from '../../tools/preview/page/film/mp4.ts';
import { ESPROJ, SCENE, SeededProject } from '../lens-validate/faults/seeded-project.ts';

const content = mp4Of({
  width: 720,
  height: 1280,
  framesPerSecond: 30,
  description: new Uint8Array(8),
  pictures: Array.from({ length: 60 }, () => ({ bytes: new Uint8Array(100), isKey: true })),
});

let project: SeededProject;
beforeEach(() => {
  project = new SeededProject();
});
afterEach(() => project.delete());

const textOf = (files: ReadonlyMap<string, Uint8Array | string>) => String(files.get('publishing.md'));

describe('a publishing kit', () => {
  it('holds icon, preview and a text that says where they go', async () => {
    const { files, report } = await publishingKit(project.folder, { content });
    expect([...files.keys()]).toEqual(KIT_FILES);
    expect(files.get('preview.mp4')).toBe(content);
    expect(Buffer.from(files.get('icon.png') as Uint8Array).readUInt32BE(16)).toBe(320);
    expect(report.errors).toBe(0);
    const text = textOf(files);
    expect(text).toContain('| name | Project Settings > General | Emotion Lens (12 of 18 characters) |');
    expect(text).toContain('`preview.mp4`, 720 × 1280 pixels, 2.0 s, 0.0 MB |');
    expect(text).toMatch(/\| tags \| .* \| .*expression.*angry, disgust, fear, happy, sad, surprise, neutral \|/);
    expect(text).toContain('## Found in the project\n\nNothing.\n');
    expect(text).toContain('- [ ] it makes no medical claims');
  });

  it('is made without a film, and says why there is none', async () => {
    const { files } = await publishingKit(project.folder, { missing: 'no browser was found' });
    expect([...files.keys()]).toEqual(['icon.png', 'publishing.md']);
    expect(textOf(files)).toContain('| not recorded: no browser was found |');
    expect(textOf(files)).toContain('- **warning** EmotionLens.esproj:');
  });

  it('lists what is to be fixed', async () => {
    project.edit(SCENE, '      demo: false', '      demo: true');
    project.remove('icon.png');
    const { files, report } = await publishingKit(project.folder, { content });
    expect([...files.keys()]).toEqual(['preview.mp4', 'publishing.md']);
    expect(report.errors).toBe(2);
    expect(textOf(files)).toMatch(/- \*\*error\*\* Assets\/Scene\.scene:\d+: Demo Mode is on/);
    expect(textOf(files)).toMatch(/- \*\*error\*\* EmotionLens\.esproj:\d+: no icon/);
  });

  it("keeps a stranger's names from becoming cells, lines and markup", async () => {
    project.edit(ESPROJ, 'lensName: Emotion Lens', 'lensName: "a | b\\n# <b>c</b>"');
    project.edit(SCENE, '        - Angry', '        - "x | `y`\\n## z"');
    const { files } = await publishingKit(project.folder, { content });
    const lines = textOf(files).split('\n');
    expect(lines.filter((line) => line.startsWith('| ')).map((line) => line.split('|').length)).toEqual([
      5, 5, 5, 5, 5, 5,
    ]);
    expect(lines.filter((line) => line.startsWith('#'))).toHaveLength(4);
    expect(textOf(files)).not.toMatch(/<b>|`y`/);
  });
});
