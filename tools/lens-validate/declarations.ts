import { join } from 'node:path';
import { UserError } from '../../ml/core/errors.ts';
import { isFolder, readText } from '../../ml/core/files.ts';
import { SHIPPED_LENS } from '../lens-build/shipped.ts';
import { filesUnder } from '../lens-studio/files/stored-file.ts';
import type { Sources } from './compile.ts';

/** Where Lens Studio puts its declarations, and Git nothing. */
const STUDIO = 'Cache/TypeScript/lib/';
/** Where added declarations seem to lie in the project. */
const ADDED = 'declarations-of-the-api/';

/** A project's sources with declarations of Lens Studio's API. */
export interface DeclaredSources extends Sources {
  /** Files that were added, to be named to the compiler. */
  readonly added: readonly string[];
  /** Whether all of the API is declared; ours, which stand in where nobody else's are, know a part of it. */
  readonly isComplete: boolean;
}

/**
 * Adds declarations to sources that have none.
 * @param given a file or folder of declarations that the user has.
 * @throws UserError if that cannot be read or holds no `.d.ts`.
 */
export async function withDeclarations(sources: Sources, given?: string): Promise<DeclaredSources> {
  if (given === undefined && declaresApi(sources)) return { ...sources, added: [], isComplete: true };
  const texts = await declarationsIn(given ?? join(SHIPPED_LENS, 'types'));
  const paths = sources.paths.filter((path) => !path.startsWith(STUDIO));
  return {
    paths: [...paths, ...texts.keys()],
    read: (path) => texts.get(path) ?? sources.read(path),
    added: [...texts.keys()],
    isComplete: given !== undefined,
  };
}

function declaresApi({ paths, read }: Sources): boolean {
  const texts = paths.filter((path) => path.endsWith('.d.ts')).map((path) => read(path) ?? '');
  return [/\bclass BaseScriptComponent\b/, /\bclass SceneObject\b/].every((form) =>
    texts.some((text) => form.test(text)),
  );
}

async function declarationsIn(path: string): Promise<Map<string, string>> {
  const files = (await isFolder(path)) ? (await filesUnder(path, '.')).map((file) => join(path, file.path)) : [path];
  const declarations = files.filter((file) => file.endsWith('.d.ts'));
  if (declarations.length === 0)
    throw new UserError(
      `${path} holds no declarations: no .d.ts file; give Lens Studio's StudioLib.d.ts, or the folder that it lies in`,
    );
  return new Map(
    await Promise.all(
      declarations.map(async (file, at): Promise<[string, string]> => [`${ADDED}${at}.d.ts`, await readText(file)]),
    ),
  );
}
