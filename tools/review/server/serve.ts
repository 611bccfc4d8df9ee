import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { UserError } from '../../../ml/core/errors.ts';
import { ownCache } from '../../../ml/core/own-cache.ts';
import { type FaceDataset, gatherFaces } from '../../../ml/data/dataset.ts';
import type { Manifest } from '../../../ml/data/manifest-format.ts';
import { contentPolicy, SERVED_POLICY } from '../../preview/server/config.ts';
import { type ListenOptions, listen, type PageServer } from '../../preview/server/listen.ts';
import { REPOSITORY } from '../../preview/server/places.ts';
import { postRoute } from '../../preview/server/post-route.ts';
import { PATHS, type ReviewData } from '../protocol.ts';
import { ManifestFile, SaveRequest } from './save-decisions.ts';

const DEFAULT_PORT = 5190;
/** A decision takes about 50 bytes. */
const SAVE_BYTES = 1 << 26;

export interface ReviewOptions extends ListenOptions {
  /** File of the manifest, which exists. */
  readonly path: string;
  readonly manifest: Manifest;
  /** Data set of the manifest, whole. */
  readonly dataset: FaceDataset;
}

/**
 * Serves the page that shows the suspects of a manifest to this machine alone, and writes its decisions into the manifest.
 * @throws UserError if there are no suspects, or the port is in use or not allowed.
 */
export async function serveReview({ path, manifest, dataset, ...options }: ReviewOptions): Promise<PageServer> {
  if (manifest.entries.length === 0) throw new UserError(`${path} names no suspects; there is nothing to review`);
  const file = await ManifestFile.open(path, manifest);
  return listen(
    {
      configFile: false,
      envFile: false,
      root: fileURLToPath(new URL('../page', import.meta.url)),
      publicDir: false,
      cacheDir: join(ownCache('review'), 'vite'),
      logLevel: 'silent',
      clearScreen: false,
      plugins: [reviewPlugin(file, facesOf(manifest, dataset)), contentPolicy(SERVED_POLICY)],
      optimizeDeps: { noDiscovery: true, include: [] },
      // Another page of this machine must not read the token.
      server: { cors: false, fs: { allow: ['tools', 'ml', 'node_modules'].map((folder) => join(REPOSITORY, folder)) } },
    },
    options,
    DEFAULT_PORT,
  );
}

/** Pixels of the suspects, in the order of the entries. */
function facesOf({ entries }: Manifest, dataset: FaceDataset): Uint8Array {
  const faceOf = new Map(Array.from(dataset.rows, (row, face) => [row, face] as const));
  return gatherFaces(
    dataset,
    Uint32Array.from(entries, ({ row }) => faceOf.get(row)!),
  );
}

function reviewPlugin(file: ManifestFile, faces: Uint8Array): Plugin {
  const token = randomBytes(16).toString('hex');
  const give = (response: ServerResponse, type: string, body: Uint8Array | string) => {
    response.setHeader('Content-Type', type);
    response.setHeader('Cache-Control', 'no-store');
    response.end(body);
  };
  return {
    name: 'emotion-lens-review',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        if (request.method !== 'GET') return next();
        if (request.url === PATHS.faces) return give(response, 'application/octet-stream', faces);
        if (request.url !== PATHS.data) return next();
        const { identity, entries } = file.manifest;
        const data: ReviewData = { token, manifest: basename(file.path), source: identity.source, entries };
        give(response, 'application/json', JSON.stringify(data));
      });
      middlewares.use(
        postRoute({
          path: PATHS.save,
          token,
          maxBytes: SAVE_BYTES,
          schema: SaveRequest,
          handle: async ({ decisions }) => {
            await file.save(decisions);
            return { saved: decisions.length };
          },
        }),
      );
    },
  };
}
