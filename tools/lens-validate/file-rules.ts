import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { lineOf } from '../lens-studio/files/entity.ts';
import { holdsEntities, importersOf } from '../lens-studio/files/importers.ts';
import { isPackage } from '../lens-studio/files/package.ts';
import { NULL_ID } from '../lens-studio/yaml/value.ts';
import { type Finding, finding } from './finding.ts';

/** Files that cannot be read, that are not there, or that lack their `.meta`. */
export function checkFiles({ assets, faults, packages, absent }: AssetIndex): Finding[] {
  const unread = faults.map(({ path, line, message }) => finding('unreadable-file', { file: path, line }, message));
  const pointers = assets
    .filter(({ path, pointer }) => pointer && !isPackage(path))
    .map(({ path }) => finding('lfs-pointer', { file: path }, 'a Git LFS pointer instead of the file'));
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

function pairFindings(assets: AssetIndex['assets']): Finding[] {
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
    return [finding('missing-meta', { file: path }, 'no .meta next to it')];
  });
}

/** What Lens Studio keeps in packages without a `.meta`. */
function isBare(path: string): boolean {
  return path.endsWith('/package_dependencies.json');
}

/** What a `.meta` says of its file: the importer, and the ids of what comes of it. */
export function checkMetas({ assets }: AssetIndex): Finding[] {
  return assets.flatMap(({ path, meta, entities }) => {
    if (meta === null) return [];
    const findings: Finding[] = [];
    const at = (field: string) => ({ file: meta.path, line: lineOf(meta.entity, field) });
    const importers = importersOf(path).map(({ name }) => name);
    // An empty name stands for a file that belongs to another asset, as the pictures of an animation do.
    if (meta.importer !== '' && importers.length > 0 && !importers.includes(meta.importer))
      findings.push(finding('importer', at('ImporterName'), meta.importer, importers.join(' or ')));
    const ids = [...meta.imported.values()];
    // The main asset of a package is its descriptor, inside.
    const isPackage = meta.importer === 'NativePackageImporter';
    if (!isPackage && ids.length > 0 && meta.primary !== NULL_ID && !ids.includes(meta.primary))
      findings.push(finding('primary-asset', at('PrimaryAsset'), meta.primary, ids.slice(0, 3).join(' or ')));
    const [main] = entities ?? [];
    if (main && ids.length > 0 && !ids.includes(main.id))
      findings.push(
        finding('imported-id', at('ImportedAssetIds'), ids.join(', '), `${main.id}, the ${main.type} in ${path}`),
      );
    return findings;
  });
}
