/** What the drawn pictures have in common. */
import sharp from 'sharp';

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
