import { basename, extname } from 'node:path';
import { z } from 'zod';
import type { AssetIndex } from '../../lens-studio/analysis/asset-index.ts';
import type { ScriptFile } from '../../lens-studio/analysis/script-thread.ts';
import { type Asset, describeFault } from '../../lens-studio/files/contents.ts';
import { type Entity, plain } from '../../lens-studio/files/entity.ts';
import { kindOfKey, type Meta } from '../../lens-studio/files/meta.ts';
import type { StoredFile } from '../../lens-studio/files/stored-file.ts';
import type { InputValue, LinkValue, ModelAsset, ModelPort, ProgramAsset, ProgramScript } from '../program.ts';
import { inspectorOf } from './inspector.ts';
import { MaterialReader } from './read-materials.ts';
import { inputValueOf, numberOf, numbersOf } from './values.ts';

interface Assets {
  readonly assets: ProgramAsset[];
  readonly scripts: ProgramScript[];
}

/** What comes of a project's files, with the script components among them. @param problems receives what is wrong. */
export async function readAssets(index: AssetIndex, problems: string[]): Promise<Assets> {
  const scriptByPath = new Map(index.scripts.map((script) => [script.path, script]));
  const materials = new MaterialReader(index.assets, problems);
  const assets: ProgramAsset[] = [];
  const scripts: ProgramScript[] = [];
  for (const asset of index.assets) {
    if (asset.meta === null) continue;
    if (asset.file === null) problems.push(`${asset.meta.path}: its file ${asset.path} is missing; it is left out`);
    else if (asset.pointer)
      problems.push(`${asset.path}: is a Git LFS pointer, not the file itself; fetch it with git lfs pull`);
    else {
      const script = scriptByPath.get(asset.path);
      if (script) scripts.push(...scriptsOf(script, asset.meta, problems));
      else assets.push(...(await assetsOf(asset, asset.meta, materials, problems)));
    }
  }
  return { assets, scripts };
}

function scriptsOf({ path, script, fault }: ScriptFile, { imported }: Meta, problems: string[]): ProgramScript[] {
  if (fault) problems.push(`${describeFault(fault)}; the script is left out`);
  if (!script?.component) return [];
  const { className } = script.component;
  return [...imported.values()].map((id) => ({ id, path, className, inspector: inspectorOf(script) }));
}

async function assetsOf(
  asset: Asset,
  meta: Meta,
  materials: MaterialReader,
  problems: string[],
): Promise<ProgramAsset[]> {
  const { path, file, entities } = asset;
  const name = basename(path, extname(path));
  const assets: ProgramAsset[] = [];
  for (const [key, id] of meta.imported) {
    const common = { id, name, path };
    const entity = entities?.find((one) => one.id === id);
    const type = entity?.type ?? kindOfKey(path, key) ?? key;
    if (meta.importer === 'FileTextureImporter') assets.push({ ...common, kind: 'picture' });
    else if (meta.importer === 'FileAudioTrackImporter')
      assets.push({ ...common, kind: 'sound', seconds: await secondsOf(file!) });
    else if (meta.importer === 'FileMLAssetImporter') assets.push(...modelOf(common, meta, problems));
    else if (entity?.type === 'FaceCropTexture') assets.push(faceCropOf(common, entity));
    else if (entity?.type === 'ScreenCropTexture') assets.push(screenCropOf(common, entity));
    else if (entity?.type === 'Material') assets.push(await materials.read(common, asset));
    else assets.push({ ...common, kind: 'other', type });
  }
  return assets;
}

async function secondsOf(file: StoredFile): Promise<number | null> {
  return file.bytes > MAX_MEDIA_BYTES ? null : soundLength(await file.read());
}

type Common = Pick<ProgramAsset, 'id' | 'name' | 'path'>;

function faceCropOf(common: Common, { fields }: Entity): ProgramAsset {
  return {
    ...common,
    kind: 'faceCrop',
    faceIndex: numberOf(fields.get('FaceIndex'), 0),
    scale: numbersOf(fields, ['Scale'], 'xy', 1),
    mouthWeight: numberOf(fields.get('FaceCenterMouthWeight'), 0.1),
  };
}

function screenCropOf(common: Common, { fields }: Entity): ProgramAsset {
  const input = inputValueOf(fields.get('InputTexture') ?? null);
  const sides = plain(fields.get('Cropping') ?? null) as Record<string, unknown> | null;
  const side = (name: string, whole: number) => (typeof sides?.[name] === 'number' ? sides[name] : whole);
  return {
    ...common,
    kind: 'screenCrop',
    input: isLink(input) ? input.link : null,
    rect: [side('left', -1), side('right', 1), side('bottom', -1), side('top', 1)],
  };
}

const isLink = (value: InputValue): value is LinkValue =>
  typeof value === 'object' && value !== null && 'link' in value;

/** Of a picture or a sound; nothing larger is read. */
export const MAX_MEDIA_BYTES = 1 << 27;
/** Of a side of a model's input or output. */
const side = z.number().max(1 << 20);

const portSchema = z.object({
  Name: z.union([z.string(), z.number()]).transform(String),
  Shape: z.object({ x: side, y: side, z: side }),
  Normalizations: z.array(z.object({ scale: z.number(), bias: z.number() })).default([]),
  Transformer: z.object({ flipX: z.boolean().default(false), flipY: z.boolean().default(false) }).optional(),
});
const settingsSchema = z.object({ Inputs: z.array(portSchema).min(1), Outputs: z.array(portSchema).min(1) });

function modelOf(common: Common, { path, entity }: Meta, problems: string[]): ModelAsset[] {
  const read = settingsSchema.safeParse(plain(entity.fields.get('ImporterSettings') ?? null));
  if (!read.success) {
    const [{ path: field, message }] = read.error.issues;
    problems.push(
      `${path}: ImporterSettings.${field.join('.')}: ${message}; the model is left out: import it again in Lens Studio`,
    );
    return [];
  }
  const { Inputs, Outputs } = read.data;
  return [{ ...common, kind: 'model', inputs: Inputs.map(portOf), outputs: Outputs.map(portOf) }];
}

function portOf({ Name, Shape, Normalizations, Transformer }: z.output<typeof portSchema>): ModelPort {
  const channels = Array.from({ length: Shape.z }, (_, channel) => Normalizations[channel] ?? { scale: 1, bias: 0 });
  return {
    name: Name,
    shape: [Shape.x, Shape.y, Shape.z],
    scale: channels.map(({ scale }) => scale),
    bias: channels.map(({ bias }) => bias),
    flipX: Transformer?.flipX ?? false,
    flipY: Transformer?.flipY ?? false,
  };
}

const HEAD_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
/** Of the format chunk, as far as all formats have it. */
const FORMAT_BYTES = 16;

/** Seconds that a WAV file plays: the size of its data by the bytes of a second; null for other files and cut ones. */
export function soundLength(content: Uint8Array): number | null {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const word = (at: number) => String.fromCharCode(...content.subarray(at, at + 4));
  if (content.length < HEAD_BYTES || word(0) !== 'RIFF' || word(8) !== 'WAVE') return null;
  let bytesPerSecond = 0;
  for (let at = HEAD_BYTES; at + CHUNK_HEAD_BYTES <= content.length; ) {
    const name = word(at);
    const size = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEAD_BYTES;
    const there = Math.min(size, content.length - start);
    if (name === 'fmt ' && there >= FORMAT_BYTES) bytesPerSecond = view.getUint32(start + 8, true);
    if (name === 'data') return bytesPerSecond > 0 ? there / bytesPerSecond : null;
    // Chunks begin at even places.
    at = start + size + (size % 2);
  }
  return null;
}
