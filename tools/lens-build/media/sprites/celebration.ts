/** Happy, surprised and calm: sparkles, hearts, confetti, stars and petals. */

import { blur, type Drawing, grey, innerEdges, linear, mix, pulse, radial, round } from './shading.ts';
import { drawSurface, type Point, turn } from './surface.ts';

/** The grey of what a tint colours fully; what is lighter shines. */
const BODY = grey(0.92);

/** A star of four points, whose sides curve inwards; `waist` is how close they come to the middle. */
function fourPoints(long: number, wide: number, waist: number): string {
  const [w, l, s] = [wide, long, waist].map(round);
  return `M0 ${-l}Q${s} ${-s} ${w} 0Q${s} ${s} 0 ${l}Q${-s} ${s} ${-w} 0Q${-s} ${-s} 0 ${-l}Z`;
}

const sparkle: Drawing = (moment) => {
  const flare = pulse(moment);
  const size = mix(0.45, 1, flare);
  const ray = round(59 * mix(0.42, 1, flare ** 1.4));
  const body = 42 * size;
  return `<defs>
    ${radial('halo', [0, 0], 50 * size, [
      [0, BODY, mix(0.5, 0.85, flare)],
      [0.25, BODY, mix(0.22, 0.45, flare)],
      [0.55, BODY, mix(0.06, 0.14, flare)],
      [0.8, BODY, mix(0.01, 0.03, flare)],
      [1, BODY, 0],
    ])}
    ${radial('beam', [0, 0], ray, [
      [0, '#fff'],
      [0.35, grey(0.95), 0.9],
      [0.8, BODY, 0.7],
      [1, BODY, 0.2],
    ])}
    ${radial('core', [0, 0], 15 * size, [
      [0, '#fff'],
      [0.4, '#fff', 0.8],
      [1, '#fff', 0],
    ])}
    ${blur('soft', round(1.3 * size))}
    </defs>
    <circle r="${round(50 * size)}" fill="url(#halo)"/>
    <g transform="rotate(${round(7 * Math.sin(2 * Math.PI * moment))})">
      <path d="${fourPoints(ray, ray, 1.1)}" fill="url(#beam)"/>
      <path transform="rotate(45)" d="${fourPoints(0.62 * ray, 0.62 * ray, 0.8)}" fill="url(#beam)"/>
      <path d="${fourPoints(1.1 * body, 0.9 * body, 5.2 * size)}" fill="${BODY}"/>
      <g fill="#fff" filter="url(#soft)">
        <path transform="rotate(45)" d="${fourPoints(0.3 * body, 0.3 * body, 1.6 * size)}"/>
        <path d="${fourPoints(0.84 * body, 0.64 * body, 3.4 * size)}"/>
      </g>
    </g>
    <circle r="${round(15 * size)}" fill="url(#core)"/>`;
};

const HEART =
  'M-5 43C-20 31 -51 12 -51 -15C-51 -34 -37 -45 -23.5 -45C-13 -45 -4.500 -39 0 -30C4.500 -39 13 -45 23.500 -45C37 -45 51 -34 51 -15C51 12 20 31 5 43Q0 47 -5 43Z';

const heart: Drawing = (moment) => {
  // Two beats, the second one weaker, then a slow breath.
  const at = (peak: number) => Math.exp(-(((moment - peak) / 0.11) ** 2));
  const beat = at(0.25) + 0.55 * at(0.55) + 0.12 * Math.sin(2 * Math.PI * moment);
  const [sx, sy] = [mix(0.94, 1.1, beat), mix(0.95, 1.08, beat)];
  return `<defs>
    ${radial(
      'flesh',
      [-4, -6],
      66,
      [
        [0, '#ff8fae'],
        [0.38, '#ff4d7d'],
        [0.75, '#f0245f'],
        [1, '#b80d4b'],
      ],
      [-20, -24],
    )}
    ${linear(
      'gleam',
      [-30, -40],
      [-16, -8],
      [
        [0, '#fff', 0.95],
        [1, '#fff', 0.08],
      ],
    )}
    ${innerEdges('volume', [
      { offset: [-7, -9], blur: 7, colour: '#7a0640', opacity: 0.75 },
      { offset: [-2.2, -2.6], blur: 1.3, colour: '#ff9ecb', opacity: 0.85 },
      { offset: [2.6, 3.2], blur: 2, colour: '#ffe3ec', opacity: 0.8 },
    ])}
    ${blur('soft', 1.1)}
    </defs>
    <g transform="translate(0 2) scale(${round(sx)} ${round(sy)})">
      <path d="${HEART}" fill="url(#flesh)" filter="url(#volume)"/>
      <path d="M-41 -14C-41 -29 -31 -37 -21 -36C-13 -35 -14 -27 -21 -25C-30 -22 -33 -17 -35 -9C-37 -3 -41 -6 -41 -14Z" fill="url(#gleam)" filter="url(#soft)"/>
      <ellipse cx="25" cy="-29" rx="9" ry="5.500" transform="rotate(24 25 -29)" fill="#fff" fill-opacity="0.6" filter="url(#soft)"/>
      <path d="M41 -2C38 12 27 22 15 31" fill="none" stroke="#ffb3d1" stroke-width="3" stroke-linecap="round" stroke-opacity="0.55" filter="url(#soft)"/>
    </g>`;
};

const confetti: Drawing = (moment) => {
  const angle = 2 * Math.PI * moment;
  const turned: Point = [angle + 0.5, 0.55 * Math.sin(angle), 0.35 + 0.35 * Math.sin(angle)];
  return drawSurface({
    at: (u, v) => turn([25 * u, 38 * v, 13 * (v * v - 0.4) + 4 * Math.sin(2.2 * v + 1)], turned),
    shade: () => 0.94,
    ambient: 0.72,
    gloss: 0.05,
    patches: [1, 48],
  });
};

/** Half the width of a petal of a cherry blossom, from its narrow base (0) to its broad upper edge (1). */
const petalWidth = (along: number) => 38 * Math.sin(Math.PI * (0.05 + 0.7 * along ** 0.75));

/** How far its upper edge lies lower than its two lobes: the notch between them, and their round outer corners. */
function petalEdge(u: number): number {
  const across = Math.abs(u);
  return across < 0.45 ? 11 * (1 - across / 0.45) ** 1.5 : 24 * ((across - 0.45) / 0.55) ** 2.2;
}

const petal: Drawing = (moment) => {
  const angle = 2 * Math.PI * moment;
  const turned: Point = [0.7 * Math.sin(angle), angle, 0.5 + 0.4 * Math.sin(angle + 1)];
  return drawSurface({
    at: (u, v) => {
      const along = (v + 1) / 2;
      const y = 46 - 92 * along + petalEdge(u) * along ** 2.5;
      return turn([petalWidth(along) * u, y, 10 * u * u * along - 8 * v * v + 4], turned);
    },
    shade: (u, v) => {
      const along = (v + 1) / 2;
      const vein = Math.max(0, Math.cos(10 * u * (1.3 - 0.3 * along))) ** 8 * (1 - along);
      return 0.8 + 0.18 * along ** 0.7 - 0.08 * vein;
    },
    ambient: 0.84,
    gloss: 0,
    patches: [24, 30],
  });
};

type Place = readonly [x: number, y: number];

const between = (a: Place, b: Place, part: number): Place => [mix(a[0], b[0], part), mix(a[1], b[1], part)];
const place = ([x, y]: Place) => `${round(x)} ${round(y)}`;

/** A star of five points, all of whose corners are round. */
function fivePoints(outer: number, inner: number): string {
  const corners = Array.from({ length: 10 }, (_, i): Place => {
    const [angle, radius] = [(Math.PI * (i - 2.5)) / 5, i % 2 ? inner : outer];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
  const parts = corners.map((corner, i) => {
    const rounded = i % 2 ? 0.2 : 0.42;
    const [before, after] = [corners[(i + 9) % 10], corners[(i + 1) % 10]];
    return `${i ? 'L' : 'M'}${place(between(corner, before, rounded))}Q${place(corner)} ${place(between(corner, after, rounded))}`;
  });
  return `${parts.join('')}Z`;
}

const STAR = fivePoints(66, 34);

const star: Drawing = (moment) => {
  const sweep = round(mix(-100, 100, moment));
  const tilt = round(7 * Math.sin(2 * Math.PI * moment));
  return `<defs>
    ${radial(
      'metal',
      [0, 4],
      66,
      [
        [0, grey(0.98)],
        [0.3, grey(0.92)],
        [0.75, grey(0.9)],
        [1, grey(0.8)],
      ],
      [-16, -18],
    )}
    ${linear(
      'sweep',
      [sweep - 18, -11],
      [sweep + 18, 11],
      [
        [0, '#fff', 0],
        [0.35, '#fff', 0.25],
        [0.5, '#fff', 1],
        [0.65, '#fff', 0.25],
        [1, '#fff', 0],
      ],
    )}
    ${innerEdges('volume', [
      { offset: [-6, -7], blur: 5.5, colour: grey(0.6), opacity: 0.75 },
      { offset: [-1.8, -2.1], blur: 1, colour: grey(0.95), opacity: 0.8 },
      { offset: [2.4, 2.8], blur: 1.7, colour: '#fff', opacity: 0.95 },
    ])}
    ${blur('soft', 1.1)}
    <clipPath id="inside"><path d="${STAR}"/></clipPath>
    </defs>
    <g transform="translate(0 4) rotate(${tilt})">
      <path d="${STAR}" fill="url(#metal)" filter="url(#volume)"/>
      <g clip-path="url(#inside)"><rect x="-64" y="-64" width="128" height="128" fill="url(#sweep)"/></g>
      <path d="M-9 -21Q-6 -31 -2 -37" fill="none" stroke="#fff" stroke-width="6" stroke-linecap="round" filter="url(#soft)"/>
      <path d="M-38 -10Q-29 -13 -22 -13.500" fill="none" stroke="#fff" stroke-width="5" stroke-linecap="round" stroke-opacity="0.9" filter="url(#soft)"/>
    </g>`;
};

export const CELEBRATION = { Sparkle: sparkle, Heart: heart, Confetti: confetti, Petal: petal, Star: star };
