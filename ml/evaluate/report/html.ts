import { contactSheet, type SheetOptions, type Tile } from '../contact-sheet.ts';

/** Markup that is safe to put into a page as it is. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What a template accepts: text and numbers are escaped, markup is kept, lists are joined. */
export type Content = Html | string | number | readonly Content[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Tag of templates for HTML: whatever is filled in is escaped, unless it comes from another such template. */
export function html(strings: TemplateStringsArray, ...values: Content[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(markupOf)));
}

function markupOf(content: Content): string {
  if (content instanceof Html) return content.markup;
  if (typeof content === 'object') return content.map(markupOf).join('');
  return String(content).replace(/[&<>"']/g, (character) => ESCAPES[character]);
}

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
