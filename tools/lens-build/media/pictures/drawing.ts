/**
 * What the drawn pictures share: paper, labels and a face. The face is SVG in the coordinates of its crop: 100 units are the
 * side of the square that the model sees.
 */
import sharp from 'sharp';
import { FRAMING } from '../../../../lens/Assets/EmotionDetector/Framing.ts';

/** Colours of panels and text. */
export const INK = '#241453';
export const MUTED = '#6a6480';
export const PAPER = '#f7f5fc';
export const ACCENT = '#6a3df0';

/** Text about a point, by default in the middle of it. */
export function label(x: number, y: number, text: string, size: number, style = `fill="${INK}"`): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const family = 'font-family="\'DejaVu Sans\', Arial, sans-serif"';
  return `<text x="${x}" y="${y}" font-size="${size}" ${family} text-anchor="middle" ${style}>${escaped}</text>`;
}

/** A sheet of paper with a drawing on it, as PNG. */
export async function renderSheet(width: number, height: number, drawing: string): Promise<Uint8Array> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
    <rect width="${width}" height="${height}" rx="18" fill="${PAPER}"/>${drawing}</svg>`;
  return sharp(Buffer.from(svg)).png({ palette: true, colours: 256, compressionLevel: 9 }).toBuffer();
}

const EYE_LINE = 100 * FRAMING.eyeLine;
const CHIN = 100 * FRAMING.chinLine;

/** Of the person who is drawn. */
const [SKIN, SHADE, HAIR, SHIRT] = ['#c98e62', '#a86f46', '#26190f', '#d4567a'];

/** A head with neck and shoulders, at rest; the crop is the square from (0, 0) to (100, 100). */
export function drawFace(): string {
  const lips = 'fill="none" stroke="#8d3a36" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"';
  return `
    <path d="M-32 168 Q-28 122 18 116 L82 116 Q128 122 132 168 Z" fill="${SHIRT}"/>
    <path d="M30 84 V116 Q50 132 70 116 V84 Z" fill="${SHADE}"/>
    <ellipse cx="6" cy="47" rx="6.5" ry="11" fill="${SHADE}"/><ellipse cx="94" cy="47" rx="6.5" ry="11" fill="${SHADE}"/>
    <path d="M7.7 34 C7.7 -4 28 -16 50 -16 S92.3 -4 92.3 34 C92.3 72 74 ${CHIN} 50 ${CHIN} S7.7 72 7.7 34 Z" fill="${SKIN}"/>
    <path d="M3 42 C-4 -12 24 -30 52 -29 C86 -28 104 -6 97 42 C95 44 93 40 92 34 C90 18 84 8 70 4 C52 10 24 8 15 14 C10 22 9 32 8 38 C6 44 4 46 3 42 Z" fill="${HAIR}"/>
    <path d="M50 46 Q45 58 43 62 Q50 67 57 62" fill="none" stroke="${SHADE}" stroke-width="2.8" stroke-linecap="round" stroke-linejoin="round"/>
    ${[-1, 1].map(drawEye).join('')}<path d="M34 77.4 Q50 79.5 66 77.4" ${lips}/>`;
}

/** With its brow. @param sign -1 left, 1 right. */
function drawEye(sign: number): string {
  const x = 50 + sign * 50 * FRAMING.eyeDistance;
  const y = EYE_LINE;
  const at = (distance: number) => 50 + sign * distance;
  return `
    <clipPath id="eye${sign}"><ellipse cx="${x}" cy="${y}" rx="9" ry="5.6"/></clipPath>
    <ellipse cx="${x}" cy="${y}" rx="9" ry="5.6" fill="#fff"/>
    <g clip-path="url(#eye${sign})"><circle cx="${x}" cy="${y}" r="5" fill="#3d6b8f"/>
    <circle cx="${x}" cy="${y}" r="2.6" fill="#15202b"/><circle cx="${x - 1.6}" cy="${y - 1.8}" r="1.2" fill="#fff"/></g>
    <ellipse cx="${x}" cy="${y}" rx="9" ry="5.6" fill="none" stroke="#5a352a" stroke-width="1.4"/>
    <path d="M${at(9)} 24 Q${at(18)} 17.5 ${at(30)} 25" fill="none" stroke="${HAIR}" stroke-width="4" stroke-linecap="round"/>`;
}
