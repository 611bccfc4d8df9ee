import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../ml/core/errors.ts';
import { fileError, isFolder } from '../../ml/core/files.ts';
import { sha256OfFile } from '../../ml/data/cache.ts';

/** A data set or model that trials need, named by its content. */
export interface DataItem {
  /** SHA-256 of a file, or of the names and contents of a folder's files. */
  readonly sha256: string;
  /** Last part of its path where the sweep was started, for messages. */
  readonly name: string;
  readonly kind: 'file' | 'folder';
  readonly files: number;
  readonly bytes: number;
}

/** Fields whose values are paths; those that are lists have one in each element. */
const PATH_FIELDS = [
  'data.source',
  'data.votes',
  'data.extraDataset',
  'data.refine',
  'data.upscale',
  'model.weights',
  'train.teachers',
];
/** Values of such fields that are no paths. */
const WORDS = ['synthetic', 'none'];
const REFERENCE = /^sha256:([0-9a-f]{64})(\/model\.json)?$/;

/** Files in a folder, and levels below `--data`, beyond which something else was meant. */
const MAX_FILES = 300_000;
const MAX_DEPTH = 8;

/** Replaces paths in settings by references to what lies there, and back. */
export class DataIndex {
  /** Paths of contents that were found. */
  readonly #paths = new Map<string, string>();
  readonly #items = new Map<string, DataItem>();

  /** @param roots folders in which contents are looked for. */
  constructor(readonly roots: readonly string[] = []) {}

  /** All that {@link refer} met. */
  get items(): DataItem[] {
    return [...this.#items.values()];
  }

  /**
   * Settings that mean the same on every machine.
   * @throws UserError if a path cannot be read.
   */
  async refer(settings: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const referred = { ...settings };
    for (const field of PATH_FIELDS)
      if (field in settings) referred[field] = await this.#map(settings[field], (path) => this.#referTo(path));
    return referred;
  }

  /** The settings with paths of this machine, for contents that {@link missing} found. */
  async resolve(settings: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const resolved = { ...settings };
    for (const field of PATH_FIELDS)
      if (field in settings) resolved[field] = await this.#map(settings[field], (reference) => this.#pathOf(reference));
    return resolved;
  }

  async #map(value: unknown, change: (text: string) => Promise<string>): Promise<unknown> {
    if (Array.isArray(value)) return Promise.all(value.map((item) => this.#map(item, change)));
    return typeof value === 'string' && !WORDS.includes(value) ? change(value) : value;
  }

  async #referTo(path: string): Promise<string> {
    // The weights of a TensorFlow.js model lie beside it.
    const within = basename(path) === 'model.json' ? '/model.json' : '';
    const place = within === '' ? path : dirname(path);
    const known = [...this.#paths].find(([, found]) => found === place)?.[0];
    if (known !== undefined) return `sha256:${known}${within}`;
    const item = await describe(place);
    this.#paths.set(item.sha256, place);
    this.#items.set(item.sha256, item);
    return `sha256:${item.sha256}${within}`;
  }

  async #pathOf(reference: string): Promise<string> {
    const [, sha256, within = ''] = REFERENCE.exec(reference) ?? [];
    const path = sha256 === undefined ? undefined : this.#paths.get(sha256);
    if (path === undefined)
      throw new UserError(`${reference} was not found on this machine; name its folder with --data`);
    return `${path}${within}`;
  }

  /** Looks for contents under the roots; those that are not there. */
  async missing(items: readonly DataItem[]): Promise<DataItem[]> {
    const wanted = items.filter(({ sha256 }) => !this.#paths.has(sha256));
    if (wanted.length === 0) return [];
    for (const root of this.roots) await this.#search(root, wanted, 0);
    return wanted.filter(({ sha256 }) => !this.#paths.has(sha256));
  }

  /** Compares what has the right size; returns the files and bytes below a folder. */
  async #search(folder: string, wanted: readonly DataItem[], depth: number): Promise<{ files: number; bytes: number }> {
    let [files, bytes] = [0, 0];
    const compare = async (path: string, kind: DataItem['kind'], count: number, size: number) => {
      const alike = wanted.filter(
        (item) => item.kind === kind && item.files === count && item.bytes === size && !this.#paths.has(item.sha256),
      );
      if (alike.length === 0) return;
      const { sha256 } = await describe(path).catch(() => ({ sha256: '' }));
      if (alike.some((item) => item.sha256 === sha256)) this.#paths.set(sha256, path);
    };
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name);
      if (entry.isFile()) {
        const size = (await stat(path).catch(() => null))?.size ?? 0;
        files += 1;
        bytes += size;
        await compare(path, 'file', 1, size);
      } else if (entry.isDirectory() && depth < MAX_DEPTH) {
        const inner = await this.#search(path, wanted, depth + 1);
        files += inner.files;
        bytes += inner.bytes;
      }
    }
    await compare(folder, 'folder', files, bytes);
    return { files, bytes };
  }
}

/** What lacks on this machine, in words. */
export function describeMissing(items: readonly DataItem[]): string {
  return items
    .map(
      ({ name, kind, files, bytes, sha256 }) =>
        `${name} (${kind === 'folder' ? `a folder of ${files} files, ` : ''}${bytes} bytes, SHA-256 ${sha256.slice(0, 12)}…)`,
    )
    .join(', ');
}

async function describe(path: string): Promise<DataItem> {
  const name = basename(path);
  if (!(await isFolder(path))) {
    const { size } = await stat(path);
    return { sha256: await sha256OfFile(path), name, kind: 'file', files: 1, bytes: size };
  }
  const names = (await filesIn(path)).sort();
  const hash = createHash('sha256');
  let bytes = 0;
  for (const file of names) {
    bytes += (await stat(join(path, file))).size;
    hash.update(`${file}\0${await sha256OfFile(join(path, file))}\n`);
  }
  return { sha256: hash.digest('hex'), name, kind: 'folder', files: names.length, bytes };
}

/** Regular files at any depth, by their path inside of the folder with `/`. */
async function filesIn(folder: string, inside = ''): Promise<string[]> {
  const entries = await readdir(join(folder, inside), { withFileTypes: true }).catch((thrown) => {
    throw fileError('read', join(folder, inside), thrown);
  });
  const files: string[] = [];
  for (const entry of entries) {
    const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await filesIn(folder, path)));
    else if (entry.isFile()) files.push(path);
    if (files.length > MAX_FILES)
      throw new UserError(`${folder} has more than ${MAX_FILES} files; expected a data set`);
  }
  return files;
}
