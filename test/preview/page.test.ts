import { describe, expect, it } from 'vitest';
import { type Change, inspectedComponents, valuesText } from '../../tools/preview/page/inspector/components.ts';
import { quantile } from '../../tools/preview/page/run/samples.ts';
import { coveredPart, screenFor } from '../../tools/preview/page/stage/screen.ts';
import { type SaveRequest, saveInputs, sceneStamp } from '../../tools/preview/server/save-inputs.ts';
import { readProgram } from '../../tools/simulator/load/read-program.ts';
import type { InputValue } from '../../tools/simulator/program.ts';
import { SCENE, SeededProject } from '../lens-validate/faults/seeded-project.ts';

describe('the values to copy', () => {
  it('are a list to read, and the very lines that saving writes into the scene', async () => {
    const project = new SeededProject();
    const components = inspectedComponents(await readProgram(project.folder));
    const change = (script: string, name: string, value: InputValue): Change => {
      const component = components.find((one) => one.script.className === script);
      const input = component?.script.inspector.find((entry) => entry.kind === 'input' && entry.name === name);
      if (!component || input?.kind !== 'input') throw new Error(`no ${script}.${name}`);
      return { component, input, value };
    };
    const changes = [
      change('EmotionDetector', 'confidence', 0.55),
      change('EmotionDetector', 'runsPerSecond', 12),
      change('EmotionDetector', 'debug', true),
      change('SadEffect', 'tint', { vector: [1, 0.5, 0, 0.25] }),
      change('SadEffect', 'warp', 2),
    ];
    const text = valuesText(changes);
    expect(text).toMatch(
      /^EmotionDetector ▸ Confidence: 0\.55\nEmotionDetector ▸ Runs per Second: 12\nEmotionDetector ▸ Debug: true\nSadEffect ▸ Tint: 1, 0\.5, 0, 0\.25\nSadEffect ▸ Warp: 2\n/,
    );

    const inputs: SaveRequest['inputs'] = {};
    for (const { component, input, value } of changes)
      inputs[component.use.id] = { ...inputs[component.use.id], [input.name]: value as number };
    await saveInputs(project.folder, { stamp: await sceneStamp(project.folder), inputs });
    const scene = project.read(SCENE).split('\n');
    const lines = text.split('\n').filter((line) => /^\w+: /.test(line));
    expect(lines).toHaveLength(changes.length);
    for (const line of lines) expect(scene).toContain(`      ${line}`);
    for (const { component } of changes) expect(text).toContain(component.use.id);
    project.delete();
  });

  it('list the components on the roots of the scene first', async () => {
    const project = new SeededProject();
    const names = inspectedComponents(await readProgram(project.folder)).map(({ script }) => script.className);
    project.delete();
    expect(names.slice(0, 2)).toEqual(['EmotionDetector', 'EmotionEffects']);
    expect(names).toHaveLength(9);
  });
});

describe('the screen', () => {
  it.each([
    ['phone', 1920, 1080, 9 / 16],
    ['phone', 1080, 1920, 9 / 16],
    ['whole', 640, 480, 4 / 3],
    ['whole', 480, 640, 3 / 4],
    ['whole', 1920, 1080, 16 / 9],
    ['whole', 4000, 500, 2],
    ['whole', 500, 4000, 1 / 2.2],
  ] as const)('of %s for a picture of %i × %i has the aspect %f', (choice, width, height, aspect) => {
    const screen = screenFor(choice, { width, height });
    expect(screen.width / screen.height).toBeCloseTo(aspect, 2);
    expect(Math.max(screen.width, screen.height)).toBe(800);
  });

  it('shows the middle of the picture, as much of it as fits, undistorted', () => {
    const screen = { width: 450, height: 800 };
    for (const picture of [
      { width: 1280, height: 720 },
      { width: 300, height: 900 },
    ]) {
      const part = coveredPart(picture, screen);
      expect(part.width / part.height).toBeCloseTo(screen.width / screen.height, 6);
      expect(part.x + part.width / 2).toBeCloseTo(picture.width / 2, 6);
      expect(part.y + part.height / 2).toBeCloseTo(picture.height / 2, 6);
      expect(Math.max(part.width / picture.width, part.height / picture.height)).toBeCloseTo(1, 6);
    }
  });
});

describe('quantile', () => {
  it('is a sample that the given share of them lies below', () => {
    expect(quantile([5, 1, 4, 2, 3], 0.5)).toBe(3);
    expect(quantile([5, 1, 4, 2, 3], 0.95)).toBe(5);
    expect(quantile([], 0.5)).toBeNaN();
  });
});
