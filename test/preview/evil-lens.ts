import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HAPPY, SeededProject } from '../lens-validate/faults/seeded-project.ts';

/** Stands in the files that a stranger's lens has no business with. */
export const SECRET = 'PRIVATE-KEY-7f3a';

/** A copy of the shipped lens, in a folder beside files that are not its own. */
export class EvilLens extends SeededProject {
  /** A file outside of the project. */
  readonly secret = `${this.folder}.secret/id_rsa`;
  readonly secretScript = `${this.folder}.secret/outside.ts`;

  constructor() {
    super();
    mkdirSync(dirname(this.secret));
    writeFileSync(this.secret, SECRET);
    writeFileSync(this.secretScript, `export default '${SECRET}';\n`);
  }

  /** Puts a statement at the beginning of a component of the lens. */
  addToScript(code: string): void {
    this.write(HAPPY, `${code}\n${this.read(HAPPY)}`);
  }

  link(path: string, to: string): void {
    symlinkSync(to, join(this.folder, path));
  }

  /** A file with the sidecar of another one, under ids of its own. */
  addAsset(path: string, content: string | Uint8Array, like: string): void {
    this.write(path, content);
    this.addMeta(path, like);
  }

  addMeta(path: string, like: string): void {
    const mark = createHash('sha256').update(path).digest('hex').slice(0, 8);
    const own = this.read(`${like}.meta`).replace(/(?!0{8})[0-9a-f]{8}(?=(-[0-9a-f]{4}){3}-)/g, mark);
    this.write(`${path}.meta`, own);
  }

  override delete(): void {
    super.delete();
    rmSync(dirname(this.secret), { recursive: true, force: true });
  }
}
