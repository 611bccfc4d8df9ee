import { strFromU8, unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { readBytes } from '../../ml/core/files.ts';
import { readLensModel } from '../../tools/lens-build/lens-model.ts';
import { packageDetector } from '../../tools/lens-build/package/package-detector.ts';
import { SHIPPED_LENS, SHIPPED_MODEL } from '../../tools/lens-build/shipped.ts';
import { parse } from '../../tools/lens-studio/yaml/parse.ts';
import { type Fields, NULL_ID, Tagged, type Value } from '../../tools/lens-studio/yaml/value.ts';

const ROOT = 'Package/Assets/';
const PREFAB = `${ROOT}EmotionDetector__PLACE_IN_SCENE.prefab`;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let packed: Uint8Array;
let files: Record<string, Uint8Array>;

beforeAll(async () => {
  packed = await packageDetector(await readLensModel(SHIPPED_MODEL, 'tflite'));
  // fflate reads what it wrote, by a code of its own that knows only the format.
  files = unzipSync(packed);
});

/** The entities of a text file of the package. */
function entities(name: string): Tagged[] {
  return parse(strFromU8(files[name]), name) as Tagged[];
}

const isYaml = (name: string) => /\.(meta|prefab|native|faceCropTexture|deviceCameraTexture)$/.test(name);

/** All ids that are defined, and all that are linked to. */
function idsOf(value: Value, defined: Set<string>, linked: Set<string>): void {
  if (value instanceof Tagged) {
    const [type, id] = value.tag.split('/');
    if (UUID.test(id ?? '')) defined.add(id);
    if (/^(own|reference|MappingBased)/.test(type)) linked.add(value.value as string);
    idsOf(value.value, defined, linked);
  } else if (Array.isArray(value)) for (const item of value) idsOf(item, defined, linked);
  else if (value instanceof Map) {
    for (const [key, item] of value) {
      if (key === 'PrimaryAsset') defined.add((item as Tagged).value as string);
      idsOf(item, defined, linked);
    }
  }
}

function idsIn(names: string[], read: (name: string) => Value): { defined: Set<string>; linked: Set<string> } {
  const found = { defined: new Set<string>(), linked: new Set<string>() };
  for (const name of names) idsOf(read(name), found.defined, found.linked);
  return found;
}

describe("the detector's package", () => {
  it('is the same each time, and the one that is shipped', async () => {
    const again = await packageDetector(await readLensModel(SHIPPED_MODEL, 'tflite'));
    expect(Buffer.from(again).equals(packed)).toBe(true);
    const shipped = await readBytes(`${SHIPPED_LENS}/EmotionDetector.lspkg`);
    expect(Buffer.from(shipped).equals(packed), 'run `emotion-lens lens package --force`').toBe(true);
  });

  it('holds every file below Package/Assets with its .meta, model and scripts as they are', async () => {
    const names = Object.keys(files);
    expect(names.every((name) => name.startsWith(ROOT))).toBe(true);
    const assets = names.filter((name) => !name.endsWith('.meta'));
    expect(assets.map((name) => `${name}.meta`).sort()).toEqual(names.filter((name) => name.endsWith('.meta')).sort());
    for (const name of ['emotion.int8.tflite', 'EmotionDetector.ts', 'ExpressionTracker.ts'])
      expect(
        Buffer.from(files[ROOT + name]).equals(await readBytes(`${SHIPPED_LENS}/Assets/EmotionDetector/${name}`)),
        name,
      ).toBe(true);
    expect(assets).toEqual(expect.arrayContaining([PREFAB, `${ROOT}package.native`, `${ROOT}README.md`]));
  });

  it('links only to what it holds, by ids that the lens does not have', async () => {
    const { defined, linked } = idsIn(Object.keys(files).filter(isYaml), (name) => entities(name));
    const outside = [...linked].filter((id) => id !== NULL_ID && !defined.has(id));
    expect(outside).toEqual([]);
    const scene = parse(strFromU8(await readBytes(`${SHIPPED_LENS}/Assets/Scene.scene`)), 'Scene.scene');
    const lens = idsIn(['scene'], () => scene);
    expect([...defined].filter((id) => lens.defined.has(id) || lens.linked.has(id))).toEqual([]);
  });

  it('has a prefab wired to its model and crop, with its copy in the .meta', () => {
    const prefab = entities(PREFAB);
    const script = prefab.find(({ tag }) => tag.startsWith('ScriptComponent/'))!;
    const inputs = ((script.value as Fields).get('ScriptInputs') as Fields).get('') as Fields;
    const idOfMeta = (name: string) =>
      ((entities(`${ROOT}${name}.meta`)[0].value as Fields).get('PrimaryAsset') as Tagged).value as string;
    expect((inputs.get('model') as Tagged).value).toBe(idOfMeta('emotion.int8.tflite'));
    expect((inputs.get('faceCrop') as Tagged).value).toBe(idOfMeta('Face Crop Texture.faceCropTexture'));
    expect((inputs.get('screen') as Tagged).value).toBe(NULL_ID);

    const root = prefab.find(({ tag }) => tag.startsWith('SceneObject/'))!;
    const remaps = (root.value as Fields).get('PrefabRemaps') as Fields[];
    const copies = entities(`${PREFAB}.meta`).map(({ tag }) => tag.split('/')[1]);
    expect(remaps).toHaveLength(2);
    for (const remap of remaps)
      for (const [id, copy] of remap) {
        expect(copies).toContain(copy);
        // As in the prefabs that Lens Studio writes: the last 64 bits are inverted.
        const low = (uuid: string) => BigInt(`0x${uuid.slice(19).replace('-', '')}`);
        expect(low(id) ^ low(copy as string)).toBe(0xffff_ffff_ffff_ffffn);
        expect((copy as string).slice(0, 18)).toBe(id.slice(0, 18));
      }
  });

  it('has a face crop of its own camera texture', () => {
    const [crop] = entities(`${ROOT}Face Crop Texture.faceCropTexture`);
    const [camera] = entities(`${ROOT}Device Camera Texture.deviceCameraTexture`);
    const input = (crop.value as Fields).get('InputTexture') as Tagged;
    expect(camera.tag).toBe(`DeviceCameraTexture/${input.value}`);
  });

  describe('puts itself into the scene', () => {
    const place = (instantiatePrefab: (prefab: unknown, parent: unknown) => object) => {
      const [descriptor] = entities(`${ROOT}package.native`);
      const code = ((descriptor.value as Fields).get('SetupScript') as Fields).get('code') as string;
      const said: string[] = [];
      // As Lens Studio runs it: the body of a function that returns the one to call.
      const setup = new Function('console', code)({ log: (line: string) => said.push(line) });
      const parent = { appended: (name: string) => `Assets/EmotionDetector.lspkg/${name}` };
      const result = setup({ fileMeta: { sourcePath: { parent } } }, null, null, {
        getScene: () => ({ instantiatePrefab }),
        getAssetManager: () => ({ getFileMeta: (path: string) => ({ primaryAsset: `prefab of ${path}` }) }),
      });
      return { result, said };
    };

    it('as the prefab at the root of the scene', () => {
      const made: unknown[] = [];
      const { result, said } = place((prefab, parent) => {
        made.push(prefab, parent);
        return {};
      });
      expect(made).toEqual(['prefab of Assets/EmotionDetector.lspkg/EmotionDetector__PLACE_IN_SCENE.prefab', null]);
      expect(Object.keys(files)).toContain(PREFAB);
      expect(result).toEqual({ name: 'Emotion Detector' });
      expect(said).toEqual([]);
    });

    it('or says what to do where Lens Studio refuses', () => {
      const { result, said } = place(() => {
        throw new Error('no scene');
      });
      expect(result).toBeUndefined();
      expect(said).toEqual([expect.stringMatching(/^Drag EmotionDetector__PLACE_IN_SCENE .*no scene/)]);
    });
  });

  it('describes itself as a package of Lens Studio 5.15', () => {
    const [descriptor] = entities(`${ROOT}package.native`);
    const fields = descriptor.value as Fields;
    expect(descriptor.tag).toMatch(/^NativePackageDescriptor\//);
    expect(fields.get('UpdateCheckpoint')).toBe(76);
    expect(fields.get('PackagePolicy')).toBe('CanBeUnpackedTransparent');
    expect((fields.get('ReadMe') as Tagged).value).not.toBe(NULL_ID);
  });
});
