import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { UserError } from '../../../ml/core/errors.ts';
import { fileError, isFolder, readText } from '../../../ml/core/files.ts';
import type { Asset } from './asset.ts';
import { type Contents, readContents } from './contents.ts';
import type { Definitions } from './definitions.ts';
import { type Esproj, readEsproj } from './esproj.ts';
import { endingOf } from './importers.ts';
import { filesUnder } from './stored-file.ts';
import { readZip } from './zip.ts';

/** A package that lies in a project as one file. */
export interface PackedPackage {
  readonly path: string;
  /** Null if it cannot be read: then nobody knows what ids it brings. */
  readonly definitions: Definitions | null;
  /** Why it cannot be read. */
  readonly problem: string | null;
}

/** A project of Lens Studio 5 as it lies on the disk. */
export interface Project extends Contents {
  readonly folder: string;
  readonly esproj: Esproj;
  readonly packages: readonly PackedPackage[];
}

/**
 * Reads a project: `*.esproj`, `Assets/` and `Packages/`.
 * @throws UserError if the folder is no project, or its `.esproj` cannot be read. Any other file that cannot be read becomes
 *   a fault in the result.
 */
export async function readProject(folder: string): Promise<Project> {
  const name = await findEsproj(folder);
  const esproj = readEsproj(await readText(join(folder, name)), name);
  const files = [...(await filesUnder(folder, 'Assets')), ...(await filesUnder(folder, 'Packages'))];
  const contents = await readContents(files);
  return { ...contents, folder: resolve(folder), esproj, packages: await readPackages(contents.assets) };
}

/**
 * Name of a project's `.esproj`.
 * @throws UserError if the folder is no project.
 */
export async function findEsproj(folder: string): Promise<string> {
  if (!(await isFolder(folder)))
    throw new UserError(`${folder} is a file; give the folder that the project's .esproj file lies in`);
  const names = (
    await readdir(folder).catch((thrown) => {
      throw fileError('read', folder, thrown);
    })
  ).filter((name) => name.endsWith('.esproj'));
  if (names.length === 1) return names[0];
  throw new UserError(
    names.length === 0
      ? `${folder} is no Lens Studio project: it holds no .esproj file; give the folder that holds one`
      : `${folder} holds ${names.length} .esproj files (${names.join(', ')}), one is expected; move the others elsewhere`,
  );
}

/** Lens Studio ≤ 4 packed in a form of its own; what such a package brings stands in its `.meta`. */
const OLD_IMPORTER = 'LensCoreImporter';

async function readPackages(assets: readonly Asset[]): Promise<PackedPackage[]> {
  const packed = assets.filter(
    ({ path, file, meta }) => file && ['lspkg', 'lsc'].includes(endingOf(path)) && meta?.importer !== OLD_IMPORTER,
  );
  return Promise.all(
    packed.map(async ({ path, file }) => {
      try {
        const { definitions } = await readContents(readZip(await file!.read(), path));
        return { path, definitions, problem: null };
      } catch (thrown) {
        if (!(thrown instanceof UserError)) throw thrown;
        return { path, definitions: null, problem: thrown.message.replace(`${path} `, '') };
      }
    }),
  );
}
