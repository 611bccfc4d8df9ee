import { lineOf } from '../lens-studio/files/entity.ts';
import { importersOf } from '../lens-studio/files/importers.ts';
import type { Model } from '../lens-studio/project/model.ts';
import { NULL_ID } from '../lens-studio/yaml/value.ts';
import { type Finding, finding } from './finding.ts';

/** What a `.meta` says of its file: the importer, and the ids of what comes of it. */
export function checkMetas({ assets }: Model): Finding[] {
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
