/** Work that is done before a page is loaded anew. */
const keepers: (() => Promise<void>)[] = [];

/** @param keep takes something over the reload that follows a change of the project. */
export function beforeReload(keep: () => Promise<void>): void {
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
