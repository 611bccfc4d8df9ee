import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { readEntities } from '../../tools/lens-studio/files/entity.ts';
import { type MaterialPass, readMaterial, writeMaterial } from '../../tools/lens-studio/files/material.ts';

const ASSET = '11111111-2222-4333-8444-555555555555';
const PASS = '22222222-2222-4333-8444-555555555555';
const GRAPH = '33333333-2222-4333-8444-555555555555';
const TEXTURE = '44444444-2222-4333-8444-555555555555';

const GLOW: MaterialPass = {
  graph: GRAPH,
  blend: 'PremultipliedAlphaAuto',
  properties: new Map<string, readonly number[] | { texture: string }>([
    ['baseTex', { texture: TEXTURE }],
    ['frame', [2]],
    ['grid', [4, 2]],
    ['tint', [1, 0.5, 0.25, 1]],
  ]),
};

describe('a written material', () => {
  const text = writeMaterial({ asset: ASSET, pass: PASS }, GLOW);
  const entities = readEntities(text, 'Glow.mat');

  it('has the fields of materials that Lens Studio 5.23 writes, in their order', () => {
    expect(entities.map(({ type, id }) => `${type} ${id}`)).toEqual([`Material ${ASSET}`, `PassInfo ${PASS}`]);
    // As counted in materials of images in projects of 5.23.2.
    expect([...entities[1].fields.keys()].join(' ')).toBe(
      'CachedProperties DepthWrite DepthTest DepthFunction TwoSided ColorMask CullMode PolygonOffset FrustumCulling ' +
        'FrustumCullPad InstanceCount Defines BlendMode Properties Pass',
    );
    expect(text).toContain(`    baseTex:
      typeIdx: 9
      value:
        id: ${TEXTURE}
        sampler:
          filteringMode: Trilinear
`);
    expect(text).toContain('    frame:\n      typeIdx: 1\n      value: 2.000000\n');
    expect(text).toContain('    grid:\n      typeIdx: 3\n      value: {x: 4.000000, y: 2.000000}\n');
    expect(text).toContain('    - Port_Depth_N004:\n        typeIdx: 1\n        value: 1.000000\n');
    expect(text).toContain('  ColorMask: {x: true, y: true, z: true, w: true}\n');
  });

  it('is read again', () => {
    const [pass, ...others] = readMaterial(entities, 'Glow.mat');
    expect(others).toEqual([]);
    expect(pass).toMatchObject({ graph: GRAPH, blend: 'PremultipliedAlphaAuto' });
    const { properties } = pass;
    expect(properties.get('PreviewEnabled')).toEqual([0]);
    for (const [name, value] of GLOW.properties) expect(properties.get(name)).toEqual(value);
  });
});

describe('a damaged material', () => {
  it('is read, or refused with a message, whatever the damage is', () => {
    const text = writeMaterial({ asset: ASSET, pass: PASS }, GLOW);
    const junk = fc.string({ unit: 'binary', minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat({ max: text.length }), junk, fc.nat({ max: 40 }), (at, inserted, removed) => {
        try {
          readMaterial(readEntities(text.slice(0, at) + inserted + text.slice(at + removed), 'x.mat'), 'x.mat');
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a material of another project', () => {
  const text = writeMaterial({ asset: ASSET, pass: PASS }, GLOW);
  const read = (changed: string) => readMaterial(readEntities(changed, 'Other.mat'), 'Other.mat');

  it('may have properties of other types, or textures that are not set', () => {
    const matrix =
      '    turn:\n      typeIdx: 7\n      value:\n        0: {x: 1.000000, y: 0.000000, z: 0.000000}\n    zoom:\n      typeIdx: 1\n      value: 3.000000\n  Pass:';
    const [{ properties }] = read(
      text.replace('  Pass:', matrix).replace(`id: ${TEXTURE}`, 'id: 00000000-0000-0000-0000-000000000000'),
    );
    expect([properties.get('turn'), properties.get('baseTex'), properties.get('zoom')]).toEqual([
      undefined,
      undefined,
      [3],
    ]);
  });

  it('is refused without a pass, or with one that has no graph', () => {
    expect(() => read(text.replace(/- !<PassInfo[\s\S]*/, ''))).toThrow(`Other.mat:4: found no PassInfo ${PASS}`);
    expect(() => read(text.replace(/ {2}Pass: .*\n/, ''))).toThrow(/^Other\.mat:5: Pass: /);
    expect(() => read(`- !<PassInfo/${PASS}>\n  BlendMode: Normal\n`)).toThrow('Other.mat:1: found no Material');
  });
});
