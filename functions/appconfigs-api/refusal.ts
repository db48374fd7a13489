import { statusResponse } from '../../lib/http/status-response.ts';

/** A refusal as Kubernetes words it, with the seed's `detail` beside, which its clients read. */
export async function withDetail(response: Response): Promise<Response> {
  const status = (await response.json()) as { readonly message: string };
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  return Response.json({ ...status, detail: status.message }, { status: response.status, headers });
}

export const refusals = {
  notFound: () => statusResponse(404, 'AppConfig not found'),
  forbidden: (verb: string) => statusResponse(403, `you may not ${verb} this AppConfig`),
  rightsUnknown: () =>
    statusResponse(503, 'cannot find out your rights now, try again', { headers: { 'retry-after': '2' } }),
  /** A write may have happened all the same: whoever asks again reads first, or says with If-Match what he knows. */
  databaseAway: () =>
    statusResponse(503, 'the database cannot be reached now, try again', { headers: { 'retry-after': '1' } }),
  duplicate: (name: string) => statusResponse(409, `an AppConfig named "${name}" exists already`),
  changed: () =>
    statusResponse(412, 'the AppConfig has changed meanwhile; read it again and send its ETag as If-Match'),
  badIfMatch: () => statusResponse(400, 'invalid If-Match, expected the ETag of an answer or *'),
  badCursor: () => statusResponse(400, 'invalid cursor, expected one of a Link header'),
} as const;
