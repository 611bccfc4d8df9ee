import { ACCENT, INK, label, MUTED, renderSheet } from './drawing.ts';

/** A component as the Inspector shows it: inputs in groups; a group without a title is not folded. */
interface Card {
  readonly title: string;
  readonly x: number;
  readonly width: number;
  readonly groups: readonly { readonly title?: string; readonly rows: readonly string[] }[];
}

const ROW = 25;
const TOP = 24;

const EFFECT_ROWS = ['Objects', 'Sound', 'Fade Time'];
const FOLDED = ['Sad', 'Angry', 'Surprise', 'Fear', 'Disgust', 'Neutral'];

export const DETECTOR: Card = {
  title: 'EmotionDetector',
  x: 246,
  width: 236,
  groups: [
    {
      title: 'Model',
      rows: [
        'Model',
        'Labels',
        'Rest Class',
        'Face Crop',
        'Only with a Face',
        'Face Index',
        'Crop Scale',
        'Mouth Weight',
        'Mirror',
        'Runs per Second',
        'Spare Slow Phones',
      ],
    },
    {
      title: 'Decision',
      rows: [
        'Preset',
        'Confidence',
        'Hysteresis',
        'Smoothing (s)',
        'Minimum Hold (s)',
        'Face Lost Grace (s)',
        'Face Lost Fade (s)',
      ],
    },
    {
      title: 'Sensitivity',
      rows: ['Everyday to Acted', 'Acted Bias', 'Personal Calibration', 'Other Classes', 'Angry … Neutral'],
    },
    { title: 'Events', rows: ['Behavior Triggers', 'Trigger Prefix', 'Callback Script', 'Function Name'] },
    { title: 'Debug', rows: ['Debug', 'Screen'] },
    { title: 'Demo', rows: ['Demo Mode', 'Hold (s)', 'Pause (s)'] },
  ],
};

export const EFFECTS: Card = {
  title: 'EmotionEffects',
  x: 560,
  width: 210,
  groups: [
    { rows: ['Detector'] },
    { title: 'Happy', rows: EFFECT_ROWS },
    ...FOLDED.map((title) => ({ title, rows: [] })),
    { rows: ['Slots', 'Effects On', 'Maximum Strength', 'Sound Volume'] },
  ],
};

/** What is assigned: an asset or an object, the input that it goes to, and how far below that input it is drawn. */
interface Source {
  readonly name: string;
  readonly kind: string;
  readonly input: readonly [card: Card, group: string, row: string];
  readonly offset: number;
}

const LEFT: readonly Source[] = [
  { name: 'emotion.int8.tflite', kind: 'ML model', input: [DETECTOR, 'Model', 'Model'], offset: -20 },
  { name: 'Face Crop', kind: 'face crop texture', input: [DETECTOR, 'Model', 'Face Crop'], offset: 20 },
  { name: 'Full Frame Region', kind: 'object', input: [DETECTOR, 'Debug', 'Screen'], offset: 0 },
];
const RIGHT: readonly Source[] = [
  { name: 'Happy', kind: 'object with HappyEffect', input: [EFFECTS, 'Happy', 'Objects'], offset: -20 },
  { name: 'Happy', kind: 'sound', input: [EFFECTS, 'Happy', 'Sound'], offset: 20 },
];
const SOURCE = { left: 20, right: 848, width: 162, height: 46 };

/** The lines of a card, titles of groups included, top down. */
function linesOf({ groups }: Card) {
  return groups.flatMap(({ title, rows }) => [
    ...(title ? [{ group: title, row: undefined }] : []),
    ...rows.map((row) => ({ group: title, row })),
  ]);
}

/** The middle of a card's line. */
function heightOf(card: Card, group: string | undefined, row: string): number {
  const index = linesOf(card).findIndex((line) => line.group === group && line.row === row);
  return TOP + 46 + ROW * index + ROW / 2;
}

function drawCard(card: Card): string {
  const { title, x, width } = card;
  const lines = linesOf(card);
  const height = 46 + ROW * lines.length + 10;
  const drawn = lines.map(({ group, row }, i) => {
    const y = TOP + 46 + ROW * i;
    if (row === undefined) {
      const folded = lines[i + 1]?.group !== group;
      const arrow = folded ? `M${x + 16} ${y + 8} l6 5 l-6 5 Z` : `M${x + 14} ${y + 10} h11 l-5.5 7 Z`;
      return `<rect x="${x + 6}" y="${y + 1.5}" width="${width - 12}" height="${ROW - 3}" rx="5" fill="#ece7fa"/><path d="${arrow}" fill="${INK}"/>
        ${label(x + 32, y + 17.5, group ?? '', 13, `fill="${INK}" font-weight="bold" style="text-anchor:start"`)}`;
    }
    const [from, wide] = [x + width - 62, 50];
    return `${label(x + (group ? 32 : 16), y + 17, row, 12.5, `fill="${MUTED}" style="text-anchor:start"`)}
      <rect x="${from}" y="${y + 5}" width="${wide}" height="${ROW - 10}" rx="4" fill="#f1eef9" stroke="#d5cdee"/>`;
  });
  return `
    <rect x="${x}" y="${TOP}" width="${width}" height="${height}" rx="12" fill="#fff" stroke="#cfc6ea" stroke-width="1.5"/>
    <path d="M${x} ${TOP + 12} a12 12 0 0 1 12 -12 h${width - 24} a12 12 0 0 1 12 12 v26 h-${width} Z" fill="${ACCENT}"/>
    ${label(x + width / 2, TOP + 25, title, 15.5, 'fill="#fff" font-weight="bold"')}
    ${drawn.join('')}`;
}

/** A curve with a head from one place to another, `bend` wide. */
function arrow(x1: number, y1: number, x2: number, y2: number): string {
  const bend = (x2 - x1) / 2;
  return `<path d="M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}" fill="none" stroke="${ACCENT}" stroke-width="2.5" marker-end="url(#head)"/>`;
}

function drawSource({ name, kind, input, offset }: Source, x: number): string {
  const [card] = input;
  const target = heightOf(...input);
  const middle = target + offset;
  const { width, height } = SOURCE;
  const line =
    x < card.x ? arrow(x + width, middle, card.x - 3, target) : arrow(x, middle, card.x + card.width + 3, target);
  const top = middle - height / 2;
  return `
    <rect x="${x}" y="${top}" width="${width}" height="${height}" rx="9" fill="#fff3dc" stroke="#e5b65c" stroke-width="1.5"/>
    ${label(x + width / 2, top + 19, name, 13, `fill="${INK}" font-weight="bold"`)}
    ${label(x + width / 2, top + 36, kind, 11.5, `fill="${MUTED}"`)}${line}`;
}

/** How the two components are wired: what is assigned to which input in the Inspector. */
export function drawInspector(): Promise<Uint8Array> {
  const head = `<defs><marker id="head" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0 L10 5 L0 10 Z" fill="${ACCENT}"/></marker></defs>`;
  const detected = arrow(
    DETECTOR.x + DETECTOR.width,
    TOP + 20,
    EFFECTS.x - 3,
    heightOf(EFFECTS, undefined, 'Detector'),
  );
  const below = heightOf(EFFECTS, 'Happy', 'Sound') + 82;
  const note = ['the same for each of', 'the seven expressions'].map((line, i) =>
    label(SOURCE.right + SOURCE.width / 2, below + 17 * i, line, 12.5, `fill="${MUTED}"`),
  );
  const drawn = [
    head,
    drawCard(DETECTOR),
    drawCard(EFFECTS),
    ...LEFT.map((source) => drawSource(source, SOURCE.left)),
    ...RIGHT.map((source) => drawSource(source, SOURCE.right)),
    detected,
    ...note,
  ];
  const height = TOP + 46 + ROW * linesOf(DETECTOR).length + 34;
  return renderSheet(SOURCE.right + SOURCE.width + 20, height, drawn.join(''));
}
