import { element, pressButtons } from '../../../web/page/dom.ts';
import { keepFileOverReloads, takeKeptFile } from '../run/reload.ts';
import type { Banners } from '../ui/banners.ts';
import { openCamera } from './camera.ts';
import { openDrawn } from './drawn-source.ts';
import { openFile } from './file.ts';
import { type Source, SourceError } from './source.ts';

type Kind = 'drawn' | 'camera' | 'file';

const KEY = 'source';
const TOPIC = 'source';
const ACCEPTED = 'image/*,video/*';

/** Chooses between the sources; the drawn faces are there at once, and come back when another one fails. */
export interface Switcher {
  readonly root: HTMLElement;
  /** The source's own controls. */
  readonly controls: HTMLElement;
  readonly current: Source;
}

/** @param onSwitch is called whenever another source is shown. */
export function createSwitcher(banners: Banners, onSwitch: (source: Source) => void): Switcher {
  let current: Source = openDrawn();
  let file: File | null = null;
  let opening = 0;
  const controls = element('div', { class: 'source-controls' }, current.controls);
  const picker = element('input', {
    type: 'file',
    accept: ACCEPTED,
    hidden: true,
    'aria-label': 'Image or video file',
  });
  const tabs = pressButtons<Kind>(
    'Source of the picture',
    [
      { value: 'drawn', label: 'Drawn faces' },
      { value: 'camera', label: 'Webcam', title: 'Its pictures stay in this page' },
      { value: 'file', label: 'File…', title: 'An image or a video; you can also drop it on the page' },
    ],
    'drawn',
    (chosen) => {
      if (chosen === 'file') picker.click();
      else void open(chosen, () => (chosen === 'camera' ? camera() : openDrawn()));
    },
  );

  const show = (shown: Kind, source: Source, shownFile: File | null = null) => {
    current.close();
    [current, file] = [source, shownFile];
    tabs.select(shown);
    controls.replaceChildren(source.controls);
    // The page is reloaded with each change of the project; the camera then goes on.
    sessionStorage.setItem(KEY, shown);
    onSwitch(source);
  };

  async function open(
    wanted: Kind,
    opener: () => Source | Promise<Source>,
    wantedFile: File | null = null,
  ): Promise<void> {
    const turn = ++opening;
    banners.clear(TOPIC);
    try {
      const source = await opener();
      if (turn === opening) show(wanted, source, wantedFile);
      else source.close();
    } catch (thrown) {
      if (turn !== opening) return;
      const { title, message } =
        thrown instanceof SourceError ? thrown : { title: 'This did not work', message: `${thrown}` };
      const again = wanted === 'camera' ? { action: { label: 'Try again', run: () => void open(wanted, opener) } } : {};
      banners.show(TOPIC, { title, text: message, ...again });
    }
  }

  const camera = (device?: string): Promise<Source> =>
    openCamera(
      {
        onChoose: (chosen) => void open('camera', () => camera(chosen)),
        onEnd: () => {
          show('drawn', openDrawn());
          banners.show(TOPIC, {
            title: 'The camera is gone',
            text: 'It was unplugged, or another program or the system took it. Drawn faces are shown until it is back.',
            action: { label: 'Try again', run: () => void open('camera', () => camera(device)) },
          });
        },
      },
      device,
    );

  const openPicked = (picked: File) => void open('file', () => openFile(picked), picked);
  picker.addEventListener('change', () => {
    const [picked] = picker.files ?? [];
    if (picked) openPicked(picked);
    picker.value = '';
  });
  acceptDrops(openPicked);
  keepFileOverReloads(() => file);
  void takeKeptFile().then((taken) => {
    if (taken && opening === 0) openPicked(taken);
  });
  if (sessionStorage.getItem(KEY) === 'camera') void open('camera', () => camera());

  return {
    root: element('div', {}, tabs.root, picker),
    controls,
    get current() {
      return current;
    },
  };
}

function acceptDrops(onFile: (file: File) => void): void {
  const mark = (on: boolean) => document.body.classList.toggle('dropping', on);
  addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    mark(true);
  });
  addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  addEventListener('drop', (event) => {
    event.preventDefault();
    mark(false);
    const [file] = event.dataTransfer?.files ?? [];
    if (file) onFile(file);
  });
}
