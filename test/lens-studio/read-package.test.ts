import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { strToU8, type Zippable, zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { readPackage } from '../../tools/lens-studio/files/package.ts';
import { validateProject } from '../../tools/lens-validate/validate.ts';

const folder = mkdtempSync(join(tmpdir(), 'packages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ID = '11111111-2222-4333-8444-555555555555';
const NATIVE = `- !<NativePackageDescriptor/${ID}>\n  PackagePath: ""\n`;
const meta = (key: string, importer: string, id: string) =>
  `- !<AssetImportMetadata/${id.slice(0, -1)}0>
  ImportedAssetIds:
    ${key}: !<reference> ${id}
  ImporterName: ${importer}
  PrimaryAsset: !<reference> ${id}
  PackageType: NotAPackage
`;
const WHOLE: Zippable = {
  'Package/Assets/package.native': strToU8(NATIVE),
  'Package/Assets/package.native.meta': strToU8(meta('NativePackageDescriptor', 'NativePackageDescriptorImporter', ID)),
};

function packed(content: Uint8Array): string {
  const path = join(folder, 'Test.lspkg');
  writeFileSync(path, content);
  return path;
}

/** Where a name stands for the `nth` time in an archive. */
function placeOf(archive: Uint8Array, name: string, nth: number): number {
  let at = -1;
  for (let time = 0; time <= nth; time++) at = Buffer.from(archive).indexOf(name, at + 1);
  return at;
}

describe('reading a package', () => {
  it('gives its assets and ids', async () => {
    const { assets, faults, definitions } = await readPackage(packed(zipSync(WHOLE)));
    expect(assets.map(({ path }) => path.split('!')[1])).toEqual(['Package/Assets/package.native']);
    expect(faults).toEqual([]);
    expect(definitions.get(ID)?.map(({ kind }) => kind)).toEqual(['NativePackageDescriptor']);
  });

  it('reads entries that are stored without packing, and a comment at the end', async () => {
    const stored = zipSync(WHOLE, { level: 0 });
    const commented = new Uint8Array([...stored, ...strToU8('hello')]);
    new DataView(commented.buffer).setUint16(stored.length - 2, 5, true);
    expect((await readPackage(packed(commented))).assets).toHaveLength(1);
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['no archive', () => strToU8('hello'), /no end record of a ZIP archive/],
    [
      'one without a descriptor',
      () => zipSync({ 'Package/Assets/a.md': strToU8('x') }),
      /has no Package\/Assets\/package\.native/,
    ],
    ['an absolute name', () => zipSync({ '/etc/x': strToU8('x') }), /"\/etc\/x".*outside the package/],
    ['a name that climbs inside', () => zipSync({ 'Package/../../x': strToU8('x') }), /outside the package/],
    [
      'a symbolic link',
      () => zipSync({ ...WHOLE, 'Package/Assets/link': [strToU8('/etc/passwd'), { os: 3, attrs: 0o120777 << 16 }] }),
      /Package\/Assets\/link as a symbolic link/,
    ],
    [
      'two names that differ in case',
      () => zipSync({ ...WHOLE, 'Package/Assets/a.md': strToU8('1'), 'Package/Assets/A.md': strToU8('2') }),
      /contains Package\/Assets\/(a|A)\.md twice/,
    ],
    [
      'a file that differs from its checksum',
      () => {
        const archive = zipSync({ ...WHOLE, 'Package/Assets/a.bin': [new Uint8Array(99), { level: 0 }] });
        archive[placeOf(archive, 'Package/Assets/a.bin', 0) + 50] ^= 1;
        return archive;
      },
      /a\.bin differs from its checksum/,
    ],
    [
      'a file that unpacks to more than it says',
      () => {
        const archive = zipSync({ ...WHOLE, 'Package/Assets/a.bin': new Uint8Array(1_000_000) });
        // The size as it was, in the list of files 22 bytes before the name.
        new DataView(archive.buffer).setUint32(placeOf(archive, 'Package/Assets/a.bin', 1) - 22, 10, true);
        return archive;
      },
      /a\.bin cannot be unpacked/,
    ],
    [
      'an archive that says it unpacks to gigabytes',
      () => {
        const archive = zipSync({ ...WHOLE, 'Package/Assets/a.bin': new Uint8Array(100) });
        new DataView(archive.buffer).setUint32(placeOf(archive, 'Package/Assets/a.bin', 1) - 22, 0xfffffff0, true);
        return archive;
      },
      /unpacks to more than 500 MB/,
    ],
    [
      'an encrypted file',
      () => {
        const archive = zipSync(WHOLE);
        archive[placeOf(archive, 'Package/Assets/package.native', 2) - 38] |= 1;
        return archive;
      },
      /is encrypted/,
    ],
  ])('refuses %s', async (_, archive, message) => {
    const path = packed(archive());
    await expect(readPackage(path)).rejects.toThrow(message);
    await expect(readPackage(path)).rejects.toThrow(UserError);
  });

  it('reads or refuses any damage, and never crashes', async () => {
    const whole = zipSync({ ...WHOLE, 'Package/Assets/a.md': strToU8('hello '.repeat(100)) });
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 })), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(changes, fc.nat(whole.length), async (bytes, length) => {
        const damaged = whole.slice(0, length < 40 ? length : whole.length);
        for (const [at, value] of bytes) if (at < damaged.length) damaged[at] = value;
        const read = await readPackage(packed(damaged)).catch((thrown) => thrown);
        expect(read instanceof UserError || Array.isArray(read.assets), String(read?.stack)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('warns of a link that leads out of the package', async () => {
    const outside = '77777777-2222-4333-8444-555555555555';
    const id = '66666666-2222-4333-8444-555555555555';
    const prefab = `- !<ObjectPrefab/${id}>\n  PackagePath: ""\n  PreviewEnvironment: !<reference> ${outside}\n`;
    const archive = zipSync({
      ...WHOLE,
      'Package/Assets/a.prefab': strToU8(prefab),
      'Package/Assets/a.prefab.meta': strToU8(meta('ObjectPrefab', 'ObjectPrefabImporter', id)),
    });
    const { findings } = await validateProject(packed(archive));
    expect(findings.map(({ code, line }) => [code, line])).toEqual([['outside-link', 3]]);
  });
});
