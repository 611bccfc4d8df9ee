import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SHIPPED_LENS } from '../../tools/lens-build/shipped.ts';

/** Path of Snap's public declarations of the editor's API, `public-editor.d.ts` of Lens Studio 5.23. */
const PATH = process.env['EMOTION_LENS_EDITOR_DECLARATIONS'];

/** In files only: the class is of scripts (`ScreenTextureProvider`), and its editor has none. */
const UNDECLARED_TYPES = ['ScreenTexture'];

/** The fields that the editor's classes do not show. Real projects have each of them: see lens/VALIDATION.md. */
const UNDECLARED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Camera: ['DepthStencilRenderTarget', 'DevicePropertiesSource', 'PrefabRemaps', 'RayTracing'],
  Canvas: ['BasisResolution', 'OffsetUnit', 'PrefabRemaps'],
  RetouchVisual: [
    'AutoMode',
    'AutoType',
    'EyeSharpeningEnabled',
    'EyeSharpeningIntensity',
    'EyeWhiteningEnabled',
    'PrefabRemaps',
    'SoftSkinEnabled',
    'TeethWhiteningEnabled',
    'TextureCoordinates',
    'TrackingScope',
  ],
};

/** Types of the lens's entities, with the fields of all entities of a type. */
function entitiesOfLens(): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  const files = readdirSync(SHIPPED_LENS, { recursive: true, encoding: 'utf8' }).filter((path) =>
    /\.(scene|mat|\w+Texture)$/.test(path),
  );
  for (const file of files) {
    let fields = new Set<string>();
    for (const line of readFileSync(join(SHIPPED_LENS, file), 'utf8').split(/\r?\n/)) {
      const type = /^- !<(\w+)\//.exec(line)?.[1];
      const field = /^ {2}(\w+):/.exec(line)?.[1];
      if (type !== undefined) {
        fields = found.get(type) ?? new Set();
        found.set(type, fields);
      } else if (field !== undefined) fields.add(field);
    }
  }
  return found;
}

describe.skipIf(PATH === undefined)('the types of the lens', () => {
  const declared = PATH === undefined ? '' : readFileSync(PATH, 'utf8');
  const entities = entitiesOfLens();

  it('are classes of the editor', () => {
    expect(entities.size).toBeGreaterThan(5);
    const missing = [...entities.keys()].filter((type) => !new RegExp(`\\bclass ${type}\\b`).test(declared));
    expect(missing).toEqual(UNDECLARED_TYPES);
  });

  it.each(Object.keys(UNDECLARED_FIELDS))('have the fields of the editor’s class: %s', (type) => {
    const names = membersOf(declared, type);
    const missing = [...entities.get(type)!].filter((field) => !names.has(field.toLowerCase()));
    expect(missing.sort()).toEqual(UNDECLARED_FIELDS[type]);
  });
});

/** Members of a class and of those that it extends, in lower case. */
function membersOf(declared: string, type: string): Set<string> {
  const [, , base, body] =
    new RegExp(`\\n( *)class ${type} extends ([\\w.]+) \\{([\\s\\S]*?)\\n\\1\\}`).exec(declared) ?? [];
  if (body === undefined) return new Set();
  const names = [...body.matchAll(/^ *(?:readonly )?(\w+)\??:/gm)].map(([, name]) => name.toLowerCase());
  return new Set([...names, ...membersOf(declared, base.split('.').at(-1)!)]);
}
