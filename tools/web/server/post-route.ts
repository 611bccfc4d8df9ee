import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { originOf, tokenRefusalOf } from './policy.ts';

export interface PostRoute<Body> {
  /** Random text that the server has given its page. */
  readonly token: string;
  readonly maxBytes: number;
  readonly schema: z.ZodType<Body>;
  /** What the page is answered, as JSON; a {@link UserError} is reported to it. */
  handle(body: Body): Promise<unknown>;
}

/** Answers a `POST` of the page itself: another site's script has neither the page's origin nor its token. */
export function postRoute<Body>(route: PostRoute<Body>) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = refusalOf(request, route.token);
    if (refusal !== null) return answer(response, 403, { error: refusal });
    try {
      const parsed = route.schema.safeParse(JSON.parse(await bodyOf(request, route.maxBytes)));
      if (!parsed.success) return answer(response, 400, { error: z.prettifyError(parsed.error) });
      answer(response, 200, await route.handle(parsed.data));
    } catch (thrown) {
      const fixable = thrown instanceof UserError || thrown instanceof SyntaxError;
      answer(response, fixable ? 409 : 500, { error: messageOf(thrown) });
    }
  };
}

function refusalOf(request: IncomingMessage, token: string): string | null {
  const { method, headers } = request;
  if (method !== 'POST') return 'only POST is answered here';
  if (headers.origin !== originOf(headers.host)) return 'only the page itself may save';
  return tokenRefusalOf(request, token);
}

async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new UserError(`found more than ${maxBytes} bytes, which this page never sends`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify(body));
}
