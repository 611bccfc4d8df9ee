/** Sad, angry and disgusted: rain, steam, bubbles, a storm cloud and its lightning. */
import { Random } from '../../../../ml/core/random.ts';
import { blur, type Drawing, ease, grey, innerEdges, linear, mix, radial, round, type Stop } from './shading.ts';

const rain: Drawing = (moment) => {
  const wobble = Math.sin(2 * Math.PI * moment);
  const w = round(13 + 1.2 * wobble);
  const b = round(34 - 1.2 * wobble);
  const drop = `M0 -56C3 -30 ${w} 4 ${w} ${b - w}A${w} ${w} 0 0 1 ${-w} ${b - w}C${-w} 4 -3 -30 0 -56Z`;
  return `<defs>
    ${linear(
      'water',
      [0, -56],
      [0, 40],
      [
        [0, '#fff', 0.05],
        [0.35, grey(0.95), 0.45],
        [1, grey(0.86), 0.85],
      ],
    )}
    ${innerEdges('volume', [
      { offset: [-3.5, -4], blur: 2.5, colour: grey(0.4), opacity: 0.8 },
      { offset: [-1, -1.2], blur: 0.7, colour: '#fff', opacity: 0.6 },
      { offset: [1.6, 1.6], blur: 1.2, colour: '#fff', opacity: 0.9 },
    ])}
    ${blur('soft', 0.8)}
    </defs>
    <g transform="translate(0 8)">
      <path d="${drop}" fill="url(#water)" filter="url(#volume)"/>
      <ellipse cx="-4.500" cy="${round(b - 21 + wobble)}" rx="2.800" ry="6.500" transform="rotate(14 -4.500 ${b - 21})" fill="#fff" filter="url(#soft)"/>
      <ellipse cx="5" cy="${round(b - 8)}" rx="3" ry="1.800" transform="rotate(-38 5 ${b - 8})" fill="#fff" fill-opacity="0.7" filter="url(#soft)"/>
    </g>`;
};

/** A ball of a cloud: where it is, and how large. */
type Billow = readonly [x: number, y: number, radius: number];

/** Balls lit from the top left: where they overlap, only the lit edge of the upper one is seen, as in a cloud. */
function billows(balls: readonly { cx: number; cy: number; r: number }[], body: string, light: readonly Stop[]) {
  const gradients = balls.map(({ cx, cy, r }, i) =>
    radial(`ball${i}`, [round(cx + 0.22 * r), round(cy + 0.34 * r)], round(1.4 * r), light),
  );
  const circles = balls.map(({ cx, cy, r }, i) => {
    const circle = (fill: string) => `<circle cx="${cx}" cy="${cy}" r="${r}" fill="${fill}"/>`;
    return circle(body) + circle(`url(#ball${i})`);
  });
  return { defs: gradients.join(''), circles: circles.join('') };
}

const PUFF: readonly Billow[] = [
  [-3, -4, 25],
  [14, -19, 21],
  [-19, -9, 20],
  [34, 2, 16],
  [-36, 8, 15],
  [18, 10, 20],
  [-11, 13, 21],
];

const steam: Drawing = (moment) => {
  const grown = mix(0.55, 1.06, 1 - (1 - moment) ** 2.4);
  const apart = mix(0.8, 1.12, moment);
  const visible = ease(-0.2, 0.1, moment) * (1 - ease(0.45, 1.03, moment));
  const balls = PUFF.map(([x, y, radius], i) => {
    // The balls shrink one after the other, so that the puff dissolves from its edges.
    const left = 1 - ease(0.35 + 0.06 * ((i * 5) % 7), 1.2, moment);
    const turned = 0.25 * moment * (i % 2 ? 1 : -1);
    const [sin, cos] = [Math.sin(turned), Math.cos(turned)];
    return {
      cx: round(apart * grown * (x * cos - y * sin)),
      cy: round(apart * grown * (x * sin + y * cos) + mix(14, -4, moment)),
      r: round(radius * grown * mix(0.62, 1, left)),
    };
  });
  const { defs, circles } = billows(balls, 'url(#body)', [
    [0.3, '#fff', 0],
    [0.65, '#fff', 0.6],
    [0.95, '#fff'],
  ]);
  return `<defs>${defs}
    ${linear(
      'body',
      [-10, -40],
      [12, 36],
      [
        [0, grey(0.97)],
        [1, grey(0.89)],
      ],
    )}
    ${innerEdges('volume', [
      { offset: [-6, -8], blur: 7, colour: grey(0.7), opacity: 0.7 },
      { offset: [2, 2.6], blur: 1.8, colour: '#fff', opacity: 1 },
    ])}
    ${blur('soft', mix(0.6, 4, ease(0.25, 1, moment)))}
    </defs>
    <g opacity="${round(visible)}" filter="url(#soft)"><g filter="url(#volume)">${circles}</g></g>`;
};

const bubble: Drawing = (moment) => {
  const wobble = Math.sin(2 * Math.PI * moment);
  const [rx, ry] = [round(51 + 2.2 * wobble), round(51 - 2.2 * wobble)];
  const drift = round(2.5 * Math.cos(2 * Math.PI * moment));
  return `<defs>
    ${radial(
      'film',
      [0, 0],
      52,
      [
        [0, grey(0.87), 0.14],
        [0.6, grey(0.87), 0.24],
        [0.86, grey(0.82), 0.5],
        [1, grey(0.7), 0.9],
      ],
      [-8, -10],
    )}
    ${radial('depth', [17, 21], 42, [
      [0, grey(0.93), 0.5],
      [0.5, grey(0.9), 0.22],
      [1, grey(0.87), 0],
    ])}
    ${blur('soft', 0.9)}
    </defs>
    <ellipse rx="${rx}" ry="${ry}" fill="url(#film)"/>
    <ellipse rx="${rx}" ry="${ry}" fill="url(#depth)"/>
    <ellipse rx="${rx - 1.2}" ry="${ry - 1.2}" fill="none" stroke="${grey(0.6)}" stroke-opacity="0.7" stroke-width="2.400"/>
    <path d="M-38 -10A40 40 0 0 1 -6 -39" fill="none" stroke="#fff" stroke-width="8" stroke-linecap="round" filter="url(#soft)" transform="rotate(${drift})"/>
    <circle cx="-38.500" cy="3" r="4.200" fill="#fff" filter="url(#soft)" transform="rotate(${drift})"/>
    <path d="M40 12A42 42 0 0 1 14 40" fill="none" stroke="#fff" stroke-opacity="0.75" stroke-width="4" stroke-linecap="round" filter="url(#soft)" transform="rotate(${-drift})"/>`;
};

/** Back to front. */
const CLOUD: readonly Billow[] = [
  [-19, -13, 22],
  [15, -18, 27],
  [-41, 6, 18],
  [41, 5, 19],
  [-6, -3, 24],
  [2, 13, 22],
  [26, 11, 21],
  [-24, 13, 21],
];

const stormCloud: Drawing = (moment) => {
  const balls = CLOUD.map(([x, y, radius], i) => {
    const phase = 2 * Math.PI * moment + i * 2.1;
    return {
      cx: round(x + 1.3 * Math.cos(phase)),
      cy: round(y + 1.5 * Math.sin(phase)),
      r: round(radius + 1.1 * Math.sin(phase + 1)),
    };
  });
  const { defs, circles } = billows(balls, 'url(#body)', [
    [0.34, '#7d89bd', 0],
    [0.6, '#8f9bd0', 0.45],
    [0.82, '#b4c0e8', 0.75],
    [1, '#dfe6fb', 0.95],
  ]);
  return `<defs>${defs}
    ${linear(
      'body',
      [-8, -46],
      [8, 36],
      [
        [0, '#8690c4'],
        [0.45, '#59619b'],
        [0.8, '#3a3d76'],
        [1, '#26255a'],
      ],
    )}
    ${linear(
      'weight',
      [0, 0],
      [0, 36],
      [
        [0, '#2a2660', 0],
        [1, '#1a1545', 0.75],
      ],
    )}
    ${innerEdges('volume', [
      { offset: [-4, -6], blur: 5, colour: '#17123c', opacity: 0.6 },
      { offset: [-1, -1.8], blur: 0.9, colour: '#9d86ff', opacity: 0.8 },
      { offset: [1.5, 2], blur: 1.2, colour: '#eef2ff', opacity: 0.75 },
    ])}
    <clipPath id="inside">${circles}</clipPath>
    </defs>
    <g transform="translate(0 2)"><g filter="url(#volume)">${circles}
      <g clip-path="url(#inside)"><rect x="-64" y="-64" width="128" height="128" fill="url(#weight)"/></g>
    </g></g>`;
};

const BOLT =
  'M9 -57L-28 5Q-29.500 8 -26 8L-6 8L-17 54Q-17.500 58 -14.500 55L29 -11Q31 -15 27 -15L8 -15L27 -54Q28.500 -58 24.500 -58L12 -58Q10 -58.500 9 -57Z';

/** How bright the bolt is at each frame of a strike; before it comes the leader, a thin spark. */
const STRIKE = [0, 1, 0.8, 0.4, 0.95, 0.65, 0.35, 0.12];

/** A thin jagged spark from a point, in a direction. */
function spark(random: Random, x: number, y: number, angle: number, length: number): string {
  const steps = 5;
  const points = Array.from({ length: steps }, (_, i) => {
    const away = (length * (i + 1)) / steps;
    const aside = i === steps - 1 ? 0 : random.uniform(-5, 5);
    return `${round(x + away * Math.cos(angle) - aside * Math.sin(angle))} ${round(y + away * Math.sin(angle) + aside * Math.cos(angle))}`;
  });
  return `M${round(x)} ${round(y)}L${points.join('L')}`;
}

const lightning: Drawing = (moment) => {
  const frame = Math.round(moment * (STRIKE.length - 1));
  const light = STRIKE[frame];
  const random = new Random(7, frame);
  const sparks = light
    ? [
        spark(random, -20, 4, Math.PI * 0.9, 30 * light),
        spark(random, 24, -12, -0.15, 28 * light),
        spark(random, -6, 30, 0.75, 36 * light),
        spark(random, 2, -34, Math.PI * 1.05, 36 * light),
      ]
    : [spark(random, 16, -54, 1.98, 62), spark(random, 2, -20, 0.6, 26), spark(random, -8, 2, 2.4, 20)];
  const sparking = light > 0.5 || light === 0;
  const flash = light > 0.9;
  return `<defs>
    ${linear(
      'gold',
      [-10, -58],
      [10, 58],
      [
        [0, flash ? '#ffffff' : '#fff3b0'],
        [0.45, flash ? '#fff6c4' : '#ffd430'],
        [1, flash ? '#ffdf52' : '#ff9416'],
      ],
    )}
    ${innerEdges('volume', [
      { offset: [-3, -3], blur: 2.4, colour: '#ee6200', opacity: flash ? 0.45 : 0.85 },
      { offset: [-0.9, -0.9], blur: 0.5, colour: '#ffe9a0', opacity: 0.7 },
      { offset: [1.6, 1.6], blur: 0.9, colour: '#fff', opacity: 0.95 },
    ])}
    ${blur('glow', 4.5)}${blur('near', 1.8)}
    </defs>
    <g transform="scale(0.88)" opacity="${round(ease(0, 0.35, light))}">
      <path d="${BOLT}" fill="#8f6bff" fill-opacity="${round(0.9 * light)}" filter="url(#glow)"/>
      <path d="${BOLT}" fill="#ffcf4a" fill-opacity="${round(light)}" filter="url(#near)"/>
      <path d="${BOLT}" fill="url(#gold)" filter="url(#volume)"/>
    </g>
    <g fill="none" stroke-linecap="round" stroke-linejoin="round" opacity="${sparking ? round(light || 0.9) : 0}">
      <path d="${sparks.join('')}" stroke="#8a63ff" stroke-width="4.500" filter="url(#near)"/>
      <path d="${sparks.join('')}" stroke="#fffbe6" stroke-width="1.800"/>
    </g>`;
};

export const WEATHER = { Rain: rain, Steam: steam, Bubble: bubble, StormCloud: stormCloud, Lightning: lightning };
