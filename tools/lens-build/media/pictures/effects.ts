import { EMOTIONS, type Emotion } from '../../../../ml/core/emotions.ts';
import { Random } from '../../../../ml/core/random.ts';
import { ACCENT, drawFace, INK, label, MUTED, PEOPLE, renderSheet } from './drawing.ts';

const COLUMNS = 4;
const TILE = { width: 232, height: 250, gap: 20, caption: 58 };
/** Left, top, width and height of what a tile shows, in the coordinates of the face. */
const VIEW = { left: -36, top: -60, width: 172, height: 172 * (TILE.height / TILE.width) };

interface Scene {
  readonly caption: string;
  readonly backdrop: string;
  /** Drawn over the face. */
  readonly overlay: string;
  readonly eyeSize?: number;
  /** Transforms of the face, drawn one over the other, the last one whole. */
  readonly shakes?: readonly string[];
}

/** Draws something at places spread over the tile, the middle of the face left free. */
function scatter(count: number, seed: number, draw: (x: number, y: number, random: Random, index: number) => string) {
  const random = new Random(seed);
  const drawn: string[] = [];
  while (drawn.length < count) {
    const x = random.uniform(VIEW.left + 8, VIEW.left + VIEW.width - 8);
    const y = random.uniform(VIEW.top + 8, VIEW.top + VIEW.height - 14);
    if (Math.hypot((x - 50) / 46, (y - 50) / 58) > 1) drawn.push(draw(x, y, random, drawn.length));
  }
  return drawn.join('');
}

function star(x: number, y: number, size: number, colour: string): string {
  const q = size / 7;
  return `<path d="M${x} ${y - size} Q${x + q} ${y - q} ${x + size} ${y} Q${x + q} ${y + q} ${x} ${y + size} Q${x - q} ${y + q} ${x - size} ${y} Q${x - q} ${y - q} ${x} ${y - size} Z" fill="${colour}"/>`;
}

const drop = (x: number, y: number, size: number) =>
  `<path d="M${x} ${y - 2 * size} Q${x + 1.5 * size} ${y} ${x} ${y + size} Q${x - 1.5 * size} ${y} ${x} ${y - 2 * size} Z" fill="#5aa9ff"/>`;

const heart = (x: number, y: number, r: number) =>
  `<path d="M${x} ${y + r} C${x - 2.4 * r} ${y - 0.6 * r} ${x - 0.9 * r} ${y - 1.8 * r} ${x} ${y - 0.5 * r} C${x + 0.9 * r} ${y - 1.8 * r} ${x + 2.4 * r} ${y - 0.6 * r} ${x} ${y + r} Z" fill="#ff5c7a"/>`;

const rotated = (x: number, y: number, degrees: number, shape: string) =>
  `<g transform="translate(${x} ${y}) rotate(${Math.round(degrees)})">${shape}</g>`;

const CONFETTI = ['#ff6f61', '#ffd166', '#4ecdc4', '#6a3df0', '#ff8fc7'];

function steam(sign: number): string {
  const at = (x: number) => 50 + sign * x;
  const puffs = [
    [56, 44, 7],
    [66, 38, 10],
    [76, 28, 12],
    [73, 45, 8],
  ];
  return puffs
    .map(([x, y, r]) => `<circle cx="${at(x)}" cy="${y}" r="${r}" fill="#fff" fill-opacity="0.88"/>`)
    .join('');
}

const cover = (fill: string) =>
  `<rect x="${VIEW.left}" y="${VIEW.top}" width="${VIEW.width}" height="${VIEW.height}" ${fill}/>`;

const SCENES: Readonly<Record<Emotion, Scene>> = {
  Angry: {
    caption: 'steam, narrow eyes, red light',
    backdrop: '#f6b7a8',
    overlay: steam(-1) + steam(1) + cover('fill="#ff3b1f" fill-opacity="0.1"'),
  },
  Disgust: {
    caption: 'green light, bubbles',
    backdrop: '#cfe3b4',
    overlay:
      cover('fill="#5fae1f" fill-opacity="0.22"') +
      scatter(12, 3, (x, y, random) => {
        const r = random.uniform(2.5, 6);
        return `<circle cx="${x}" cy="${y}" r="${r}" fill="#a6e04d" fill-opacity="0.55" stroke="#4d8a17" stroke-width="1"/><circle cx="${x - r / 3}" cy="${y - r / 3}" r="${r / 4}" fill="#fff"/>`;
      }),
  },
  Fear: {
    caption: 'trembling, violet vignette',
    backdrop: '#b9b2dc',
    shakes: ['translate(-5 1)', 'translate(5 -1)', ''],
    overlay: cover('fill="url(#vignette)"'),
  },
  Happy: {
    caption: 'sparkles, hearts, lifted smile',
    backdrop: '#ffe3a3',
    overlay:
      scatter(13, 2, (x, y, random) => star(x, y, random.uniform(5, 12), random.pick(['#fff', '#ffb400', '#ff8f3c']))) +
      scatter(4, 14, (x, y, random) => heart(x, y, random.uniform(4, 6))),
  },
  Sad: {
    caption: 'rain cloud, tears, drooping brows',
    backdrop: '#b8c7d9',
    overlay:
      scatter(20, 9, (x, y, random) => (y > -14 ? drop(x, y, random.uniform(2.2, 3.4)) : '')) +
      '<path transform="translate(14 -11) scale(0.72)" d="M12 -36 a12 12 0 0 1 10 -13 a18 18 0 0 1 34 -3 a13 13 0 0 1 22 6 a9 9 0 0 1 9 10 q0 8 -9 8 H22 q-10 0 -10 -8 Z" fill="#7f8ea3"/>' +
      drop(28, 54, 3.4) +
      drop(72, 58, 3.4),
  },
  Surprise: {
    caption: 'large eyes, bursts of confetti',
    backdrop: '#bfe6ea',
    eyeSize: 1.3,
    overlay: scatter(26, 5, (x, y, random, i) =>
      rotated(
        x,
        y,
        random.uniform(0, 180),
        `<rect x="-2.4" y="-4" width="4.8" height="8" rx="1" fill="${CONFETTI[i % CONFETTI.length]}"/>`,
      ),
    ),
  },
  Neutral: {
    caption: 'a few petals, softer skin',
    backdrop: '#dfeef7',
    overlay: scatter(9, 8, (x, y, random) =>
      rotated(
        x,
        y,
        random.uniform(0, 360),
        '<path d="M0 -8 Q7 -1 0 8 Q-7 -1 0 -8 Z" fill="#ff9fbe" stroke="#e0708f" stroke-width="0.7"/>',
      ),
    ),
  },
};

function tileAt(index: number): { x: number; y: number } {
  return {
    x: TILE.gap + (index % COLUMNS) * (TILE.width + TILE.gap),
    y: TILE.gap + Math.floor(index / COLUMNS) * (TILE.height + TILE.caption),
  };
}

function drawTile(emotion: Emotion, index: number): string {
  const { caption, backdrop, overlay, eyeSize, shakes = [''] } = SCENES[emotion];
  const { x, y } = tileAt(index);
  const face = drawFace(emotion, PEOPLE[index % PEOPLE.length], eyeSize);
  const faces = shakes.map((transform, i) => {
    const whole = i === shakes.length - 1;
    return `<g transform="${transform}" opacity="${whole ? 1 : 0.35}">${face}</g>`;
  });
  const middle = x + TILE.width / 2;
  return `
    <clipPath id="tile${index}"><rect x="${x}" y="${y}" width="${TILE.width}" height="${TILE.height}" rx="14"/></clipPath>
    <g clip-path="url(#tile${index})">
      <svg x="${x}" y="${y}" width="${TILE.width}" height="${TILE.height}" viewBox="${VIEW.left} ${VIEW.top} ${VIEW.width} ${VIEW.height}">
      ${cover(`fill="${backdrop}"`)}${faces.join('')}${overlay}</svg>
    </g>
    ${label(middle, y + TILE.height + 22, emotion, 17, `fill="${INK}" font-weight="bold"`)}
    ${label(middle, y + TILE.height + 41, caption, 13, `fill="${MUTED}"`)}`;
}

/** A place for the eighth effect, which is the creator's own. */
function drawOwn(index: number): string {
  const { x, y } = tileAt(index);
  const [middle, centre] = [x + TILE.width / 2, y + TILE.height / 2];
  return `
    <rect x="${x + 2}" y="${y + 2}" width="${TILE.width - 4}" height="${TILE.height - 4}" rx="14" fill="#fff" stroke="${ACCENT}" stroke-width="2.5" stroke-dasharray="9 8"/>
    <path d="M${middle - 26} ${centre} H${middle + 26} M${middle} ${centre - 26} V${centre + 26}" stroke="${ACCENT}" stroke-width="8" stroke-linecap="round"/>
    ${label(middle, y + TILE.height + 22, 'Yours', 17, `fill="${INK}" font-weight="bold"`)}
    ${label(middle, y + TILE.height + 41, 'one small file', 13, `fill="${MUTED}"`)}`;
}

/** The seven effects, suggested by drawings. */
export function drawEffects(): Promise<Uint8Array> {
  const vignette = `<defs><radialGradient id="vignette" cx="0.5" cy="0.52" r="0.72"><stop offset="0.45" stop-color="#4b1fa8" stop-opacity="0"/><stop offset="1" stop-color="#2b0f6b" stop-opacity="0.9"/></radialGradient></defs>`;
  const width = TILE.gap + COLUMNS * (TILE.width + TILE.gap);
  const height = TILE.gap + 2 * (TILE.height + TILE.caption);
  return renderSheet(width, height, vignette + EMOTIONS.map(drawTile).join('') + drawOwn(EMOTIONS.length));
}
