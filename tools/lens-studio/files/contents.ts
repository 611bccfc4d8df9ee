import { UserError } from '../../../ml/core/errors.ts';
import { MAX_TEXT_LENGTH } from '../yaml/parse.ts';
import { type Entity, readEntities } from './entity.ts';
import { holdsEntities } from './importers.ts';
import { kindOfKey, type Meta, readMeta } from './meta.ts';
import { isPointer, refuseLongText, type StoredFile } from './stored-file.ts';

/** A file with its sidecar, as Lens Studio keeps them: `X` and `X.meta`. */
export interface Asset {
  /** Of the file without `.meta`. */
  readonly path: string;
  /** Null if only the `.meta` is there. */
  readonly file: StoredFile | null;
  /** Whether the file is a Git LFS pointer, not the file itself. */
  readonly pointer: boolean;
  /** Null if there is none, or it cannot be read: see {@link Contents.faults}. */
  readonly meta: Meta | null;
  readonly hasMeta: boolean;
  /** The entities of the file itself, if it is one of Lens Studio's own: a scene, a prefab, a material, … */
  readonly entities: readonly Entity[] | null;
}

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

/** A fault as the start of a sentence: without the punctuation at the end of a parser's message. */
export function describeFault({ path, line, message }: Fault): string {
  return `${path}:${line}: ${message.replace(/[.:;]+$/, '')}`;
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
  if (file.bytes > MAX_TEXT_LENGTH) return null;
  const text = decode(await file.read());
  return text.startsWith('- !<') ? readEntities(text, file.path) : null;
}

/** Where an id stands for something. */
export interface Definition {
  readonly id: string;
  /** The entity's type, or what comes of the asset's file; null where only Lens Studio knows. */
  readonly kind: string | null;
  readonly file: string;
  readonly line: number;
}

/** Every id with the places that define it: one, unless it stands twice. */
export type Definitions = ReadonlyMap<string, readonly Definition[]>;

/** Ids of entities, and those that a `.meta` gives to what comes of its file. */
function definitionsOf(assets: readonly Asset[]): Definitions {
  const definitions = new Map<string, Definition[]>();
  const add = (definition: Definition) => {
    const known = definitions.get(definition.id);
    if (known) known.push(definition);
    else definitions.set(definition.id, [definition]);
  };
  for (const { path, entities, meta } of assets) {
    const here = [...(entities ?? []), ...(meta ? [meta.entity, ...meta.others] : [])];
    for (const { id, type, file, line } of here) add({ id, kind: type, file, line });
    // Of an asset that is an entity itself, the meta only repeats the id.
    const known = new Set(here.map(({ id }) => id));
    for (const [key, id] of meta?.imported ?? []) {
      if (meta === null || known.has(id)) continue;
      known.add(id);
      add({ id, kind: kindOfKey(path, key), file: meta.path, line: meta.entity.line });
    }
  }
  return definitions;
}
