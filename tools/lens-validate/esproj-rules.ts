import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBytes } from '../../ml/core/files.ts';
import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { type Esproj, iconHashOf } from '../lens-studio/files/project.ts';
import { ICON_SIDE, NAME_LENGTH } from './codes.ts';
import { type Finding, finding } from './finding.ts';
import { pictureSize } from './size-rules.ts';

/** The newest version whose projects were read to make these rules. */
const NEWEST_MINOR = 24;

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
  return [...findings, ...(await iconFindings(folder, metaInfo.iconHash, at('iconHash')))];
}

/** Lens Studio keeps the icon next to the project file, and its MD5 in it. */
async function iconFindings(folder: string, hash: string, place: { file: string; line: number }): Promise<Finding[]> {
  const file = 'icon.png';
  const info = await lstat(join(folder, file)).catch(() => null);
  if (!info?.isFile()) return [];
  const content = await readBytes(join(folder, file));
  const size = pictureSize(content);
  const findings: Finding[] = [];
  if (size === null || size.width !== ICON_SIDE || size.height !== ICON_SIDE)
    findings.push(finding('icon-size', { file }, size ? `${size.width} × ${size.height} pixels` : 'not a PNG picture'));
  const md5 = iconHashOf(content);
  if (hash !== md5) findings.push(finding('icon-hash', place, `iconHash "${hash}"`, `${md5}, the MD5 of ${file}`));
  return findings;
}

function lineIn(text: string, field: string): number {
  return text.split('\n').findIndex((line) => line.trimStart().startsWith(`${field}:`)) + 1 || 1;
}
