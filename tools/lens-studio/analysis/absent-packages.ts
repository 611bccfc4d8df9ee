import { z } from 'zod';
import type { Asset } from '../files/contents.ts';
import { isPackage } from '../files/package.ts';
import type { ScriptFile } from './script-thread.ts';

/** A package that the project needs and does not have. */
export interface AbsentPackage {
  /** The package's file, or the first that asks for it. */
  readonly path: string;
  readonly why: string;
}

/** What a package says of those that it needs. */
const DEPENDENCIES = 'package_dependencies.json';
const dependencySchema = z.object({ dependencies: z.array(z.object({ name: z.string() })) });
/** A list of names is shorter. */
const MAX_BYTES = 1_000_000;

/** Packages that are pointers of Git LFS, of which only the `.meta` is here, or that scripts and other packages ask for. */
export async function absentPackages(
  assets: readonly Asset[],
  scripts: readonly ScriptFile[],
): Promise<AbsentPackage[]> {
  const absent = new Map<string, AbsentPackage>();
  const add = (name: string, path: string, why: string) => {
    if (!absent.has(nameKey(name))) absent.set(nameKey(name), { path, why });
  };
  for (const { path, file, pointer } of assets)
    if (isPackage(path) && (pointer || file === null))
      add(
        path.split('/').at(-1)!,
        path,
        pointer ? 'a Git LFS pointer instead of the package' : 'a .meta without its package',
      );
  const known = new Set(assets.flatMap(({ path }) => path.split('/').map(nameKey)));
  for (const { path, file } of assets)
    if (file && path.endsWith(`/${DEPENDENCIES}`) && file.bytes <= MAX_BYTES)
      for (const name of dependenciesIn(await file.read()))
        if (!known.has(nameKey(name))) add(name, path, `the package ${name} is required but missing`);
  for (const { path, script } of scripts)
    for (const name of (script?.imports ?? []).flatMap(packageIn))
      if (!known.has(nameKey(name))) add(name, path, `the package ${name} is imported but missing`);
  return [...absent.values()];
}

function dependenciesIn(content: Uint8Array): string[] {
  try {
    const { dependencies } = dependencySchema.parse(JSON.parse(new TextDecoder().decode(content)));
    return dependencies.map(({ name }) => name);
  } catch {
    // What it is good for is Lens Studio's affair.
    return [];
  }
}

/** `SpectaclesInteractionKit.lspkg` of `../SpectaclesInteractionKit.lspkg/SIK`, and the folder of a path without a dot. */
function packageIn(imported: string): string[] {
  const packed = imported.split('/').find((part) => /\.(lspkg|lsc)$/.test(part));
  if (packed) return [packed];
  return /^[\w-]+\/./.test(imported) ? [imported.split('/')[0]] : [];
}

/** Names of a package differ by its ending, a version or a number, spaces, and upper and lower case. */
function nameKey(name: string): string {
  return name
    .replace(/\.(lspkg|lsc)(\.meta)?$/, '')
    .replace(/_\d[\d.]*$| \d+$/, '')
    .replace(/[ _-]/g, '')
    .toLowerCase();
}
