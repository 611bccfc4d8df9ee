import { element } from '../../web/page/dom.ts';
import { PATHS, type ReviewData } from '../protocol.ts';
import { startApp } from './app.ts';

const root = document.querySelector('#app')!;
/** The address that the program prints ends with it. */
const token = location.hash.slice(1);

async function load(path: string): Promise<Response> {
  const response = await fetch(path, { headers: { 'X-Preview-Token': token } });
  if (!response.ok) throw new Error(await response.text());
  return response;
}

try {
  const [data, faces] = await Promise.all([
    load(PATHS.data).then((response) => response.json() as Promise<ReviewData>),
    load(PATHS.faces).then((response) => response.arrayBuffer()),
  ]);
  startApp(root, data, new Uint8Array(faces), token);
} catch (thrown) {
  root.append(
    element(
      'p',
      { class: 'failure', role: 'alert' },
      `The suspects cannot be loaded: ${String(thrown)}. Reload the page.`,
    ),
  );
}
