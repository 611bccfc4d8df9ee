/** What Snap demands of a lens and its files (Lens Studio guide: project info, submission guidelines, ML Component). */

export { ML_ASSETS_BYTES } from '../../ml/check/size-findings.ts';

/** All of a lens without its ML assets, compressed. */
export const LENS_BYTES = 8_000_000;
/** Longest side of a texture, in pixels. */
export const TEXTURE_SIDE = 2048;
/** Both sides of the icon, in pixels. */
export const ICON_SIDE = 320;
/** Longest name of a lens, in letters, digits and spaces. */
export const NAME_LENGTH = 18;
