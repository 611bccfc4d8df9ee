import { holdsEntities } from '../files/importers.ts';
import type { Finding } from './finding.ts';
import { finding } from './finding.ts';
import type { Model } from './model.ts';

/** Files that cannot be read, that are not there, or that lack their `.meta`. */
export function checkFiles({ assets, faults, packages }: Model): Finding[] {
  const unread = faults.map(({ path, line, message }) => finding('unreadable-file', { file: path, line }, message));
  const pointers = assets
    .filter(({ pointer }) => pointer)
    .map(({ path }) => finding('lfs-pointer', { file: path }, 'a Git LFS pointer in place of the file'));
  const damaged = packages.flatMap(({ path, problem }) =>
    problem === null || assets.some((asset) => asset.path === path && asset.pointer)
      ? []
      : [finding('damaged-package', { file: path }, problem)],
  );
  return [...unread, ...pointers, ...damaged, ...pairFindings(assets)];
}

function pairFindings(assets: Model['assets']): Finding[] {
  const files = new Map(assets.flatMap(({ path, file }) => (file ? [[path.toLowerCase(), path]] : [])));
  const metas = new Map(assets.flatMap(({ path, hasMeta }) => (hasMeta ? [[path.toLowerCase(), path]] : [])));
  return assets.flatMap(({ path, file, hasMeta }) => {
    if (file === null) {
      const other = files.get(path.toLowerCase());
      return other
        ? [finding('name-case', { file: `${path}.meta` }, `the .meta of ${path}, but the file is ${other}`)]
        : [finding('absent-file', { file: `${path}.meta` }, `a .meta without its file ${path}`)];
    }
    // Of files of other endings it is not known whether Lens Studio imports them.
    if (hasMeta || metas.has(path.toLowerCase()) || holdsEntities(path) === null) return [];
    return [finding('missing-meta', { file: path }, 'no .meta beside it')];
  });
}
