/**
 * Keeps the page at its address: a lens's script that sets `location` would take what it sees along. Links that the user follows,
 * reloads and parts of the page are let through. Only browsers with the Navigation API (Chromium; Firefox and Safari from 2026)
 * can refuse.
 */
export function stayHere(): void {
  globalThis.navigation?.addEventListener('navigate', (event) => {
    const { destination, userInitiated, navigationType } = event;
    if (userInitiated || navigationType === 'reload' || destination.sameDocument) return;
    event.preventDefault();
  });
}
