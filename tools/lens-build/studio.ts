/** The versions of Lens Studio that the lens is written for; newer ones upgrade its files when they open the project. */

/** What a version writes otherwise than others. */
export interface Studio {
  readonly version: { readonly major: number; readonly minor: number; readonly patch: number; readonly build: number };
  readonly core: number;
  readonly client: string;
  readonly checkpoint: number;
  /** Where a new project may run. */
  readonly compatible: readonly string[];
  /** Whether its shader graphs are text, so that the lens has materials of its own. */
  readonly graphs: boolean;
}

export const STUDIOS = {
  '5.22': {
    version: { major: 5, minor: 22, patch: 1, build: 26062503 },
    core: 364,
    client: '13.94',
    checkpoint: 101,
    compatible: ['Mobile', 'CameraKit'],
    graphs: true,
  },
  '5.15': {
    version: { major: 5, minor: 15, patch: 0, build: 25101318 },
    core: 330,
    client: '13.60',
    checkpoint: 76,
    // Camera Kit was seen beside these in projects of 5.15.4 and later only; it is a tick in the Project Settings.
    compatible: ['Mobile', 'Web'],
    graphs: false,
  },
} as const satisfies Record<string, Studio>;

export type StudioName = keyof typeof STUDIOS;

export const STUDIO_NAMES = Object.keys(STUDIOS) as StudioName[];
/** What `lens/` is written for. */
export const SHIPPED_STUDIO: StudioName = '5.22';
/** The oldest, whose files every version opens. */
export const OLDEST_STUDIO: Studio = STUDIOS['5.15'];
