import { expect, it } from 'vitest';
import { prepareMaterials } from '../../../tools/preview/page/run/materials.ts';
import type { LensProgram, MaterialAsset, Shader } from '../../../tools/simulator/program.ts';

const shader = (path: string): Shader => ({ path, fragment: '', properties: [] });
const material = (name: string, own: Shader | null): MaterialAsset => ({
  kind: 'material',
  id: name,
  name,
  path: `Assets/${name}.mat`,
  shader: own,
  blendMode: 'Normal',
  values: {},
});
const programOf = (...assets: MaterialAsset[]): LensProgram => ({
  name: 'lens',
  objects: [],
  scripts: [],
  assets,
  problems: [],
});
const shaders = ({ assets }: LensProgram) => assets.map((asset) => (asset as MaterialAsset).shader?.path ?? null);

it('takes its shader from a material that does not compile, and says where', () => {
  const program = programOf(material('Good', shader('good')), material('Bad', shader('bad')), material('None', null));
  const prepared = prepareMaterials(program, {
    prepare({ path }) {
      if (path === 'bad') throw new Error('Assets/Bad.graphShader:57: undeclared identifier');
    },
  });
  expect(shaders(prepared.program)).toEqual(['good', null, null]);
  expect(prepared.problems).toEqual([
    'Assets/Bad.graphShader:57: undeclared identifier; its materials have only the property mainColor and show nothing',
  ]);
});

it('says once that the browser has no WebGL 2, if materials need it', () => {
  const prepared = prepareMaterials(programOf(material('A', shader('a')), material('B', shader('b'))), null);
  expect(shaders(prepared.program)).toEqual([null, null]);
  expect(prepared.problems).toEqual([
    'this browser has no WebGL 2, which materials need: the lens shows what it shows without them',
  ]);
  expect(prepareMaterials(programOf(material('None', null)), null).problems).toEqual([]);
});
