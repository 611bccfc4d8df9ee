import { beforeReload } from '../run/server-events.ts';

/**
 * Takes the file on the stage over a reload that follows a change of the project. It is stored in this browser for the
 * moment of the reload alone, and taken out again by the page that comes.
 */
const STORE = 'files';
/** Says in this tab under which key its file is stored. */
const KEY = 'kept file';

/** @param current the file on the stage, if there is one. */
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
