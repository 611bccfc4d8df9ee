import { element } from '../../preview/page/ui/dom.ts';
import { PATHS, type ReviewData } from '../protocol.ts';
import { startApp } from './app.ts';

const root = document.querySelector('#app')!;
try {
  const [data, faces] = await Promise.all([
    fetch(PATHS.data).then((response) => response.json() as Promise<ReviewData>),
    fetch(PATHS.faces).then((response) => response.arrayBuffer()),
  ]);
  startApp(root, data, new Uint8Array(faces));
} catch (thrown) {
  root.append(
    element(
      'p',
      { class: 'failure', role: 'alert' },
      `The suspects cannot be loaded: ${String(thrown)}. Reload the page.`,
    ),
  );
}
