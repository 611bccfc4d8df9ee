import { changes, failure } from 'virtual:lens';
import { startApp } from './app.ts';
import { stats } from './run/samples.ts';
import { followServer } from './run/server-events.ts';
import { failurePage } from './ui/header.ts';

window.previewStats = stats;
const root = document.querySelector('#app')!;
if (failure === null) startApp(root);
else {
  root.append(failurePage(failure));
  if (changes !== null) followServer(changes, () => {});
}
