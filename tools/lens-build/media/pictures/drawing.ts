/**
 * What the drawn pictures share: paper, labels and faces. A face is SVG in the coordinates of its crop: 100 units are the
 * side of the square that the model sees.
 */
import sharp from 'sharp';
import { FRAMING } from '../../../../lens/Assets/EmotionDetector/Framing.ts';
import type { Emotion } from '../../../../ml/core/emotions.ts';

/** Colours of panels and text. */
export const INK = '#241453';
export const MUTED = '#6a6480';
const PAPER = '#f7f5fc';
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

interface Look {
  /** How far the inner and outer ends of the brows are above their place. */
  readonly brows: readonly [inner: number, outer: number];
  /** Height of the eyes, 1 at rest. */
  readonly eyes: number;
  /** A mouth about (50, 77.4), 36 wide at rest. */
  readonly mouth: string;
}

const LIP = 'fill="none" stroke="#8d3a36" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"';
const OPEN = 'fill="#6b1f26" stroke="#8d3a36" stroke-width="3.5" stroke-linejoin="round"';

const LOOKS: Readonly<Record<Emotion, Look>> = {
  Angry: { brows: [-9, 3], eyes: 0.62, mouth: `<path d="M34 82 Q50 72 66 82" ${LIP}/>` },
  Disgust: { brows: [-5, 0], eyes: 0.55, mouth: `<path d="M33 80 Q42 70 50 76 T67 74" ${LIP}/>` },
  Fear: { brows: [7, -1], eyes: 1.3, mouth: `<path d="M32 80 Q41 72 50 79 T68 78" ${LIP}/>` },
  Happy: {
    brows: [2, 3],
    eyes: 0.8,
    mouth: `<path d="M30 71 Q50 77 70 71 Q67 91 50 91 Q33 91 30 71 Z" ${OPEN}/><path d="M34 74 Q50 79 66 74 L64 79 Q50 83 36 79 Z" fill="#fff"/>`,
  },
  Sad: { brows: [8, -4], eyes: 0.75, mouth: `<path d="M35 83 Q50 71 65 83" ${LIP}/>` },
  Surprise: { brows: [8, 9], eyes: 1.55, mouth: `<ellipse cx="50" cy="79" rx="10" ry="12.5" ${OPEN}/>` },
  Neutral: { brows: [0, 0], eyes: 1, mouth: `<path d="M34 77.4 Q50 79.5 66 77.4" ${LIP}/>` },
};

/** Who is drawn. */
export interface Person {
  readonly skin: string;
  readonly shade: string;
  readonly hair: string;
  readonly longHair: boolean;
  readonly shirt: string;
}

export const PEOPLE: readonly Person[] = [
  { skin: '#f0b48c', shade: '#d98f68', hair: '#4a2c23', longHair: false, shirt: '#5b6ee1' },
  { skin: '#8d5a3c', shade: '#6f432b', hair: '#1f1512', longHair: true, shirt: '#f2a03d' },
  { skin: '#f6cba5', shade: '#e2a67d', hair: '#b8722c', longHair: true, shirt: '#3fa796' },
  { skin: '#c98e62', shade: '#a86f46', hair: '#26190f', longHair: false, shirt: '#d4567a' },
];

/**
 * A head with neck and shoulders; the crop is the square from (0, 0) to (100, 100).
 * @param eyeSize enlarges the eyes, 1 leaves them.
 */
export function drawFace(emotion: Emotion, { skin, shade, hair, longHair, shirt } = PEOPLE[0], eyeSize = 1): string {
  const { brows, eyes, mouth } = LOOKS[emotion];
  const side = (sign: number) => drawEye(sign, eyes, eyeSize) + drawBrow(sign, brows, hair);
  const locks = `<path d="M0 20 C-14 60 -8 100 -6 126 Q50 140 106 126 C108 100 114 60 100 20 Z" fill="${hair}"/>`;
  return `
    ${longHair ? locks : ''}
    <path d="M-32 168 Q-28 122 18 116 L82 116 Q128 122 132 168 Z" fill="${shirt}"/>
    <path d="M30 84 V116 Q50 132 70 116 V84 Z" fill="${shade}"/>
    <ellipse cx="6" cy="47" rx="6.5" ry="11" fill="${shade}"/><ellipse cx="94" cy="47" rx="6.5" ry="11" fill="${shade}"/>
    <path d="M7.7 34 C7.7 -4 28 -16 50 -16 S92.3 -4 92.3 34 C92.3 72 74 ${CHIN} 50 ${CHIN} S7.7 72 7.7 34 Z" fill="${skin}"/>
    <path d="M3 42 C-4 -12 24 -30 52 -29 C86 -28 104 -6 97 42 C95 44 93 40 92 34 C90 18 84 8 70 4 C52 10 24 8 15 14 C10 22 9 32 8 38 C6 44 4 46 3 42 Z" fill="${hair}"/>
    <path d="M50 46 Q45 58 43 62 Q50 67 57 62" fill="none" stroke="${shade}" stroke-width="2.8" stroke-linecap="round" stroke-linejoin="round"/>
    ${side(-1)}${side(1)}${mouth}`;
}

function drawEye(sign: number, open: number, size: number): string {
  const x = 50 + sign * 50 * FRAMING.eyeDistance;
  const y = EYE_LINE;
  const [rx, ry] = [9 * size, Math.min(8.6, 5.6 * open) * size];
  const clip = `eye${sign}${Math.round(100 * open)}${Math.round(100 * size)}`;
  return `
    <clipPath id="${clip}"><ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}"/></clipPath>
    <ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="#fff"/>
    <g clip-path="url(#${clip})"><circle cx="${x}" cy="${y}" r="${5 * size}" fill="#3d6b8f"/>
    <circle cx="${x}" cy="${y}" r="${2.6 * size}" fill="#15202b"/><circle cx="${x - 1.6}" cy="${y - 1.8}" r="${1.2 * size}" fill="#fff"/></g>
    <ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="none" stroke="#5a352a" stroke-width="1.4"/>`;
}

function drawBrow(sign: number, [inner, outer]: Look['brows'], hair: string): string {
  const at = (distance: number) => 50 + sign * distance;
  const middle = 21 - (inner + outer) / 2 - 3.5;
  return `<path d="M${at(9)} ${24 - inner} Q${at(18)} ${middle} ${at(30)} ${25 - outer}" fill="none" stroke="${hair}" stroke-width="4" stroke-linecap="round"/>`;
}
