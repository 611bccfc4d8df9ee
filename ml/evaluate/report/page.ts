import { type Content, Html, html } from './html.ts';
import { STYLE } from './style.ts';

export interface Section {
  /** Of its heading, for links. */
  readonly id: string;
  readonly title: string;
  readonly body: Content;
}

export interface Page {
  readonly title: string;
  /** What it is about: the name of a run. */
  readonly subject: string;
  readonly eyebrow: string;
  /** Figures at its head. */
  readonly tiles: Content;
  readonly sections: readonly Section[];
}

/** A self-contained page; its content security policy stops the browser from loading anything. */
export function page({ title, subject, eyebrow, tiles, sections }: Page): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${title}: ${subject}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
<p class="eyebrow">${eyebrow}</p>
<nav>${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>`)}</nav>
<div class="tiles">${tiles}</div>
</header>
<main>${sections.map(({ id, title, body }) => html`<section id="${id}"><h2>${title}</h2>${body}</section>`)}</main>
</body>
</html>
`;
}
