/** Work that is done before a page is reloaded. */
const keepers: (() => Promise<void>)[] = [];

/** @param keep takes something over the reload that follows a change of the project. */
function beforeReload(keep: () => Promise<void>): void {
  keepers.push(keep);
}

/**
 * Reloads the page when the project has changed.
 * @param changes URL of the server's stream of events.
 * @param onLost is called when the server does not answer any more; the page reloads by itself once it does again.
 */
export function followServer(changes: string, onLost: () => void): void {
  const events = new EventSource(changes);
  events.addEventListener('reload', async () => {
    events.close();
    await Promise.allSettled(keepers.map((keep) => keep()));
    location.reload();
  });
  events.addEventListener('error', onLost);
  // The browser would tell of a server that has ended.
  window.addEventListener('pagehide', () => events.close());
}

/** How the page is set up, kept in this tab: the page is reloaded with each change of the project. */
export const kept = {
  /** A choice among some; the first one if nothing, or something else, is kept. */
  choice<Value extends string>(name: string, values: readonly [Value, ...Value[]]): Value {
    const found = sessionStorage.getItem(name);
    return values.find((value) => value === found) ?? values[0];
  },
  isOn: (name: string): boolean => sessionStorage.getItem(name) === 'true',
  set: (name: string, value: string | boolean): void => sessionStorage.setItem(name, String(value)),
};

const STORE = 'files';
/** Says in this tab under which key its file is stored. */
const KEY = 'kept file';

/**
 * Takes the file on the stage over a reload that follows a change of the project. It is stored in this browser for the
 * moment of the reload only, and taken out again by the page that comes.
 * @param current the file on the stage, if there is one.
 */
export function keepFileOverReloads(current: () => File | null): void {
  beforeReload(async () => {
    const file = current();
    if (!file) return;
    const key = crypto.randomUUID();
    await request('readwrite', (store) => store.put(file, key));
    sessionStorage.setItem(KEY, key);
  });
}

/** The file that was on the stage before the reload; null if there was none, or it could not be stored. */
export async function takeKeptFile(): Promise<File | null> {
  const key = sessionStorage.getItem(KEY);
  if (key === null) return null;
  sessionStorage.removeItem(KEY);
  try {
    const file = await request<File | undefined>('readonly', (store) => store.get(key));
    await request('readwrite', (store) => store.delete(key));
    return file ?? null;
  } catch {
    return null;
  }
}

async function request<Result>(
  mode: IDBTransactionMode,
  ask: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const opening = indexedDB.open('emotion-lens preview');
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answer(opening);
  try {
    return await answer(ask(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

function answer<Result>(asked: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
}
