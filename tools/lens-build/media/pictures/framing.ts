import { FRAMING } from '../../../../lens/Assets/EmotionDetector/Framing.ts';
import { drawFace, INK, label, MUTED, renderSheet } from './drawing.ts';

const SIDE = 280;
const TOP = 26;
const LEFT = 118;
const GAP = 24;
const RIGHT = '#1d9a6c';
const WRONG = '#d64545';

/** The middle of a face between brows and chin, which stays in the middle of a crop. */
const MIDDLE = 50;

const PANELS = [
  { title: 'Too wide', hint: 'eyes inside their marks', side: 150, colour: WRONG },
  { title: 'Right', hint: 'eyes, mouth and chin on the marks', side: 100, colour: RIGHT },
  { title: 'Too tight', hint: 'eyes outside their marks', side: 72, colour: WRONG },
] as const;

const { eyeLine, eyeDistance, mouthLine, chinLine } = FRAMING;

/** Heights of the lines, in parts of the side. */
const LINES = [
  ['eyes', eyeLine],
  ['mouth', mouthLine],
  ['chin', chinLine],
] as const;

/** The yellow marks of the debug overlay, in parts of the side. */
const MARKS = [
  [0.5 - eyeDistance / 2, eyeLine],
  [0.5 + eyeDistance / 2, eyeLine],
  [0.5, mouthLine],
  [0.5, chinLine],
] as const;
const MARK = 14;

function drawPanel({ title, hint, side, colour }: (typeof PANELS)[number], index: number): string {
  const x = LEFT + index * (SIDE + GAP);
  const first = MIDDLE - side / 2;
  const lines = LINES.map(([, part]) => {
    const path = `M${x} ${TOP + SIDE * part} H${x + SIDE}`;
    return `<path d="${path}" stroke="#fff" stroke-width="4" stroke-opacity="0.75"/><path d="${path}" stroke="${colour}" stroke-width="2" stroke-dasharray="8 6"/>`;
  });
  const marks = MARKS.map(([across, down]) => {
    const [left, top] = [x + SIDE * across - MARK / 2, TOP + SIDE * down - MARK / 2];
    return `<rect x="${left}" y="${top}" width="${MARK}" height="${MARK}" fill="#ffe600" stroke="${INK}" stroke-width="1.5"/>`;
  });
  return `
    <svg x="${x}" y="${TOP}" width="${SIDE}" height="${SIDE}" viewBox="${first} ${first} ${side} ${side}">
      <rect x="-200" y="-200" width="500" height="500" fill="#cfdcec"/>${drawFace()}
    </svg>
    <rect x="${x}" y="${TOP}" width="${SIDE}" height="${SIDE}" fill="none" stroke="${colour}" stroke-width="4"/>
    ${lines.join('')}${marks.join('')}
    ${label(x + SIDE / 2, TOP + SIDE + 30, title, 18, `fill="${colour}" font-weight="bold"`)}
    ${label(x + SIDE / 2, TOP + SIDE + 52, hint, 13.5, `fill="${MUTED}"`)}`;
}

/** What the face crop should show: the marks lie where FER2013's faces have their eyes, mouth and chin. */
export function drawFraming(): Promise<Uint8Array> {
  const names = LINES.map(([name, part]) =>
    label(LEFT - 62, TOP + SIDE * part + 5, `${name} ${Math.round(100 * part)} %`, 15, `fill="${INK}"`),
  );
  const width = LEFT + PANELS.length * (SIDE + GAP);
  return renderSheet(width, TOP + SIDE + 72, names.join('') + PANELS.map(drawPanel).join(''));
}
