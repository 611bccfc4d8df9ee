/**
 * Takes the pictures of the effects from the preview, for the lens's README: part of `npm run lens:pictures`. It needs
 * Chromium. They are committed rather than built, since fonts, compression and rounding differ between machines.
 */
import { fileURLToPath } from 'node:url';
import { writeAtomic } from '../../../ml/core/files.ts';
import { SHIPPED_LENS } from '../../lens-build/shipped.ts';
import { contactSheet, effectsSheet } from './sheets.ts';
import { openStudio } from './studio.ts';

const PICTURES = [
  ['effects.png', effectsSheet],
  ['contact-sheet.png', contactSheet],
] as const;

const studio = await openStudio(SHIPPED_LENS);
try {
  for (const [name, take] of PICTURES) {
    const png = await take(studio);
    await writeAtomic(fileURLToPath(new URL(`../../../lens/pictures/${name}`, import.meta.url)), png);
    console.log(`lens/pictures/${name}: ${png.length} bytes`);
  }
} finally {
  await studio.close();
}
