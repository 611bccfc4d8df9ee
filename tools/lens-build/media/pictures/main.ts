/**
 * Draws the lens's icon, its vignette and the drawings of its README: part of `npm run lens:pictures`, which also takes the
 * pictures of the effects from the preview. They are committed rather than built, since fonts and compression, and with them the files, differ between machines.
 */
import { fileURLToPath } from 'node:url';
import { writeAtomic } from '../../../../ml/core/files.ts';
import { drawIcon, drawVignette } from './assets.ts';
import { drawFraming } from './framing.ts';
import { drawInspector } from './inspector.ts';

const PICTURES = [
  ['tools/lens-build/media/icon.png', drawIcon],
  ['tools/lens-build/media/vignette.png', drawVignette],
  ['lens/pictures/framing.png', drawFraming],
  ['lens/pictures/inspector.png', drawInspector],
] as const;

for (const [path, draw] of PICTURES) {
  const png = await draw();
  await writeAtomic(fileURLToPath(new URL(`../../../../${path}`, import.meta.url)), png);
  console.log(`${path}: ${png.length} bytes`);
}
