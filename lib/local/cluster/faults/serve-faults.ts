import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';

import { readBody } from '../http/read-body.ts';
import type { ClusterFaults } from './cluster-faults.ts';

/** No API server has this path, so nothing of the API is hidden by it. */
const path = '/kubemirror-faults';

const command = z.discriminatedUnion('fault', [
  z.object({ fault: z.literal('drop-watches'), how: z.enum(['end', 'reset']).default('reset') }),
  z.object({ fault: z.literal('stall-watches'), stalled: z.boolean().default(true) }),
  z.object({ fault: z.literal('break-next-line') }),
  z.object({ fault: z.literal('compact-history') }),
  z.object({ fault: z.literal('restart') }),
  z.object({
    fault: z.literal('refuse'),
    code: z.union([z.literal(429), z.literal(500), z.literal(503)]),
    count: z.int().min(0),
    retryAfterSeconds: z.int().min(0).optional(),
  }),
  z.object({ fault: z.literal('expire'), count: z.int().min(0) }),
  z.object({ fault: z.literal('delay'), delayMs: z.int().min(0) }),
  z.object({ fault: z.literal('bookmarks'), sent: z.boolean() }),
  z.object({ fault: z.literal('clear') }),
]);

/**
 * Takes `POST /kubemirror-faults` with a fault as JSON, for tests that run the double as its own process.
 * Only there when the double was started with a token for it, which is not one of the API.
 * @returns false for other paths, which are then served as the API
 */
export async function serveFaults(
  request: IncomingMessage,
  response: ServerResponse,
  options: { readonly faults: ClusterFaults; readonly token: string | undefined },
): Promise<boolean> {
  if (options.token === undefined || request.url !== path) return false;
  const answer = (code: number, text: string) => {
    response.writeHead(code, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(`${text}\n`);
    return true;
  };
  if (!isSame(request.headers.authorization ?? '', `Bearer ${options.token}`))
    return answer(401, 'wrong token');
  if (request.method !== 'POST') return answer(405, 'POST a fault');
  const parsed = command.safeParse(parseJson((await readBody(request)).toString()));
  if (!parsed.success) return answer(400, z.prettifyError(parsed.error));
  switchOn(options.faults, parsed.data);
  return answer(200, 'ok');
}

function switchOn(faults: ClusterFaults, wanted: z.output<typeof command>): void {
  switch (wanted.fault) {
    case 'drop-watches':
      faults.dropWatches(wanted.how);
      break;
    case 'stall-watches':
      faults.stallWatches(wanted.stalled);
      break;
    case 'break-next-line':
      faults.breakNextLine();
      break;
    case 'compact-history':
      faults.compactHistory();
      break;
    case 'restart':
      faults.restart();
      break;
    case 'refuse':
      faults.refuse(wanted.code, wanted.count, wanted.retryAfterSeconds);
      break;
    case 'expire':
      faults.expire(wanted.count);
      break;
    case 'delay':
      faults.delay(wanted.delayMs);
      break;
    case 'bookmarks':
      faults.setBookmarks(wanted.sent);
      break;
    case 'clear':
      faults.clear();
      break;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isSame(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
