import { followServer } from '../run/server-events.ts';
import type { Banners } from './banners.ts';

/** Follows the server, and says when it has ended: the page goes on without it, but no longer follows the project. */
export function watchServer(changes: string, banners: Banners): void {
  followServer(changes, () =>
    banners.show('server', {
      title: 'The preview has ended',
      text: 'This page runs on, but no longer follows the project, and cannot save. Start the preview again: the page then reloads by itself.',
    }),
  );
}
