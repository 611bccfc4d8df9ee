import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { withLock } from '../../ml/core/lock.ts';
import { type SaveRequest, saveInputs, sceneStamp } from '../../tools/preview/server/save-inputs.ts';
import { readProgram } from '../../tools/simulator/load/read-program.ts';
import { SCENE, SeededProject } from '../lens-validate/faults/seeded-project.ts';

vi.mock('../../tools/lens-studio/yaml/parse.ts', async (original) =>
  (await import('../lens-validate/remembered.ts')).rememberYaml(await original()),
);
vi.mock('../../tools/lens-studio/analysis/read-scripts.ts', async (original) =>
  (await import('../lens-validate/remembered.ts')).rememberScripts(await original()),
);

let project: SeededProject;
beforeEach(() => {
  project = new SeededProject();
});
afterEach(() => project.delete());

const idOf = (name: string) => project.idOf('ScriptComponent', name);

async function save(name: string, values: SaveRequest['inputs'][string]): Promise<string> {
  return saveInputs(project.folder, { stamp: await sceneStamp(project.folder), inputs: { [idOf(name)]: values } });
}

/** What is in one text and not in the other, line by line. */
function difference(before: string, after: string) {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const removed: string[] = [];
  const added: string[] = [];
  let at = 0;
  for (const line of old) {
    const found = now.indexOf(line, at);
    // A line that comes later as well may only be skipped over by what was added.
    if (found >= 0 && found - at <= 1) {
      added.push(...now.slice(at, found));
      at = found + 1;
    } else removed.push(line);
  }
  added.push(...now.slice(at));
  return { removed, added };
}

describe('saving inputs into the scene', () => {
  it('reads no scene that is larger than any', async () => {
    truncateSync(join(project.folder, SCENE), 2 ** 30);
    await expect(sceneStamp(project.folder)).rejects.toThrow(
      `${SCENE} has 1073741824 bytes, expected at most 16000000`,
    );
  });

  it('replaces a float and says that it is no longer the default; nothing else changes', async () => {
    const before = project.read(SCENE);
    await save('EmotionDetector', { confidence: 0.55 });
    expect(difference(before, project.read(SCENE))).toEqual({
      removed: ['    confidence: true', '      confidence: 0.500000'],
      added: ['      confidence: 0.550000'],
    });
  });

  it.each([
    ['EmotionDetector', { happy: 0.5 }, 'happy: 0.500000'],
    ['EmotionDetector', { hysteresis: 0.5, cropScale: 2 }, 'cropScale: !<float> 2.000000'],
    ['EmotionDetector', { runsPerSecond: 0 }, 'runsPerSecond: 0'],
    ['EmotionDetector', { debug: true }, 'debug: true'],
    ['EmotionDetector', { triggerPrefix: 'a: "b"' }, `triggerPrefix: 'a: "b"'`],
    ['EmotionDetector', { triggerPrefix: '12' }, 'triggerPrefix: !<string> "12"'],
    [
      'SadEffect',
      { tint: { vector: [1, 0.5, 0, 0.25] } },
      'tint: !<Vec4> {x: 1.000000, y: 0.500000, z: 0.000000, w: 0.250000}',
    ],
  ] as const)("writes values in Lens Studio's form: %s %o", async (script, values, line) => {
    const before = project.read(SCENE).split('\n').length;
    await save(script, values as unknown as SaveRequest['inputs'][string]);
    const lines = project.read(SCENE).split('\n');
    expect(lines).toContain(`      ${line}`);
    // Each has lost its mark among the defaults.
    expect(lines).toHaveLength(before - Object.keys(values).length);
  });

  it('gives the scene back to the byte when the old value is saved again, but for the marks', async () => {
    await save('EmotionDetector', { smoothing: 0.7 });
    const once = project.read(SCENE);
    await save('EmotionDetector', { smoothing: 0.1 });
    await save('EmotionDetector', { smoothing: 0.7 });
    expect(project.read(SCENE)).toBe(once);
  });

  it('writes a text of several lines and takes it away again', async () => {
    await save('EmotionDetector', { triggerPrefix: 'X' });
    const before = project.read(SCENE);
    await save('EmotionDetector', { triggerPrefix: 'one\ntwo\n\nthree\n' });
    expect(project.read(SCENE)).toContain('triggerPrefix: |\n        one\n        two\n');
    await save('EmotionDetector', { triggerPrefix: 'X' });
    expect(project.read(SCENE)).toBe(before);
  });

  it("keeps the line ends of Windows and a byte order mark, and leaves an empty mapping where a script's marks end", async () => {
    const path = join(project.folder, SCENE);
    const id = idOf('NeutralEffect');
    const text = project
      .read(SCENE)
      .replace(/( {2}ScriptInputsDefault:\n)(?: {4}\w+: true\n)*( {4}softSkin: true\n)(?: {4}\w+: true\n)*/, '$1$2');
    writeFileSync(path, `\uFEFF${text.replaceAll('\n', '\r\n')}`);
    await saveInputs(project.folder, {
      stamp: await sceneStamp(project.folder),
      inputs: { [id]: { softSkin: 0.8 } },
    });
    const expected = text
      .replace('ScriptInputsDefault:\n    softSkin: true\n', 'ScriptInputsDefault:\n    {}\n')
      .replace('softSkin: 0.300000', 'softSkin: 0.800000');
    expect(readFileSync(path, 'utf8')).toBe(`\uFEFF${expected.replaceAll('\n', '\r\n')}`);
  });

  it.each([
    [{ confidence: 0.99 }, /confidence: found 0\.99, expected a number from 0\.2 to 0\.95/],
    [{ confidence: '0.5' }, /confidence: found "0\.5", expected a number/],
    [{ runsPerSecond: 1.5 }, /expected a whole number/],
    [{ debug: 1 }, /expected true or false/],
    [{ triggerPrefix: true }, /expected a text/],
    [{ model: 'x' }, /links are set in Lens Studio/],
    [{ nothing: 1 }, /no input nothing/],
  ])('refuses %o and writes nothing', async (values, message) => {
    const before = project.read(SCENE);
    await expect(save('EmotionDetector', values as SaveRequest['inputs'][string])).rejects.toThrow(message);
    expect(project.read(SCENE)).toBe(before);
  });

  it('writes nothing at all if one of two values is refused', async () => {
    const before = project.read(SCENE);
    await expect(save('EmotionDetector', { smoothing: 0.5, hold: -1 })).rejects.toThrow(/hold/);
    expect(project.read(SCENE)).toBe(before);
  });

  it('refuses when the scene has changed since the page read it', async () => {
    const stamp = await sceneStamp(project.folder);
    project.edit(SCENE, 'Name: Effects', 'Name: My Effects');
    const before = project.read(SCENE);
    const inputs = { [idOf('EmotionDetector')]: { confidence: 0.6 } };
    await expect(saveInputs(project.folder, { stamp, inputs })).rejects.toThrow(/scene has changed/);
    expect(project.read(SCENE)).toBe(before);
  });

  it('refuses while another program changes the project', async () => {
    const before = project.read(SCENE);
    await withLock(project.folder, 'installing', async () => {
      await expect(save('EmotionDetector', { debug: true })).rejects.toThrow(/in use by process \d+/);
    });
    expect(project.read(SCENE)).toBe(before);
  });

  it('refuses an input that the scene does not hold yet', async () => {
    project.edit(SCENE, '      debug: false\n', '');
    await expect(save('EmotionDetector', { debug: true })).rejects.toThrow(/Scene\.scene:\d+: .*no debug yet/);
  });

  it('writes texts that look like YAML as texts: nothing else of the scene changes', { timeout: 180_000 }, async () => {
    const id = idOf('EmotionDetector');
    const readAll = async () => {
      const program = structuredClone(await readProgram(project.folder));
      const use = program.objects.flatMap(({ components }) => components).find((one) => one.id === id);
      const inputs = (use as { inputs: Record<string, unknown> }).inputs;
      const { triggerPrefix } = inputs;
      inputs['triggerPrefix'] = null;
      return { triggerPrefix, program };
    };
    const { program } = await readAll();
    for (const text of [
      '',
      '~',
      '- !<ScriptComponent/00000000-0000-0000-0000-000000000000>',
      '\n- !<SceneObject/00000000-0000-0000-0000-000000000000>\n  Name: x\n',
      '  confidence: 0.9\n      hold: 3\n',
      '"\\',
      '# no comment',
      '*alias',
      '!<float> 1',
      '---\n...',
      '{a: 1}',
      'tab\t',
      'one\r\ntwo\rthree',
      'line\u2028paragraph\u2029next\u0085',
      'nul\u0000bell\u0007escape\u001b[2J\u007f\u009b',
      '\ufeffmark',
      '1e3',
    ]) {
      const saved = await save('EmotionDetector', { triggerPrefix: text }).then(
        () => true,
        (thrown: Error) => /control character|expected/.test(thrown.message) || Promise.reject(thrown),
      );
      const now = await readAll();
      expect(now.program, JSON.stringify(text)).toEqual(program);
      if (saved) expect(now.triggerPrefix, JSON.stringify(text)).toBe(text);
    }
  });

  it('loses none of those that it accepts, however many come at once', async () => {
    const stamp = await sceneStamp(project.folder);
    const id = idOf('EmotionDetector');
    const names = [
      'angry',
      'disgust',
      'fear',
      'happy',
      'sad',
      'surprise',
      'neutral',
      'confidence',
      'smoothing',
      'hold',
    ];
    const requests = names.map((name) => ({ name, values: { [name]: 0.25 } }));
    const ask = (values: SaveRequest['inputs'][string], known: string) =>
      saveInputs(project.folder, { stamp: known, inputs: { [id]: values } }).then(
        () => true,
        (thrown: Error) => {
          expect(thrown.message).toMatch(/scene has changed/);
          return false;
        },
      );
    // Of those that know the same scene one is first, and the others are told so.
    const answers = await Promise.all(requests.map(({ values }) => ask(values, stamp)));
    expect(answers.filter((accepted) => accepted)).toHaveLength(1);
    // Whoever looks again and asks again gets through in the end.
    await Promise.all(
      requests.map(async ({ values }) => {
        while (!(await ask(values, await sceneStamp(project.folder)))) {}
      }),
    );
    const lines = project.read(SCENE).split('\n');
    for (const { name } of requests) expect(lines).toContain(`      ${name}: 0.250000`);
  });
});
