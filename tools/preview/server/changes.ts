import { randomUUID } from 'node:crypto';
import { type FSWatcher, readdirSync, watch } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';

const PATH = '/changes';
/** Milliseconds after which a page asks again that has lost its server. */
const RETRY = 1000;
/** Pages at once; a browser has six of them at most. */
const MAX_PAGES = 64;

/** The stream of events that tells open pages to reload. */
export class Changes {
  readonly path = PATH;
  #version = randomUUID();
  readonly #pages = new Set<ServerResponse>();

  /** Address for a page that has what there is now; it is notified at once if that is out of date when it connects. */
  get url(): string {
    return `${PATH}?since=${this.#version}`;
  }

  /** Tells all pages that there is something new. */
  tell(): void {
    this.#version = randomUUID();
    for (const page of this.#pages) reload(page);
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    if (this.#pages.size >= MAX_PAGES) {
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

/** Milliseconds without a change after which it is reported: Lens Studio saves many files at once. */
const QUIET = 150;
/** More than projects have; each takes something of the system's. */
const MAX_FOLDERS = 5000;

/**
 * Watches the files of a project; links are not followed.
 * @param onChange gets the names of the files that changed, without folders; a name is null where the system does not say.
 * @returns a function that ends it.
 */
export function followProject(project: string, onChange: (names: readonly (string | null)[]) => void): () => void {
  let watchers: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;
  let changed: (string | null)[] = [];

  const add = (folder: string, counts: (name: string | null) => boolean, below: (name: string) => boolean) => {
    if (watchers.length >= MAX_FOLDERS) return;
    try {
      const watcher = watch(folder, (_, name) => {
        if (counts(name)) tell(name);
      });
      // It has gone, which the folder above tells.
      watcher.on('error', () => watcher.close());
      watchers.push(watcher);
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isDirectory() && below(entry.name)) add(join(folder, entry.name), always, always);
    } catch {
      // It has gone meanwhile, or cannot be watched: then the page is reloaded by hand.
    }
  };
  /** Anew each time: a folder of the same name may be another one. */
  const addAll = () => {
    const before = watchers;
    watchers = [];
    const ofProject = (name: string) => ['Assets', 'Packages'].includes(name);
    add(project, (name) => name === null || name.endsWith('.esproj') || ofProject(name), ofProject);
    for (const watcher of before) watcher.close();
  };
  const tell = (name: string | null) => {
    changed.push(name);
    clearTimeout(timer);
    timer = setTimeout(() => {
      // New folders, before anyone reads what lies in them.
      addAll();
      const names = changed;
      changed = [];
      onChange(names);
    }, QUIET);
  };

  addAll();
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

const always = () => true;
