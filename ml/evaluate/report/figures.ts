import { contactSheet, type SheetOptions, type Tile } from '../contact-sheet.ts';
import { type Html, html } from './html.ts';

/** Tiles in a row of a contact sheet; so many fit the page at full size. */
export const SHEET_COLUMNS = 8;
const SHEET = { columns: SHEET_COLUMNS, tileSize: 120 };

/** A drawing with what it shows. */
export function figure(title: string, caption: string, drawing: Html): Html {
  return html`<figure role="group" aria-label="${title}">${drawing}<figcaption><b>${title}.</b> ${caption}</figcaption></figure>`;
}

/** A contact sheet, embedded in the page. */
export async function sheet(
  title: string,
  caption: string,
  tiles: readonly Tile[],
  options: SheetOptions = SHEET,
): Promise<Html> {
  const png = await contactSheet(tiles, options);
  const address = `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  return html`<figure class="wide"><div class="scroll"><img src="${address}" alt="${title}"></div><figcaption><b>${title}.</b> ${caption}</figcaption></figure>`;
}
