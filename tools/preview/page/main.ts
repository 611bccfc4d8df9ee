import { changes, failure } from 'virtual:lens';
import { failurePage, startApp } from './app.ts';
import { recordFilm } from './film/record.ts';
import { followServer } from './run/reload.ts';
import { stats } from './run/samples.ts';
import { stayHere } from './run/stay.ts';

/** Address of a page that only films, and needs the machine for that. */
const FILM = '#film';

stayHere();
window.previewStats = stats;
const root = document.querySelector('#app')!;
if (failure !== null) {
  root.append(failurePage(failure));
  if (changes !== null) followServer(changes, () => {});
} else if (location.hash === FILM) window.recordFilm = recordFilm;
else startApp(root);
