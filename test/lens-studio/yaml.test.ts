import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../tools/lens-studio/yaml/parse.ts';
import { Decimal, float, Tagged, type Value, type Vector, vector } from '../../tools/lens-studio/yaml/value.ts';
import { write } from '../../tools/lens-studio/yaml/write.ts';

// Written by hand after the forms that Lens Studio 5.15 uses.
const SCENE = `- !<SceneObject/00000000-0000-0065-0000-000000000064>
  PrefabRemaps:
    []
  Name: "[EDIT] Camera"
  Enabled: true
  Layers: 1
  LocalTransform: !<TransformEntity>
    Position: {x: 0.000000, y: -1.500000, z: 40.000000}
    HasSegmentScaleCompensation: false
  Children:
    - !<own> 0005641c-028d-459a-0000-000000014b4d
  LegacyPackagePolicy: ~
  ExtraData:
    {}
- !<ScriptComponent/0134b949-ce85-4cd5-bf84-7ce23d46551e>
  ScriptInputs:
    "":
      head: !<reference.SceneObject> 00000000-0000-0065-0000-000000000064
      fade: !<float> 2.000000
      colors: !<Vec4[]>
        - {x: 1.000000, y: 1.000000, z: 1.000000, w: 1.000000}
      DefaultScriptInputs:
        - first: 0.250000
          second: 3
        -
          {}
  InputLines:
    - // @input int faceIndex
    - '// @input float fade = 0.3 {"hint":"Seconds"}'
    - "// @input string name = \\"it's\\""
  Text: |-
    two
    lines
  Version: 13.60
`;

describe('the YAML of Lens Studio', () => {
  it('comes back to the letter', () => {
    expect(write(parse(SCENE, 'Scene.scene'))).toBe(SCENE);
  });

  it('reads tags, numbers and lines', () => {
    const [object, script] = parse(SCENE, 'Scene.scene') as [Tagged, Tagged];
    expect(object.tag).toBe('SceneObject/00000000-0000-0065-0000-000000000064');
    const fields = object.value as Map<string, Value>;
    expect(fields.get('Layers')).toBe(1);
    expect(fields.get('LegacyPackagePolicy')).toBeNull();
    expect(fields.get('Name')).toBe('[EDIT] Camera');
    const position = ((fields.get('LocalTransform') as Tagged).value as Map<string, Value>).get('Position') as Vector;
    expect([...position.values()].map((value) => (value as Decimal).value)).toEqual([0, -1.5, 40]);
    const [child] = fields.get('Children') as Tagged[];
    expect([child.tag, child.value, child.line]).toEqual(['own', '0005641c-028d-459a-0000-000000014b4d', 11]);
    expect((script.value as Map<string, Value>).get('Version')).toEqual(new Decimal('13.60'));
  });

  it('gives back whatever is written', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.stringMatching(/^[ -~\n]{0,12}$/),
      fc.constantFrom(
        'true',
        '~',
        '12',
        '1.5',
        '-',
        '- a',
        'a: b',
        '0:00',
        ' a',
        'a ',
        'a\n',
        '\na',
        'a\n\nb',
        '\'"',
        '// @x {"a":1}',
      ),
    );
    const { value } = fc.letrec<{ value: Value }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        text,
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map(float),
        fc.constant(vector(1, 2, 3)),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.array(fc.tuple(text, tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
        fc
          .tuple(fc.stringMatching(/^[A-Za-z][\w./-]{0,8}(\[\])?$/), tie('value'))
          .map(([tag, inner]) => new Tagged(tag, inner instanceof Tagged ? inner.value : inner)),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[A-Za-z]\w{0,5}$/), value), (object) => {
        const tree: Value = [new Tagged('Thing/1', new Map(Object.entries(object)))];
        expect(plain(parse(write(tree), 'x'))).toEqual(plain(tree));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a: [1', /^x:1: /],
    ['- a\n- b: c\n d', /^x:\d: /],
    ['a: &b 1\nc: *b', /^x:2: found an alias/],
    ['? [a]\n: 1', /^x:1: found a key/],
    ['a: 1\na: 2', /^x:2: .*unique/],
    ['a: \0', /^x is binary/],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0\n', /Git LFS pointer.*git lfs pull/],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text, 'x')).toThrow(message);
  });
});

/** Without lines, which only a file has, and without the sign of zero. */
function plain(value: Value): unknown {
  if (value instanceof Tagged) return [`!${value.tag}`, plain(value.value)];
  if (value instanceof Decimal) return value.value + 0;
  if (value instanceof Map) return [...value].map(([key, inner]) => [key, plain(inner)]);
  return Array.isArray(value) ? value.map(plain) : value;
}
