import { UserError } from '../../../ml/core/errors.ts';
import { LONGEST } from '../yaml/parse.ts';
import type { Asset } from './asset.ts';
import { type Definitions, definitionsOf } from './definitions.ts';
import { type Entity, readEntities } from './entity.ts';
import { holdsEntities } from './importers.ts';
import { readMeta } from './meta.ts';
import { isPointer, refuseLongText, type StoredFile } from './stored-file.ts';

/** Something that cannot be read. */
export interface Fault {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** What lies in a project or in a package. */
export interface Contents {
  readonly assets: readonly Asset[];
  readonly faults: readonly Fault[];
  readonly definitions: Definitions;
}

/** Pairs files with their metas and reads all that is of Lens Studio's YAML; what cannot be read becomes a fault. */
export async function readContents(files: readonly StoredFile[]): Promise<Contents> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const paths = new Set(files.map(({ path }) => path.replace(/\.meta$/, '')));
  const faults: Fault[] = [];
  const assets: Asset[] = [];
  for (const path of paths) {
    const file = byPath.get(path) ?? null;
    const metaFile = byPath.get(`${path}.meta`);
    const pointer = file !== null && (await isPointer(file).catch(() => false));
    const metaEntities = metaFile ? await tryRead(faults, () => entitiesOf(metaFile), metaFile.path) : null;
    const meta = metaEntities && (await tryRead(faults, () => readMeta(`${path}.meta`, metaEntities), `${path}.meta`));
    const entities = file && !pointer ? await tryRead(faults, () => ownEntities(file), path) : null;
    assets.push({ path, file, pointer, meta, hasMeta: metaFile !== undefined, entities });
  }
  return { assets, faults, definitions: definitionsOf(assets) };
}

async function tryRead<T>(faults: Fault[], read: () => T | Promise<T>, path: string): Promise<T | null> {
  try {
    return await read();
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    faults.push(faultOf(path, thrown.message));
    return null;
  }
}

/** Takes the place out of a message that begins with it. */
export function faultOf(path: string, message: string): Fault {
  const rest = message.startsWith(path) ? message.slice(path.length) : message;
  const line = rest.match(/^:(\d+):/)?.[1];
  return { path, line: Number(line ?? 1), message: rest.replace(/^:\d+:/, '').trim() };
}

async function entitiesOf(file: StoredFile): Promise<Entity[]> {
  refuseLongText(file);
  return readEntities(decode(await file.read()), file.path);
}

/** A byte order mark and the line ends of Windows change nothing. */
function decode(content: Uint8Array): string {
  return new TextDecoder().decode(content).replaceAll('\r\n', '\n');
}

/** The entities of a file that is Lens Studio's by its ending, or begins as one; null for anything else. */
async function ownEntities(file: StoredFile): Promise<Entity[] | null> {
  const known = holdsEntities(file.path);
  if (known === false) return null;
  if (known) return entitiesOf(file);
  if (file.bytes > LONGEST) return null;
  const text = decode(await file.read());
  return text.startsWith('- !<') ? readEntities(text, file.path) : null;
}
