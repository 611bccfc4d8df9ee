import type { Entity } from './entity.ts';
import type { Meta } from './meta.ts';
import type { StoredFile } from './stored-file.ts';

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
