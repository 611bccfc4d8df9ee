import { changes, failure } from 'virtual:lens';
import { failurePage, startApp } from './app.ts';
import { followServer } from './run/reload.ts';
import { stats } from './run/samples.ts';

window.previewStats = stats;
const root = document.querySelector('#app')!;
if (failure === null) startApp(root);
else {
  root.append(failurePage(failure));
  if (changes !== null) followServer(changes, () => {});
}
