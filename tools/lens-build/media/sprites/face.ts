/** What is put on a face: comic eyes, blush, tears and the mark of anger. */
import { blur, type Drawing, ease, innerEdges, linear, mix, pulse, radial, round } from './shading.ts';

/** The lids at each frame of a blink: where the edge of the upper one is at its ends and in its middle, and that of the lower one. */
const LIDS = [
  { ends: -80, middle: -80, lower: 80 },
  { ends: -10, middle: -27, lower: 80 },
  { ends: 10, middle: 12, lower: 58 },
  { ends: 14, middle: 34, lower: 34 },
];

const comicEye: Drawing = (moment) => {
  const { ends, middle, lower } = LIDS[Math.round(moment * (LIDS.length - 1))];
  const [rx, ry] = [47, 53];
  const edge = (shift: number) => `M-60 ${ends + shift}Q0 ${2 * middle - ends + shift} 60 ${ends + shift}`;
  const lid = `${edge(0)}V-64H-60Z`;
  const lowerLid = `M-60 ${ends - middle + lower}Q0 ${lower + middle - ends} 60 ${ends - middle + lower}V64H-60Z`;
  return `<defs>
    ${radial('white', [-6, -10], 74, [
      [0, '#ffffff'],
      [0.55, '#f4f7ff'],
      [0.85, '#cfd8f0'],
      [1, '#a9b3da'],
    ])}
    ${radial(
      'iris',
      [2, 8],
      30,
      [
        [0, '#8dfbe6'],
        [0.5, '#22c3d8'],
        [0.8, '#0f7fc8'],
        [1, '#0b3f8c'],
      ],
      [6, 22],
    )}
    ${linear(
      'shade',
      [0, -53],
      [0, 8],
      [
        [0, '#3b3a86', 0.42],
        [1, '#3b3a86', 0],
      ],
    )}
    ${linear(
      'lid',
      [-24, -56],
      [16, Math.max(middle, -20)],
      [
        [0, '#ffffff'],
        [0.5, '#dcd8f2'],
        [1, '#a9a3d6'],
      ],
    )}
    ${innerEdges('volume', [
      { offset: [-3, -4], blur: 4, colour: '#5a5ca8', opacity: 0.5 },
      { offset: [2, 2.5], blur: 1.6, colour: '#ffffff', opacity: 0.9 },
    ])}
    ${blur('soft', 0.6)}${blur('shadow', 2.5)}${blur('sheen', 3)}
    <clipPath id="ball"><ellipse rx="${rx}" ry="${ry}"/></clipPath>
    </defs>
    <ellipse rx="${rx}" ry="${ry}" fill="url(#white)" filter="url(#volume)"/>
    <g clip-path="url(#ball)">
      <circle cx="2" cy="8" r="30" fill="url(#iris)"/>
      <circle cx="2" cy="8" r="29" fill="none" stroke="#072a5c" stroke-opacity="0.75" stroke-width="2.600"/>
      <circle cx="2" cy="8" r="16.500" fill="#120a30"/>
      <rect x="-64" y="-64" width="128" height="80" fill="url(#shade)"/>
      <path d="M-18 26A27 27 0 0 0 24 25" fill="none" stroke="#b9fff4" stroke-opacity="0.6" stroke-width="5" stroke-linecap="round" filter="url(#soft)"/>
      <ellipse cx="-9" cy="-5" rx="10" ry="11.500" transform="rotate(-20 -9 -5)" fill="#fff"/>
      <circle cx="15" cy="22" r="4.800" fill="#fff" fill-opacity="0.9"/>
      <circle cx="17" cy="-4" r="2.600" fill="#fff" fill-opacity="0.85"/>
      <path d="${edge(5)}" fill="none" stroke="#1d1450" stroke-opacity="0.5" stroke-width="8" filter="url(#shadow)"/>
      <path d="${lowerLid}" fill="#b4aede" stroke="#1a0f3c" stroke-width="3"/>
      <path d="${lid}" fill="url(#lid)"/>
      <ellipse cx="-16" cy="${round(-34 + 0.1 * (middle + 80))}" rx="20" ry="9" transform="rotate(-22 -16 -28)" fill="#fff" fill-opacity="${middle > -80 ? 0.55 : 0}" filter="url(#sheen)"/>
      <path d="${edge(0)}" fill="none" stroke="#1a0f3c" stroke-width="6"/>
    </g>
    <ellipse rx="${rx}" ry="${ry}" fill="none" stroke="#1a0f3c" stroke-width="4.500"/>`;
};

const blush: Drawing = (moment) => {
  const warmth = pulse(moment);
  const strokes = [-20, 0, 20].map((x) => `M${x + 5} -10L${x - 5} 10`).join('');
  return `<defs>
    ${radial('warm', [0, 0], 58, [
      [0, '#ff4a80', mix(0.62, 0.78, warmth)],
      [0.35, '#ff5486', mix(0.5, 0.64, warmth)],
      [0.7, '#ff6a95', mix(0.16, 0.22, warmth)],
      [1, '#ff7ba2', 0],
    ])}
    ${linear(
      'line',
      [0, -12],
      [0, 12],
      [
        [0, '#ff2f6d', 0.55],
        [1, '#dd1450', 0.8],
      ],
    )}
    ${blur('soft', 0.9)}
    </defs>
    <g transform="scale(${round(mix(0.94, 1.03, warmth))} ${round(mix(0.64, 0.7, warmth))})"><circle r="58" fill="url(#warm)"/></g>
    <path d="${strokes}" fill="none" stroke="url(#line)" stroke-width="5.500" stroke-linecap="round" filter="url(#soft)"/>`;
};

const tear: Drawing = (moment) => {
  const swell = ease(0, 0.32, moment);
  const run = Math.max(0, (moment - 0.28) / 0.72) ** 1.6;
  const size = mix(0.25, 1, swell) * mix(1, 0.86, run);
  const y = mix(-38, 38, run);
  const r = 17 * size;
  const tail = mix(1.25, 2.5, ease(0.02, 0.3, run));
  const drop = `M0 ${round(-tail * r)}C${round(0.24 * r)} ${round(-0.9 * r)} ${round(r)} ${round(-0.55 * r)} ${round(r)} ${round(0.1 * r)}A${round(r)} ${round(r)} 0 0 1 ${round(-r)} ${round(0.1 * r)}C${round(-r)} ${round(-0.55 * r)} ${round(-0.24 * r)} ${round(-0.9 * r)} 0 ${round(-tail * r)}Z`;
  const sway = (at: number) => round(3 * Math.sin(at / 22));
  const trail = `M${sway(-54)} -54Q${sway(-30)} ${round(mix(-56, y, 0.5))} ${sway(y)} ${round(y - 2)}`;
  const wet = ease(0, 0.15, run);
  return `<defs>
    ${radial(
      'water',
      [0, 0],
      round(1.7 * r),
      [
        [0, '#e6f9ff', 0.9],
        [0.5, '#8fd8ff', 0.88],
        [0.85, '#3fa4f5', 0.94],
        [1, '#1f74d8', 0.96],
      ],
      [round(0.2 * r), round(0.5 * r)],
    )}
    ${linear(
      'wet',
      [0, -58],
      [0, round(y)],
      [
        [0, '#bfeaff', 0],
        [0.4, '#9edcff', 0.35],
        [1, '#7cc9ff', 0.7],
      ],
    )}
    ${linear(
      'shine',
      [0, -58],
      [0, round(y)],
      [
        [0, '#fff', 0],
        [0.5, '#fff', 0.6],
        [1, '#fff', 0.9],
      ],
    )}
    ${innerEdges('volume', [
      { offset: [-2.6 * size, -3 * size], blur: 2 * size, colour: '#0b4fb0', opacity: 0.8 },
      { offset: [-0.8 * size, -1 * size], blur: 0.6, colour: '#c8f4ff', opacity: 0.7 },
      { offset: [1.4 * size, 1.4 * size], blur: 0.8, colour: '#ffffff', opacity: 0.85 },
    ])}
    ${blur('soft', 0.6)}
    </defs>
    <path d="${trail}" fill="none" stroke="url(#wet)" stroke-width="${round(10 * wet * size)}" stroke-linecap="round" filter="url(#soft)"/>
    <path d="${trail}" transform="translate(-1.800 0)" fill="none" stroke="url(#shine)" stroke-opacity="${round(0.8 * wet)}" stroke-width="1.600" stroke-linecap="round"/>
    <g transform="translate(${sway(y)} ${round(y)})">
      <path d="${drop}" fill="url(#water)" filter="url(#volume)"/>
      <ellipse cx="${round(-0.36 * r)}" cy="${round(-0.1 * r)}" rx="${round(0.2 * r)}" ry="${round(0.36 * r)}" transform="rotate(18)" fill="#fff" filter="url(#soft)"/>
      <ellipse cx="${round(0.36 * r)}" cy="${round(0.62 * r)}" rx="${round(0.26 * r)}" ry="${round(0.13 * r)}" transform="rotate(-34 ${round(0.36 * r)} ${round(0.62 * r)})" fill="#fff" fill-opacity="0.8"/>
    </g>`;
};

/** One of four bent veins. */
const VEIN = 'M-9 -47C-9 -20 -20 -9 -47 -9';

const anger: Drawing = (moment) => {
  const throb = pulse(moment);
  const veins = [0, 90, 180, 270].map((angle) => `<path transform="rotate(${angle})" d="${VEIN}"/>`).join('');
  return `<defs>
    ${linear(
      'red',
      [-40, -46],
      [40, 46],
      [
        [0, '#ff7a5c'],
        [0.5, '#f5273a'],
        [1, '#b3062f'],
      ],
    )}
    ${innerEdges('volume', [
      { offset: [-3, -3.5], blur: 2.6, colour: '#6d0020', opacity: 0.75 },
      { offset: [-1, -1.2], blur: 0.7, colour: '#ff9a8a', opacity: 0.7 },
      { offset: [1.8, 2.2], blur: 1.2, colour: '#ffe2d6', opacity: 0.9 },
    ])}
    ${blur('glow', 3.5)}
    </defs>
    <g transform="scale(${round(mix(0.82, 0.94, throb))}) rotate(${round(mix(8, 14, throb))})" fill="none" stroke-linecap="round">
      <g stroke="#ff3b2f" stroke-opacity="${round(mix(0.3, 0.6, throb))}" stroke-width="15" filter="url(#glow)">${veins}</g>
      <g filter="url(#volume)" stroke="url(#red)" stroke-width="${round(mix(14, 16, throb))}">${veins}</g>
    </g>`;
};

export const FACE = { ComicEye: comicEye, Blush: blush, Tear: tear, Anger: anger };
