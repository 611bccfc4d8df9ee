import type { ScreenSize } from '../../../simulator/lens.ts';

/** A phone held upright, or the whole picture. */
export type ScreenChoice = 'phone' | 'whole';

/** Width by height. */
const PHONE = 9 / 16;
/** Of what is still shown whole. */
const NARROWEST = 1 / 2.2;
const WIDEST = 2;

/** Longer side of the screen in pixels: sharp enough in the page, small enough for 30 frames/s without a graphics card. */
const SIDE = 800;

/** The screen for a picture: upright 9:16, or the picture's own aspect, but for strips. */
export function screenFor(choice: ScreenChoice, picture: ScreenSize): ScreenSize {
  const aspect = choice === 'phone' ? PHONE : Math.min(WIDEST, Math.max(NARROWEST, picture.width / picture.height));
  const [width, height] = aspect < 1 ? [SIDE * aspect, SIDE] : [SIDE, SIDE / aspect];
  return { width: 2 * Math.round(width / 2), height: 2 * Math.round(height / 2) };
}

/** The part of a picture, in its pixels, that fills a screen: its middle. */
export function coveredPart(picture: ScreenSize, screen: ScreenSize) {
  const scale = Math.max(screen.width / picture.width, screen.height / picture.height);
  const [width, height] = [screen.width / scale, screen.height / scale];
  return { x: (picture.width - width) / 2, y: (picture.height - height) / 2, width, height };
}
