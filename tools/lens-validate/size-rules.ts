import { readdir } from 'node:fs/promises';
import { deflateRawSync } from 'node:zlib';
import { ML_ASSETS_BYTES } from '../../ml/check/snapml.ts';
import { isLock } from '../../ml/core/lock.ts';
import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { isModel } from '../lens-studio/analysis/model-interface.ts';
import { endingOf } from '../lens-studio/files/importers.ts';
import type { StoredFile } from '../lens-studio/files/stored-file.ts';
import { LENS_BYTES, TEXTURE_SIDE } from './codes.ts';
import { type Finding, finding } from './finding.ts';

/** Formats that compress no further. */
const COMPRESSED = ['png', 'jpg', 'jpeg', 'mp3', 'mp4', 'lspkg', 'lsc'];
/** Of these the lens gets something smaller that Lens Studio makes of them. */
const SOURCES = ['ss_graph', 'vfxgraph', 'hdr'];
const PICTURES = ['png', 'jpg', 'jpeg'];
/** What has more takes long to pack, and fits no lens whatever it holds but the same byte again and again. */
const MAX_BYTES = 500_000_000;
/** Of a picture; any within the limit of sides has fewer. */
const MAX_PICTURE_BYTES = 1 << 27;

/** Sizes against Snap's limits. The lens's size is an estimate: Lens Studio packs pictures and meshes in its own ways. */
export async function checkSizes({ assets, esproj, folder }: AssetIndex): Promise<Finding[]> {
  const files = assets.flatMap(({ file, pointer }) => (file && !pointer ? [file] : []));
  const models = files.filter(({ path }) => isModel(path));
  const others = files.filter((file) => !models.includes(file));
  const findings: Finding[] = [];
  // While a model takes the place of another both files are there, one without its .meta, also after a stop halfway.
  const isChanging = folder !== null && (await readdir(folder)).some(isLock);
  const counted = assets.flatMap(({ file, hasMeta }) =>
    file && models.includes(file) && (hasMeta || !isChanging) ? [file] : [],
  );
  if (sum(counted) > ML_ASSETS_BYTES)
    findings.push(finding('ml-size', largest(models), `${text(sum(counted))} of ML assets`));
  // Lenses for Spectacles have a limit of their own.
  if (esproj?.metaInfo.lensClientCompatibilities.includes('Mobile')) {
    const packed = others.filter(({ path }) => !SOURCES.includes(endingOf(path)));
    const whole = sum(packed);
    const [bytes, state] = whole > MAX_BYTES ? [whole, 'unpacked'] : [await packedSize(packed), 'as packed'];
    if (bytes > LENS_BYTES)
      findings.push(
        finding(
          'lens-size',
          largest(others),
          `about ${text(bytes)} ${state}; the largest file is ${largest(packed).file}`,
        ),
      );
  }
  return [...findings, ...(await pictureFindings(others))];
}

async function pictureFindings(files: readonly StoredFile[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of files) {
    if (!PICTURES.includes(endingOf(file.path)) || file.bytes > MAX_PICTURE_BYTES) continue;
    const size = pictureSize(await file.read());
    if (size && Math.max(size.width, size.height) > TEXTURE_SIDE)
      findings.push(finding('texture-size', { file: file.path }, `${size.width} × ${size.height} pixels`));
  }
  return findings;
}

async function packedSize(files: readonly StoredFile[]): Promise<number> {
  // What fits as it is needs no packing to be known to fit.
  if (sum(files) <= LENS_BYTES) return sum(files);
  let bytes = 0;
  for (const file of files)
    bytes += COMPRESSED.includes(endingOf(file.path)) ? file.bytes : deflateRawSync(await file.read()).length;
  return bytes;
}

function sum(files: readonly StoredFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

function largest(files: readonly StoredFile[]): { file: string } {
  return { file: files.reduce((most, file) => (file.bytes > most.bytes ? file : most)).path };
}

function text(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * Width and height of a PNG or JPEG file from its header; null for anything else. A library would choose its reader by the
 * content, so that a stranger's `.png` could be an SVG or HEIF picture for a native parser, and sharp refuses the sizes that
 * are to be reported here.
 */
export function pictureSize(content: Uint8Array): { width: number; height: number } | null {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  try {
    if (view.getUint32(0) === 0x89504e47) return { width: view.getUint32(16), height: view.getUint32(20) };
    return view.getUint16(0) === 0xffd8 ? jpegSize(view) : null;
  } catch {
    // It ends before its size.
    return null;
  }
}

/** The size is in the first start-of-frame segment (ISO/IEC 10918-1, B.2.2). */
function jpegSize(view: DataView): { width: number; height: number } | null {
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker >> 8 !== 0xff) return null;
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
  }
}
