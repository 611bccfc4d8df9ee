import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const { env, platform } = process;

/** Where Chromium and its relatives are usually installed. */
const PLACES: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(
    (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
  ),
  win32: [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']].flatMap((folder) =>
    folder
      ? [
          join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
          join(folder, 'Chromium', 'Application', 'chrome.exe'),
          join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
        ]
      : [],
  ),
  linux: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'].flatMap((name) => [
    join('/usr/bin', name),
    join('/snap/bin', name),
  ]),
};

/** The program of a browser, from CHROME_PATH or a usual place; `undefined` if there is none. */
export function findBrowser(): string | undefined {
  const named = env['CHROME_PATH'];
  return [...(named ? [named] : []), ...(PLACES[platform] ?? [])].find((place) => existsSync(place));
}

/** What a page gets that asks for a camera: a film, a denial, or the answer that there is none. */
export type Camera = 'film' | 'denied' | 'none';

/**
 * A headless browser without a GPU.
 * @param film what is played in place of a camera (see `writeFakeCamera`); without one, the browser's own test picture.
 */
export function openBrowser(program: string, camera: Camera, film?: string): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: [
      '--disable-gpu',
      ...(camera === 'film' ? ['--use-fake-ui-for-media-stream'] : []),
      ...(camera === 'none' ? [] : ['--use-fake-device-for-media-stream']),
      ...(film === undefined ? [] : [`--use-file-for-fake-video-capture=${film}`]),
    ],
  });
}
