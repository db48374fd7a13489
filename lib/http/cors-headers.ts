/**
 * Any page may call with a bearer token of its own: there are no cookies, so an origin alone has no rights.
 * Without credentials in the browser's sense, which `*` would forbid anyway.
 */
export const corsHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Link, X-Krateo-TraceId, X-Request-Id, Retry-After',
};

/** Further headers of the answer to a preflight request. */
export const preflightHeaders: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS',
  'access-control-allow-headers':
    'Accept, Authorization, Content-Type, If-Match, If-None-Match, Last-Event-ID, Traceparent, Tracestate, X-Auth-Code, X-Krateo-TraceId, X-Request-Id',
  'access-control-max-age': '300',
};
