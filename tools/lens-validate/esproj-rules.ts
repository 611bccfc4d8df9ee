import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBytes } from '../../ml/core/files.ts';
import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { type Esproj, mediaHashOf } from '../lens-studio/files/project.ts';
import { ICON_SIDE, NAME_LENGTH, VIDEO_BYTES } from './codes.ts';
import { type Finding, finding } from './finding.ts';
import { pictureSize } from './size-rules.ts';

/** The newest version whose projects were read to make these rules. */
const NEWEST_MINOR = 24;

/** What Lens Studio keeps next to the project file, with its MD5 in it. */
export const ICON = 'icon.png';
export const PREVIEW = 'preview.mp4';

/** Whether a newer version of Lens Studio wrote a project than those that are known here. */
export function isNewer({ studioVersion: { major, minor } }: Esproj): boolean {
  return major > 5 || (major === 5 && minor > NEWEST_MINOR);
}

/** The project file: version, scene, name, icon. */
export async function checkEsproj({ esproj, folder, resolve }: AssetIndex): Promise<Finding[]> {
  if (esproj === null || folder === null) return [];
  const { path, text, studioVersion, sceneId, metaInfo } = esproj;
  const at = (field: string) => ({ file: path, line: lineIn(text, field) });
  const findings: Finding[] = [];
  const { major, minor, patch } = studioVersion;
  const version = `Lens Studio ${major}.${minor}.${patch}`;
  if (major !== 5) findings.push(finding('studio-version', at('studioVersion'), version));
  else if (isNewer(esproj))
    findings.push(finding('newer-version', at('studioVersion'), version, `Lens Studio 5.${NEWEST_MINOR} or older`));
  const scene = resolve(sceneId);
  if (scene?.kind !== 'Scene')
    findings.push(finding('scene-id', at('sceneId'), scene ? `the id of a ${scene.kind}` : 'an unknown id'));
  const { lensName } = metaInfo;
  if (lensName.length > NAME_LENGTH || /[^\p{L}\p{N} ]/u.test(lensName))
    findings.push(finding('lens-name', at('lensName'), `the name "${lensName}", ${lensName.length} characters long`));
  const icon = await contentOf(folder, ICON);
  if (icon !== null) {
    const size = pictureSize(icon);
    if (size === null || size.width !== ICON_SIDE || size.height !== ICON_SIDE)
      findings.push(
        finding('icon-size', { file: ICON }, size ? `${size.width} × ${size.height} pixels` : 'not a PNG picture'),
      );
  }
  const preview = await contentOf(folder, PREVIEW);
  for (const [code, field, name, content] of [
    ['icon-hash', 'iconHash', ICON, icon],
    ['preview-hash', 'videoPreviewHash', PREVIEW, preview],
  ] as const) {
    const md5 = content && mediaHashOf(content);
    if (md5 !== null && metaInfo[field] !== md5)
      findings.push(finding(code, at(field), `${field} "${metaInfo[field]}"`, `${md5}, the MD5 of ${name}`));
  }
  return findings;
}

/** A file next to the project file; null if there is none, or one that is larger than Snap takes. */
export async function contentOf(folder: string, name: string): Promise<Uint8Array | null> {
  const info = await lstat(join(folder, name)).catch(() => null);
  return info?.isFile() && info.size <= VIDEO_BYTES ? readBytes(join(folder, name)) : null;
}

/** The line of a field of the project file. */
export function lineIn(text: string, field: string): number {
  return text.split('\n').findIndex((line) => line.trimStart().startsWith(`${field}:`)) + 1 || 1;
}
