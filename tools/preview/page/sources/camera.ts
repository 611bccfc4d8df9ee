import { element } from '../../../web/page/dom.ts';
import { sentence } from '../ui/banners.ts';
import { type Source, SourceError, shotOf } from './source.ts';

/** What the camera is asked for: more would be made smaller anyway. */
const IDEAL = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

export interface CameraEvents {
  /** The user chose another camera. */
  onChoose(device: string): void;
  /** It was unplugged, or taken away. */
  onEnd(): void;
}

/**
 * Opens a camera.
 * @param device its id; the browser's choice if it is left out.
 * @throws SourceError that says why there is no picture.
 */
export async function openCamera({ onChoose, onEnd }: CameraEvents, device?: string): Promise<Source> {
  const stream = await openStream(device);
  const [track] = stream.getVideoTracks();
  track.addEventListener('ended', onEnd);
  const video = element('video', { muted: true, playsinline: true });
  video.muted = true;
  video.srcObject = stream;
  const close = () => {
    track.removeEventListener('ended', onEnd);
    track.stop();
    video.srcObject = null;
  };
  try {
    await video.play();
    const controls = await deviceChoice(track, onChoose);
    const shot = () => (video.videoWidth > 0 ? shotOf(video) : null);
    return { mirrored: true, still: false, shot, controls, close };
  } catch (thrown) {
    close();
    throw failure(thrown);
  }
}

async function openStream(device?: string): Promise<MediaStream> {
  if (!navigator.mediaDevices?.getUserMedia)
    throw new SourceError(
      'This page may not use a camera',
      'Browsers allow it only on this machine (127.0.0.1) or over HTTPS. Open the address that the preview printed.',
    );
  const which = device === undefined ? { facingMode: 'user' } : { deviceId: { exact: device } };
  try {
    return await navigator.mediaDevices.getUserMedia({ video: { ...IDEAL, ...which }, audio: false });
  } catch (thrown) {
    throw failure(thrown);
  }
}

const FAILURES: Readonly<Record<string, readonly [title: string, text: string]>> = {
  NotAllowedError: [
    'The camera was denied',
    "Allow it for this page in the browser's address bar (and for the browser in the system's settings), then try again.",
  ],
  NotFoundError: ['No camera was found', 'Plug one in and try again, or use a video, an image or drawn faces.'],
  OverconstrainedError: ['This camera is gone', 'It may have been unplugged. Try again, or use another camera.'],
  NotReadableError: [
    'The camera gives no picture',
    'Another program may be using it, or the system blocks it. Close that program and try again.',
  ],
};

function failure(thrown: unknown): SourceError {
  const { name, message } = thrown as DOMException;
  const [title, text] = FAILURES[name] ?? [
    'The camera cannot be used',
    `The browser says: ${sentence(message)} Try again.`,
  ];
  return new SourceError(title, text);
}

/** A choice of the cameras, if there are several. */
async function deviceChoice(track: MediaStreamTrack, onChoose: (device: string) => void): Promise<HTMLElement> {
  const devices = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
  const row = element('div', { class: 'row' });
  if (devices.length < 2) {
    row.append(element('span', { class: 'dim' }, track.label || 'Webcam'));
    return row;
  }
  const current = track.getSettings().deviceId ?? '';
  const select = element('select', { 'aria-label': 'Camera', onchange: () => onChoose(select.value) });
  devices.forEach(({ deviceId, label }, at) => {
    select.append(element('option', { value: deviceId }, label || `Camera ${at + 1}`));
  });
  select.value = current;
  row.append(select);
  return row;
}
