import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../../ml/core/errors.ts';
import { type FaceDataset, gatherFaces } from '../../../ml/data/dataset.ts';
import type { Manifest } from '../../../ml/data/manifest-format.ts';
import { type ListenOptions, listen, type PageServer } from '../../web/server/listen.ts';
import { buildPage, servedPage } from '../../web/server/page.ts';
import { tokenRefusalOf } from '../../web/server/policy.ts';
import { postRoute } from '../../web/server/post-route.ts';
import { PATHS, type ReviewData } from '../protocol.ts';
import { ManifestFile, SaveRequest } from './save-decisions.ts';

const DEFAULT_PORT = 5190;
/** A decision takes about 50 bytes. */
const SAVE_BYTES = 1 << 26;
const PAGE = fileURLToPath(new URL('../page', import.meta.url));

export interface ReviewOptions extends ListenOptions {
  /** File of the manifest, which exists. */
  readonly path: string;
  readonly manifest: Manifest;
  /** Data set of the manifest, whole. */
  readonly dataset: FaceDataset;
}

/**
 * Serves the page that shows the suspects of a manifest only to this machine, and writes its decisions into the manifest.
 * The address that it returns ends with a token, without which neither faces nor decisions are given out.
 * @throws UserError if there are no suspects, or the port is in use or not allowed.
 */
export async function serveReview({ path, manifest, dataset, ...options }: ReviewOptions): Promise<PageServer> {
  if (manifest.entries.length === 0) throw new UserError(`${path} names no suspects; there is nothing to review`);
  const file = await ManifestFile.open(path, manifest);
  const page = servedPage(await buildPage(PAGE));
  const faces = facesOf(manifest, dataset);
  const token = randomBytes(16).toString('hex');
  const given =
    (type: string, content: () => Uint8Array | string) => (request: IncomingMessage, response: ServerResponse) => {
      const refusal = tokenRefusalOf(request, token);
      response.statusCode = refusal === null ? 200 : 403;
      response.setHeader('Content-Type', refusal === null ? type : 'text/plain');
      response.end(refusal ?? content());
    };
  const data = (): ReviewData => {
    const { identity, entries } = file.manifest;
    return { manifest: basename(file.path), source: identity.source, entries };
  };
  return listen(
    {
      find: async (place) => page(place),
      fragment: `#${token}`,
      routes: {
        [PATHS.faces]: given('application/octet-stream', () => faces),
        [PATHS.data]: given('application/json', () => JSON.stringify(data())),
        [PATHS.save]: postRoute({
          token,
          maxBytes: SAVE_BYTES,
          schema: SaveRequest,
          handle: async ({ decisions }) => {
            await file.save(decisions);
            return { saved: decisions.length };
          },
        }),
      },
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
