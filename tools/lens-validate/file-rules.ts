import { holdsEntities } from '../lens-studio/files/importers.ts';
import { isPackage } from '../lens-studio/files/packed-package.ts';
import type { Model } from '../lens-studio/project/model.ts';
import { type Finding, finding } from './finding.ts';

/** Files that cannot be read, that are not there, or that lack their `.meta`. */
export function checkFiles({ assets, faults, packages, absent }: Model): Finding[] {
  const unread = faults.map(({ path, line, message }) => finding('unreadable-file', { file: path, line }, message));
  const pointers = assets
    .filter(({ path, pointer }) => pointer && !isPackage(path))
    .map(({ path }) => finding('lfs-pointer', { file: path }, 'a Git LFS pointer in place of the file'));
  const damaged = packages.flatMap(({ path, problem }) =>
    problem === null || assets.some((asset) => asset.path === path && asset.pointer)
      ? []
      : [finding('damaged-package', { file: path }, problem)],
  );
  const old = packages
    .filter(({ isOld }) => isOld)
    .map(({ path }) => finding('old-package', { file: path }, 'a package of Lens Studio 4 or older'));
  const missing = absent.map(({ path, why }) => finding('absent-package', { file: path }, why));
  return [...unread, ...pointers, ...damaged, ...old, ...missing, ...pairFindings(assets)];
}

function pairFindings(assets: Model['assets']): Finding[] {
  const files = new Map(assets.flatMap(({ path, file }) => (file ? [[path.toLowerCase(), path]] : [])));
  const metas = new Map(assets.flatMap(({ path, hasMeta }) => (hasMeta ? [[path.toLowerCase(), path]] : [])));
  return assets.flatMap(({ path, file, hasMeta }) => {
    if (file === null) {
      const other = files.get(path.toLowerCase());
      return other
        ? [finding('name-case', { file: `${path}.meta` }, `the .meta of ${path}, but the file is ${other}`)]
        : isPackage(path)
          ? []
          : [finding('absent-file', { file: `${path}.meta` }, `a .meta without its file ${path}`)];
    }
    // Of files of other endings it is not known whether Lens Studio imports them.
    if (hasMeta || metas.has(path.toLowerCase()) || holdsEntities(path) === null || isBare(path)) return [];
    return [finding('missing-meta', { file: path }, 'no .meta beside it')];
  });
}

/** What Lens Studio keeps in packages without a `.meta`. */
function isBare(path: string): boolean {
  return path.endsWith('/package_dependencies.json');
}
