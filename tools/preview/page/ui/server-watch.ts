import type { Banners } from './banners.ts';

/** Says when the preview's server has ended: the page goes on without it, but no longer follows the project. */
export function watchServer(banners: Banners): void {
  import.meta.hot?.on('vite:ws:disconnect', () =>
    banners.show('server', {
      title: 'The preview has ended',
      text: 'This page runs on, but no longer follows the project, and cannot save. Start the preview again: the page then reloads by itself.',
    }),
  );
}
