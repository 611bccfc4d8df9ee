import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { isKind } from '../lens-studio/analysis/kinds.ts';
import type { Definition } from '../lens-studio/files/contents.ts';
import type { Entity, Link } from '../lens-studio/files/entity.ts';
import { type Finding, finding } from './finding.ts';

/** Ids that stand duplicateIds, and links that lead nowhere or to something of another kind. */
export function checkLinks(index: AssetIndex): Finding[] {
  const links = index.entities.flatMap((entity) =>
    entity.links
      .filter((link) => !isOwnMeta(entity, link))
      .map((link) => ({ entity, link, target: index.resolve(link.id) })),
  );
  // What an own-link misses is a matter of its file.
  const open = links.filter(({ link, target }) => target === null && link.kind === 'reference');
  return [
    ...duplicateIds(index),
    // They may lead into a package that is not here or cannot be read, which is reported for each package.
    ...(index.hasUnreadPackage ? [] : open.map((link) => unresolved(link, index))),
    ...links.flatMap(wrongKind),
  ];
}

interface Resolved {
  readonly entity: Entity;
  readonly link: Link;
  readonly target: Definition | null;
}

function duplicateIds({ definitions }: AssetIndex): Finding[] {
  return [...definitions.values()].flatMap(([first, ...others]) =>
    others.map(({ id, kind, file, line }) => {
      const [what, other] = [kind, first.kind].map((known) => known ?? 'part of an imported file');
      const found = `${id} (${what}) is already the id of a ${other} in ${first.file}:${first.line}`;
      return finding('duplicate-id', { file, line }, found);
    }),
  );
}

/** A meta names the ids that it gives itself; a package's meta also what lies in the package. */
function isOwnMeta({ type }: Entity, { field }: Link): boolean {
  return type === 'AssetImportMetadata' && field !== 'Texture' && field !== 'OutputTexture';
}

function unresolved({ entity, link: { field, id, line } }: Resolved, { folder }: AssetIndex): Finding {
  const place = { file: entity.file, line };
  const what = `${entity.type}.${field} links to ${id}, which does not exist`;
  if (folder === null) return finding('outside-link', place, `${what} in the package`);
  return finding(field === 'Font' ? 'missing-font' : 'unresolved-link', place, `${what} in the project`);
}

function wrongKind({ entity, link: { field, type, line }, target }: Resolved): Finding[] {
  const wanted = type ?? FIELDS[field];
  if (target === null || wanted === undefined || isKind(target.kind, wanted)) return [];
  const found = `${entity.type}.${field} links to a ${target.kind} (${target.file}:${target.line})`;
  return [finding('link-kind', { file: entity.file, line }, found, `a ${wanted}`)];
}

/** What fields of Lens Studio's own entities link to. */
const FIELDS: Readonly<Record<string, string>> = {
  objects: 'SceneObject',
  Children: 'SceneObject',
  ScriptAsset: 'ScriptAsset',
  Materials: 'Material',
  MainMaterial: 'Material',
  Mesh: 'RenderMesh',
  Pass: 'ShaderGraph',
  Font: 'Font',
  AudioTrack: 'AudioTrackAsset',
  InputTexture: 'Texture',
  MaskTexture: 'Texture',
  DiffuseEnvTexture: 'Texture',
  SpecularEnvTexture: 'Texture',
  OutputTexture: 'Texture',
  RenderTarget: 'RenderTarget',
  RenderOutput: 'RenderTarget',
  RenderPreviewOutput: 'RenderTarget',
  RenderOverlayOutput: 'RenderTarget',
  ExtentsTarget: 'ScreenTransform',
  VFXAsset: 'VFXGraph',
};
