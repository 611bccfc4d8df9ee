import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBytes } from '../../ml/core/files.ts';
import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { lineOf, plain } from '../lens-studio/files/entity.ts';
import { videoFacts } from '../lens-studio/files/video.ts';
import { type Code, VIDEO_ASPECT, VIDEO_BYTES } from './codes.ts';
import { detectorsIn } from './detector-rules.ts';
import { ICON, lineIn, PREVIEW } from './esproj-rules.ts';
import { type Finding, finding } from './finding.ts';

/**
 * What Snap demands of a lens that is submitted, and what is a warning elsewhere, as a project need not be published: names
 * "must be 18 characters or less, containing only letters, numbers, or spaces"
 * (https://developers.snap.com/lens-studio/publishing/configuring/configuring-project-info), a lens "should be no more than
 * 8 MB", "no texture should exceed 2048 x 2048"
 * (https://developers.snap.com/lens-studio/publishing/submitting/submission-guidelines).
 */
const DEMANDED: readonly Code[] = ['lens-name', 'lens-size', 'texture-size'];

/** "Prohibited references include (but are not limited to)" these; submission guidelines, Intellectual Property Rights. */
const TRADEMARKS = /\b(snap|snapchat|spectacles|bitmoji)\b/i;

/** How far a video's shape may be from 9:16: encoders want even sides. */
const ASPECT_TOLERANCE = 0.01;

/** What is wrong with a project that is to be published. @param findings what is wrong with it as with any project. */
export async function checkPublishing(index: AssetIndex, findings: readonly Finding[]): Promise<Finding[]> {
  const all = [...findings, ...switchFindings(index), ...(await projectFindings(index))];
  return all.map((one) => (DEMANDED.includes(one.code) ? { ...one, severity: 'error' } : one));
}

/** What is on for the creator only. */
function switchFindings(index: AssetIndex): Finding[] {
  return detectorsIn(index).flatMap(({ entity, values }) => {
    const at = (input: string) => ({ file: entity.file, line: lineOf(entity, 'ScriptInputs', input) });
    const isOn = (input: string) => plain(values.get(input) ?? null) === true;
    return [
      ...(isOn('demo') ? [finding('demo-mode', at('demo'), 'Demo Mode is on, which looks at no face')] : []),
      ...(isOn('debug') ? [finding('debug-mode', at('debug'), 'Debug is on, which covers the picture')] : []),
    ];
  });
}

async function projectFindings({ esproj, folder }: AssetIndex): Promise<Finding[]> {
  if (esproj === null || folder === null) return [];
  const { path, text, metaInfo } = esproj;
  const { lensName, lensDescriptors } = metaInfo;
  const at = (field: string) => ({ file: path, line: lineIn(text, field) });
  const findings: Finding[] = [];
  if (lensName.trim() === '') findings.push(finding('lens-name', at('lensName'), 'no name'));
  const [mark] = TRADEMARKS.exec(lensName) ?? [];
  if (mark !== undefined) findings.push(finding('trademark', at('lensName'), `"${mark}" in the name "${lensName}"`));
  if (lensDescriptors.includes('EXPERIMENTAL_API'))
    findings.push(finding('experimental-api', at('lensDescriptors'), 'EXPERIMENTAL_API'));
  if ((await sizeOf(folder, ICON)) === null) findings.push(finding('no-icon', at('iconHash'), 'no icon'));
  const bytes = await sizeOf(folder, PREVIEW);
  if (bytes === null) findings.push(finding('no-preview', at('videoPreviewHash'), 'no preview video'));
  else {
    const fault = faultOfVideo(bytes > VIDEO_BYTES ? bytes : await readBytes(join(folder, PREVIEW)));
    if (fault !== undefined) findings.push(finding('preview-video', { file: PREVIEW }, fault));
  }
  return findings;
}

/** Bytes of a file next to the project file; null if there is none. */
async function sizeOf(folder: string, name: string): Promise<number | null> {
  const info = await lstat(join(folder, name)).catch(() => null);
  return info?.isFile() ? info.size : null;
}

/**
 * What is wrong with a preview video in words, or undefined. "Keep preview videos at a 9:16 aspect ratio", "under 32 MB", "best
 * to provide a .mp4" (https://developers.snap.com/lens-studio/publishing/configuring/creating-a-preview-video); whether Snap
 * refuses others is not said.
 * @param content or, of one that is too large to be read, its bytes.
 */
export function faultOfVideo(content: Uint8Array | number): string | undefined {
  const bytes = typeof content === 'number' ? content : content.length;
  if (typeof content === 'number' || bytes > VIDEO_BYTES) return `${(bytes / 1e6).toFixed(1)} MB`;
  const facts = videoFacts(content);
  if (facts === null) return 'no MP4 video';
  const { width, height } = facts;
  return Math.abs(width / height - VIDEO_ASPECT) <= ASPECT_TOLERANCE ? undefined : `${width} × ${height} pixels`;
}
