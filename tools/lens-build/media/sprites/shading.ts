/**
 * What all sprites share: SVG for gradients, and for light that falls from the top left. A cell is drawn in units from −64 to 64,
 * its middle at the origin, y down.
 */

/** How a sprite looks at a moment: SVG for its cell. `moment` goes from 0 towards 1 in a loop, from 0 to 1 otherwise. */
export type Drawing = (moment: number) => string;

/** A colour at a place of a gradient, 0 to 1, with an opacity of 1 if none is given. */
export type Stop = readonly [offset: number, colour: string, opacity?: number];

const stopsOf = (stops: readonly Stop[]) =>
  stops
    .map(
      ([offset, colour, opacity = 1]) => `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`,
    )
    .join('');

export function linear(
  id: string,
  from: readonly [number, number],
  to: readonly [number, number],
  stops: readonly Stop[],
) {
  return `<linearGradient id="${id}" gradientUnits="userSpaceOnUse" x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}">${stopsOf(stops)}</linearGradient>`;
}

/** @param focus where the gradient begins, by default its centre. */
export function radial(
  id: string,
  centre: readonly [number, number],
  radius: number,
  stops: readonly Stop[],
  focus = centre,
) {
  return `<radialGradient id="${id}" gradientUnits="userSpaceOnUse" cx="${centre[0]}" cy="${centre[1]}" r="${radius}" fx="${focus[0]}" fy="${focus[1]}">${stopsOf(stops)}</radialGradient>`;
}

const EVERYWHERE =
  'filterUnits="userSpaceOnUse" x="-64" y="-64" width="128" height="128" color-interpolation-filters="sRGB"';

export const blur = (id: string, deviation: number) =>
  `<filter id="${id}" ${EVERYWHERE}><feGaussianBlur stdDeviation="${deviation}"/></filter>`;

/** Light or shade along those inner edges of a shape that the offset moves away from. */
export interface InnerEdge {
  readonly offset: readonly [number, number];
  readonly blur: number;
  readonly colour: string;
  readonly opacity: number;
}

/** A filter that lays light and shade over a shape along its inner edges, in the order given. */
export function innerEdges(id: string, edges: readonly InnerEdge[]): string {
  const parts = edges.map(
    ({ offset: [dx, dy], blur: deviation, colour, opacity }, i) => `
    <feOffset in="SourceAlpha" dx="${dx}" dy="${dy}"/><feGaussianBlur stdDeviation="${deviation}" result="moved${i}"/>
    <feFlood flood-color="${colour}" flood-opacity="${opacity}"/><feComposite in2="moved${i}" operator="out"/>
    <feComposite in2="SourceAlpha" operator="in" result="edge${i}"/>`,
  );
  const merged = ['SourceGraphic', ...edges.map((_, i) => `edge${i}`)].map((name) => `<feMergeNode in="${name}"/>`);
  return `<filter id="${id}" ${EVERYWHERE}>${parts.join('')}<feMerge>${merged.join('')}</feMerge></filter>`;
}

/** Smooth from 0 at `from` to 1 at `to`. */
export function ease(from: number, to: number, value: number): number {
  const part = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return part * part * (3 - 2 * part);
}

/** 0 at the start and the end of a loop, 1 in its middle. */
export const pulse = (moment: number) => (1 - Math.cos(2 * Math.PI * moment)) / 2;

export const mix = (from: number, to: number, part: number) => from + (to - from) * part;

/** A number as SVG needs it. */
export const round = (value: number) => Math.round(100 * value) / 100;

/** A grey from 0 (black) to 1 (white). */
export function grey(value: number): string {
  const level = Math.round(255 * Math.min(1, Math.max(0, value)));
  return `rgb(${level},${level},${level})`;
}
