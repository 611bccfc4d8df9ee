import { dirname } from 'node:path';
import { z } from 'zod';
import { oneAtATime } from '../../../ml/core/async.ts';
import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { readText } from '../../../ml/core/files.ts';
import { withLock } from '../../../ml/core/lock.ts';
import { encodeManifest, writeManifest } from '../../../ml/data/manifest.ts';
import { ACTIONS, type Manifest } from '../../../ml/data/manifest-format.ts';
import type { Decision } from '../protocol.ts';

/** What the page sends. */
export const SaveRequest: z.ZodType<{ decisions: Decision[] }> = z.strictObject({
  decisions: z
    .array(z.strictObject({ row: z.number().int().min(0), action: z.enum(ACTIONS), to: z.enum(EMOTIONS).nullable() }))
    .max(1_000_000),
});

/** A manifest in a file that the page changes. */
export class ManifestFile {
  readonly path: string;
  #manifest: Manifest;
  /** The file as it was last read or written. */
  #text: string;
  /** Nothing is written between the look at the file and the end of the writing. */
  readonly #next = oneAtATime();

  private constructor(path: string, manifest: Manifest, text: string) {
    this.path = path;
    this.#manifest = manifest;
    this.#text = text;
  }

  /** @param manifest as it was read from the file. */
  static async open(path: string, manifest: Manifest): Promise<ManifestFile> {
    return new ManifestFile(path, manifest, await readText(path));
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  /**
   * Writes decisions into the file.
   * @throws UserError if the file was changed by others, another review is writing one next to it, or a decision does not fit its row; then nothing is written.
   */
  save(decisions: readonly Decision[]): Promise<void> {
    const scope = 'review';
    const save = () => this.#save(decisions);
    return this.#next(() => withLock(dirname(this.path), 'saving decisions', save, { scope, depth: 0 }));
  }

  async #save(decisions: readonly Decision[]): Promise<void> {
    if ((await readText(this.path)) !== this.#text)
      throw new UserError(`${this.path} was changed by another program; restart the review to continue from there`);
    const entries = new Map(this.#manifest.entries.map((entry) => [entry.row, entry]));
    for (const { row, action, to } of decisions) {
      const entry = entries.get(row);
      if (!entry) throw new UserError(`row ${row} is not among the suspects of ${this.path}`);
      if (to === entry.from || (action === 'move' && to === null))
        throw new UserError(`row ${row} is ${entry.from}, it cannot move to ${to ?? 'nothing'}`);
      entries.set(row, { ...entry, action, to });
    }
    const manifest = { ...this.#manifest, entries: [...entries.values()] };
    await writeManifest(this.path, manifest);
    this.#manifest = manifest;
    this.#text = encodeManifest(manifest);
  }
}
