/** Opens the studio of the page in a browser: pictures of effects, taken without a model. */
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { UserError } from '../../../ml/core/errors.ts';
import { fileTypeOf } from '../../web/server/policy.ts';
import { findBrowser, openBrowser } from '../browser.ts';
import { lensFiles } from '../server/lens-files.ts';
import { LENS_MODULE } from '../server/page.ts';
import type { Photograph } from './people.ts';

export interface Studio {
  /** @returns a PNG of 450 × 800 pixels. */
  photograph(photograph: Photograph): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** The studio's files seem to come from there; nothing is asked of the network. */
const ADDRESS = 'http://studio.test/';
const STUDIO = 'studio.js';
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const virtualModules: Plugin = {
  name: 'virtual-modules',
  setup(builder) {
    builder.onResolve({ filter: /^virtual:lens$/ }, () => ({ path: `./${LENS_MODULE}`, external: true }));
    builder.onResolve({ filter: /^virtual:run-lens$/ }, () => ({ path: here('../../simulator/run-lens.ts') }));
  },
};

/**
 * @param project folder of a lens with the scripts `HappyEffect` and so on.
 * @throws UserError if there is no Chromium, or it cannot draw the lens's materials.
 */
export async function openStudio(project: string): Promise<Studio> {
  const program = findBrowser();
  if (!program) throw new UserError('Chromium was not found; install it, or set CHROME_PATH to its path');
  const { files } = await lensFiles({ project, model: null }, null);
  const bundle = await build({
    entryPoints: [here('../page/studio.ts')],
    plugins: [virtualModules],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  });
  const code = bundle.outputFiles[0].contents;
  const browser = await openBrowser(program, 'none');
  try {
    const page = await browser.newPage();
    await page.route(`${ADDRESS}**`, async (route) => {
      const name = new URL(route.request().url()).pathname.slice(1);
      if (name === '') return route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>studio</title>' });
      const content = name === STUDIO ? code : await files.get(name)?.();
      if (!content) return route.fulfill({ status: 404 });
      const contentType = name.endsWith('.js') ? 'text/javascript' : fileTypeOf(name);
      return route.fulfill({ contentType, body: Buffer.from(content) });
    });
    await page.goto(ADDRESS);
    const problems = await page.evaluate<string[]>(`import('./${STUDIO}').then(({ problems }) => problems)`);
    if (problems.length > 0) throw new UserError(problems.join('\n'));
    return {
      photograph: async (photograph) => {
        const json = JSON.stringify(photograph);
        const url = await page.evaluate<string>(`import('./${STUDIO}').then((studio) => studio.photograph(${json}))`);
        return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
      },
      close: () => browser.close(),
    };
  } catch (thrown) {
    await browser.close();
    throw thrown;
  }
}
