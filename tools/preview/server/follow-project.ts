import { type FSWatcher, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';

/** Milliseconds without a change after which it is told: Lens Studio saves many files at once. */
const QUIET = 150;
/** More than projects have; each takes something of the system's. */
const MOST_FOLDERS = 5000;

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
    if (watchers.length >= MOST_FOLDERS) return;
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
