/**
 * Draws the lens's icon, its vignette and the pictures of its README: `npm run lens:pictures`. They are committed rather than built,
 * since fonts and compression, and with them the files, differ between machines.
 */
import { fileURLToPath } from 'node:url';
import { writeAtomic } from '../../../../ml/core/files.ts';
import { drawIcon, drawVignette } from './assets.ts';
import { drawEffects } from './effects.ts';
import { drawFraming } from './framing.ts';
import { drawInspector } from './inspector.ts';

const PICTURES = [
  ['tools/lens-build/media/icon.png', drawIcon],
  ['tools/lens-build/media/vignette.png', drawVignette],
  ['lens/pictures/effects.png', drawEffects],
  ['lens/pictures/framing.png', drawFraming],
  ['lens/pictures/inspector.png', drawInspector],
] as const;

for (const [path, draw] of PICTURES) {
  const png = await draw();
  await writeAtomic(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), png);
  console.log(`${path}: ${png.length} bytes`);
}
