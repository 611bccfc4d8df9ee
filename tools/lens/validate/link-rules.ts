import type { Entity, Link } from '../files/entity.ts';
import { type Finding, finding } from './finding.ts';
import { isKind } from './kinds.ts';
import type { Model } from './model.ts';

/** Ids that stand twice, and links that lead nowhere or to something of another kind. */
export function checkLinks(model: Model): Finding[] {
  const twice = [...model.definitions.values()].flatMap(([first, ...others]) =>
    others.map(({ id, kind, file, line }) =>
      finding(
        'duplicate-id',
        { file, line },
        `${id} (${kind}) is already the id of a ${first.kind} in ${first.file}:${first.line}`,
      ),
    ),
  );
  let unchecked = 0;
  const links = model.entities.flatMap((entity) =>
    entity.links.flatMap((link) => {
      if (link.kind === 'own' || isOwnMeta(entity, link)) return [];
      const target = model.resolve(link.id);
      if (target === null && model.hasUnreadPackage) {
        unchecked++;
        return [];
      }
      return linkFindings(entity, link, target);
    }),
  );
  const unread = model.packages.filter(({ definitions }) => definitions === null);
  const note =
    unchecked > 0
      ? [
          finding(
            'unchecked-links',
            { file: unread[0].path },
            `${unchecked} links lead out of the project, maybe into one of ${unread.length} packages that cannot be read`,
          ),
        ]
      : [];
  return [...twice, ...links, ...note];
}

/** A meta names the ids that it gives itself; a package's meta also what lies in the package. */
function isOwnMeta({ type }: Entity, { field }: Link): boolean {
  return type === 'AssetImportMetadata' && field !== 'Texture' && field !== 'OutputTexture';
}

function linkFindings(
  { type, file }: Entity,
  { id, type: expected, field, line }: Link,
  target: ReturnType<Model['resolve']>,
): Finding[] {
  const place = { file, line };
  const name = `${type}.${field}`;
  if (target === null)
    return [
      finding(
        field === 'Font' ? 'missing-font' : 'unresolved-link',
        place,
        `${name} links to ${id}, which is nowhere in the project`,
      ),
    ];
  const wanted = expected ?? FIELDS[field] ?? null;
  if (wanted === null || isKind(target.kind, wanted)) return [];
  return [
    finding('link-kind', place, `${name} links to a ${target.kind} (${target.file}:${target.line})`, `a ${wanted}`),
  ];
}

/** What fields of Lens Studio's own entities link to. */
const FIELDS: Readonly<Record<string, string>> = {
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
