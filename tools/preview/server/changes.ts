import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

const PATH = '/changes';
/** Milliseconds after which a page asks again that has lost its server. */
const RETRY = 1000;
/** Pages at once; a browser has six of them at most. */
const MOST_PAGES = 64;

/** The stream of events that tells open pages to reload. */
export class Changes {
  readonly path = PATH;
  #version = randomUUID();
  readonly #pages = new Set<ServerResponse>();

  /** Address for a page that has what there is now; it is told at once if that is out of date when it comes. */
  get url(): string {
    return `${PATH}?since=${this.#version}`;
  }

  /** Tells all pages that there is something new. */
  tell(): void {
    this.#version = randomUUID();
    for (const page of this.#pages) reload(page);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.#pages.size >= MOST_PAGES) {
      response.statusCode = 503;
      response.end();
      return;
    }
    response.setHeader('Content-Type', 'text/event-stream');
    response.write(`retry: ${RETRY}\n\n`);
    if (request.url !== this.url) reload(response);
    this.#pages.add(response);
    response.on('close', () => this.#pages.delete(response));
  }
}

function reload(page: ServerResponse): void {
  page.write('event: reload\ndata:\n\n');
}
