import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultScriptInputs, inputLines, scriptInputsHidden } from '../../tools/lens-studio/scripts/metadata.ts';
import { readScript } from '../../tools/lens-studio/scripts/read-script.ts';
import { write } from '../../tools/lens-studio/yaml/write.ts';

/** A component with these members. */
function component(members: string, before = '') {
  return readScript(
    `${before}\n@component\nexport class Probe extends BaseScriptComponent {\n${members}\n}`,
    'Probe.ts',
  );
}

// Line by line after the forms that Lens Studio 5.15 writes.
const MEMBERS = `
  @ui.group_start('Model')
  @input
  @allowUndefined
  @hint('The "model"')
  model: MLAsset | undefined;

  @ui.separator
  @input('int')
  @widget(new SliderWidget(0, 30, 1))
  @hint('How often')
  @label('Runs per Second')
  runs: number = 15;

  @input faceIndex = 0;
  @input share: number = 0.50;
  @input below: number = -2.0;
  @input on: boolean = true;
  @input off: boolean = false;
  @input @showIf('on', true) prefix: string = 'EMOTION_';
  @input title: string;

  @ui.group_end
  @ui.label('<b>Looks</b>')
  @input('vec4', '{0.95, 1, 0.08, 0.6}')
  @widget(new ColorWidget())
  tint!: vec4;

  @input offset: vec2 = new vec2(3, 0.5);
  @input names: string[] = ['a', 'b'];
  @input objects!: SceneObject[];
  @input sound!: AudioTrackAsset;
  @input text!: Text;
  @input first!: Other;
  @input second!: Other;
  @input @widget(new ComboBoxWidget([new ComboBoxItem('One', 1), new ComboBoxItem('Two', 2)])) choice: number = 2;
  @input('string') @widget(new ComboBoxWidget().addItem('Left').addItem('Right', 'r')) side: string = 'r';
  private hidden = 3;

  @ui.separator
  onAwake(): void {}
`;

describe('the decorators of a component', () => {
  const script = component(MEMBERS, "import { Other } from '../lens-validate/Other';");

  it('become the lines that Lens Studio writes', () => {
    expect(inputLines(script)).toEqual([
      '// @ui {"widget":"group_start", "label":"Model"}',
      '// @input Asset.MLAsset model {"hint":"The \\"model\\""}',
      '// @ui {"widget":"separator"}',
      '// @input int runs = 15 {"label":"Runs per Second", "hint":"How often", "widget":"slider", "min":0, "max":30, "step":1}',
      '// @input float faceIndex',
      '// @input float share = 0.5',
      '// @input float below = -2',
      '// @input bool on = true',
      '// @input bool off',
      '// @input string prefix = \'EMOTION_\' {"showIf":"on", "showIfValue":true}',
      '// @input string title',
      '// @ui {"widget":"group_end"}',
      '// @ui {"widget":"label", "label":"<b>Looks</b>"}',
      '// @input vec4 tint = "{0.95, 1, 0.08, 0.6}" {"widget":"color"}',
      '// @input vec2 offset = {3,0.5}',
      '// @input string[] names = {"a","b"}',
      '// @input SceneObject[] objects',
      '// @input Asset.AudioTrackAsset sound',
      '// @input Component.Text text',
      '// @input AssignableType first',
      '// @input AssignableType_1 second',
      '// @input float choice = 2 {"widget":"combobox", "values":[{"label":"One", "value":1}, {"label":"Two", "value":2}]}',
      '// @input string side = \'r\' {"widget":"combobox", "values":[{"label":"Left", "value":"Left"}, {"label":"Right", "value":"r"}]}',
      '// @ui {"widget":"separator"}',
    ]);
  });

  it('give the values that the inputs begin with', () => {
    expect(write(defaultScriptInputs(script))).toBe(`model: !<reference.MLAsset> 00000000-0000-0000-0000-000000000000
runs: 15
faceIndex: !<float> 0.000000
share: 0.500000
below: !<float> -2.000000
on: true
off: false
prefix: EMOTION_
title: ""
tint: !<Vec4> {x: 0.950000, y: 1.000000, z: 0.080000, w: 0.600000}
offset: !<Vec2> {x: 3.000000, y: 0.500000}
names: !<string[]>
  - a
  - b
objects: !<reference.SceneObject[]>
  []
sound: !<reference.AudioTrackAsset> 00000000-0000-0000-0000-000000000000
text: !<reference.Text> 00000000-0000-0000-0000-000000000000
first: !<MappingBased.AssignableType> 00000000-0000-0000-0000-000000000000
second: !<MappingBased.AssignableType_1> 00000000-0000-0000-0000-000000000000
choice: !<float> 2.000000
side: r
`);
  });

  it('say which inputs may stay empty, where they stand and what class they link to', () => {
    const [model, runs] = script.inputs;
    expect([model.allowUndefined, runs.allowUndefined]).toEqual([true, false]);
    expect(model.line).toBe(6);
    expect(script.inputs.find(({ name }) => name === 'second')?.type.className).toBe('Other');
    expect([...scriptInputsHidden(script).keys()].slice(0, 4)).toEqual(['below', 'choice', 'faceIndex', 'first']);
  });

  it('that stand before the input belong to the decoration before them', () => {
    const { items } = component(`@ui.group_start('More') @showIf('on') @input @hint('x') a: number;`);
    expect(items.map(({ options }) => [...options.keys()])).toEqual([['widget', 'label', 'showIf'], ['hint']]);
    const [input] = component(`@hint('x') @input a: number;`).items;
    expect(input.options.get('hint')).toBe('"x"');
  });

  it('give numbers back, whatever they are', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), (number) => {
        const script = component(`@input a: number = ${number};`);
        // The text of -0 is 0.
        expect(script.inputs[0].default).toBe(number + 0);
        expect(inputLines(script)).toEqual([number === 0 ? '// @input float a' : `// @input float a = ${number}`]);
      }),
    );
  });

  it('are none in a file without a component', () => {
    const script = readScript('export class Plain { a = 1 }', 'Plain.ts');
    expect(script.component).toBeNull();
    expect(inputLines(script)).toEqual([]);
  });

  it('name the class and the one that it extends', () => {
    expect(component('').component).toEqual({ className: 'Probe', baseClass: 'BaseScriptComponent' });
  });

  it('cannot be read from what is no TypeScript, and the line is said', () => {
    expect(() => readScript('export class A {\n  b: =\n}', 'A.ts')).toThrow(/^A\.ts:2: /);
  });
});
