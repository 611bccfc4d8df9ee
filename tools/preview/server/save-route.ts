import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Connect } from 'vite';
import { z } from 'zod';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { SaveRequest, saveInputs } from './save-inputs.ts';

/** Where the page sends what is to be saved. */
const SAVE_PATH = '/save-inputs';
const BODY_BYTES = 1 << 20;

/**
 * Answers `POST /save-inputs` of the page itself: another site's script has neither the page's origin nor its token.
 * @param onSaved gets the new stamp of the scenes.
 */
export function saveRoute(
  project: string,
  token: string,
  onSaved: (stamp: string) => void,
): Connect.NextHandleFunction {
  return async (request, response, next) => {
    if (request.url !== SAVE_PATH) return next();
    const refusal = refusalOf(request, token);
    if (refusal !== null) return answer(response, 403, { error: refusal });
    try {
      const parsed = SaveRequest.safeParse(JSON.parse(await bodyOf(request)));
      if (!parsed.success) return answer(response, 400, { error: z.prettifyError(parsed.error) });
      const stamp = await saveInputs(project, parsed.data);
      onSaved(stamp);
      answer(response, 200, { stamp });
    } catch (thrown) {
      const mendable = thrown instanceof UserError || thrown instanceof SyntaxError;
      answer(response, mendable ? 409 : 500, { error: messageOf(thrown) });
    }
  };
}

function refusalOf({ method, headers }: IncomingMessage, token: string): string | null {
  if (method !== 'POST') return 'only POST is answered here';
  if (headers.origin !== `http://${headers.host}`) return 'only the preview page itself may save';
  if (headers['x-preview-token'] !== token) return 'this page belongs to an earlier server; reload it';
  return null;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES) throw new UserError(`found more than ${BODY_BYTES} bytes, which inputs never have`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
}
