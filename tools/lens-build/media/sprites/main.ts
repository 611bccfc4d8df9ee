/**
 * Draws the sprite sheets of the effects: `npm run lens:art`. They are committed rather than built, since compression, and with
 * it the files, may differ between machines.
 */
import { fileURLToPath } from 'node:url';
import { writeAtomic } from '../../../../ml/core/files.ts';
import { drawSheet } from './draw.ts';
import { SHEETS } from './sheets.ts';

let total = 0;
for (const sheet of SHEETS) {
  const png = await drawSheet(sheet);
  await writeAtomic(fileURLToPath(new URL(`./${sheet.name}.png`, import.meta.url)), png);
  console.log(`${sheet.name}.png: ${sheet.frames} frames, ${png.length} bytes`);
  total += png.length;
}
console.log(`together ${total} bytes`);
