import type { Emotion } from '../../ml/core/emotions.ts';
import type { Action, Entry } from '../../ml/data/manifest-format.ts';

/** Where the page gets what it shows, the faces, and where it sends decisions. */
export const PATHS = { data: '/review-data', faces: '/review-faces', save: '/review-save' } as const;

/** Everything about the suspects but their faces, which come apart: 48×48 grey values each, in this order. */
export interface ReviewData {
  /** Manifest that is written. */
  readonly manifest: string;
  readonly source: string;
  /** As training decides without the page. */
  readonly entries: readonly Entry[];
}

/** What becomes of one suspect; `to` is the class proposed or chosen for it. */
export interface Decision {
  readonly row: number;
  readonly action: Action;
  readonly to: Emotion | null;
}
