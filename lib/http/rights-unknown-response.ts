import { statusResponse } from './status-response.ts';

/** Nobody can say now what the caller may see. Not a 403, after which clients would give up. */
export function rightsUnknownResponse(): Response {
  return statusResponse(503, 'cannot find out the rights of the caller now, try again', {
    headers: { 'retry-after': '2' },
  });
}
