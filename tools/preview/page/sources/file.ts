import { element, setText } from '../../../web/page/dom.ts';
import { type Source, SourceError, shotOf } from './source.ts';

/** Longest side that a picture is kept at, in pixels: the stage is smaller still. */
const MAX_SIDE = 1600;

/**
 * Opens an image, or a video, which then plays over and over.
 * @throws SourceError if the browser cannot decode it.
 */
export async function openFile(file: File): Promise<Source> {
  if (file.size === 0) throw new SourceError(`${file.name} is empty`, 'Choose another file.');
  const [kind] = file.type.split('/');
  if (kind === 'image') return openImage(file);
  if (kind === 'video') return openVideo(file);
  // Without the usual ending of its name nothing says what a file is.
  return openImage(file)
    .catch(() => openVideo(file))
    .catch(() => {
      throw new SourceError(`${file.name} is not an image or a video`, PLAYABLE);
    });
}

const PLAYABLE = 'The browser shows JPEG, PNG, WebP, AVIF and GIF, and plays MP4 (H.264) and WebM (VP8, VP9, AV1).';

async function openImage(file: File): Promise<Source> {
  const url = URL.createObjectURL(file);
  const image = new Image();
  image.src = url;
  try {
    await image.decode();
    const { naturalWidth, naturalHeight } = image;
    const scale = Math.min(1, MAX_SIDE / Math.max(naturalWidth, naturalHeight));
    const [width, height] = [naturalWidth, naturalHeight].map((side) => Math.max(1, Math.round(side * scale)));
    // Only the small copy stays in memory.
    const bitmap = await createImageBitmap(image, {
      resizeWidth: width,
      resizeHeight: height,
      resizeQuality: 'medium',
    });
    const about = file.type === 'image/gif' ? ', only its first frame: convert animations to video' : '';
    const size =
      scale < 1 ? `${naturalWidth} × ${naturalHeight}, shown at ${width} × ${height}` : `${width} × ${height}`;
    return {
      mirrored: false,
      still: true,
      shot: () => ({ image: bitmap, width, height, moment: 0 }),
      controls: element(
        'div',
        { class: 'row dim file' },
        element('span', { class: 'name', title: file.name }, file.name),
        element('span', {}, `${size}${about}`),
      ),
      close: () => bitmap.close(),
    };
  } catch {
    throw new SourceError(
      `${file.name} cannot be shown`,
      `The browser cannot decode it as an image: it may be damaged, or too large. ${PLAYABLE}`,
    );
  } finally {
    image.src = '';
    URL.revokeObjectURL(url);
  }
}

async function openVideo(file: File): Promise<Source> {
  const url = URL.createObjectURL(file);
  const video = element('video', { playsinline: true, loop: true });
  video.muted = true;
  video.src = url;
  const close = () => {
    video.removeAttribute('src');
    video.load();
    URL.revokeObjectURL(url);
  };
  try {
    await new Promise((done, fail) => {
      video.addEventListener('loadeddata', done, { once: true });
      video.addEventListener('error', fail, { once: true });
    });
    // A file of which only the sound can be decoded plays, but shows nothing.
    if (video.videoWidth === 0) throw new Error('no picture');
    await video.play();
  } catch {
    close();
    throw new SourceError(
      `${file.name} cannot be played`,
      `The browser cannot decode it as a video: it may be damaged, or of another kind. ${PLAYABLE}`,
    );
  }
  return {
    mirrored: false,
    still: false,
    shot: () => shotOf(video),
    controls: videoControls(video, file.name),
    close,
  };
}

function videoControls(video: HTMLVideoElement, name: string): HTMLElement {
  const flip = () => (video.paused ? void video.play() : video.pause());
  const play = element('button', { type: 'button', class: 'icon', onclick: flip });
  const seek = element('input', { type: 'range', min: 0, max: 1, step: 'any', 'aria-label': 'Position in the video' });
  const time = element('span', { class: 'dim time' });
  const show = () => {
    setText(play, video.paused ? '▶\uFE0E' : '❚❚');
    play.setAttribute('aria-label', video.paused ? 'Play' : 'Pause');
    seek.value = String(video.duration > 0 ? video.currentTime / video.duration : 0);
    setText(time, `${clock(video.currentTime)} / ${clock(video.duration)}`);
  };
  seek.addEventListener('input', () => {
    if (Number.isFinite(video.duration)) video.currentTime = Number(seek.value) * video.duration;
  });
  for (const event of ['play', 'pause', 'timeupdate', 'durationchange']) video.addEventListener(event, show);
  show();
  return element('div', { class: 'row video', title: name }, play, seek, time);
}

function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–:––';
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
