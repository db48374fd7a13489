import { IttyRouter } from 'itty-router';
import { corsHeaders, preflightHeaders } from './cors-headers.ts';
import { finishResponse } from './finish-response.ts';
import { requestIdOf } from './request-id.ts';
import { statusResponse } from './status-response.ts';
import { traceparentOf } from './traceparent-of.ts';

/** What a handler gets besides the request. */
export type RouteContext = {
  readonly request: Request;
  readonly url: URL;
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Of the caller or made here; goes into the answer and the log. */
  readonly requestId: string;
};

export type Route = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Such as `/resources/:global_uid`. */
  readonly path: string;
  /** Name in metrics and logs. */
  readonly name: string;
  readonly handle: (context: RouteContext) => Response | Promise<Response>;
};

/** One answered request, for the access log and the metrics. */
export type ServedRequest = {
  /** Name of the route, or `none` where no route has this path. */
  readonly route: string;
  readonly method: string;
  readonly status: number;
  readonly durationMs: number;
  readonly requestId: string;
  /** The caller's place in its trace (W3C Trace Context), where it told one. */
  readonly traceparent?: string;
};

/**
 * A Fetch handler over routes. HEAD is answered as GET without the body, OPTIONS as a CORS preflight, a known
 * path with another method by 405 with `Allow`, anything else by 404. Every answer carries the request's id.
 * What a handler throws goes to `onError`; the client gets a 500 that says nothing of it, or `refusalOf` it.
 */
export function createRouter(options: {
  readonly routes: readonly Route[];
  readonly newId: () => string;
  readonly now: () => number;
  readonly onServed: (served: ServedRequest) => void;
  readonly onError: (error: unknown, requestId: string) => void;
  /** What else than a 500 a client gets for an error, where it can do something about it. */
  readonly refusalOf?: (error: unknown) => Response | undefined;
}): (request: Request) => Promise<Response> {
  const match = createMatcher(options.routes);
  return async (request) => {
    const startedAt = options.now();
    const requestId = requestIdOf((name) => request.headers.get(name), options.newId);
    const found = await match(request);
    let response: Response;
    try {
      response = await finishResponse(request, await answer(found, request, requestId));
      if (request.method === 'HEAD') {
        await response.body?.cancel();
        response = new Response(null, { status: response.status, headers: response.headers });
      }
    } catch (error) {
      options.onError(error, requestId);
      response = options.refusalOf?.(error) ?? statusResponse(500, 'internal error');
    }
    for (const [name, value] of Object.entries(corsHeaders)) response.headers.set(name, value);
    response.headers.set('x-krateo-traceid', requestId);
    response.headers.set('x-request-id', requestId);
    options.onServed({
      route: found.kind === 'nothing' ? 'none' : found.name,
      method: request.method,
      status: response.status,
      durationMs: options.now() - startedAt,
      requestId,
      ...traceparentOf((name) => request.headers.get(name)),
    });
    return response;
  };
}

type Found =
  | { readonly kind: 'route'; readonly name: string; readonly route: Route; readonly params: RawParams }
  | { readonly kind: 'other-method'; readonly name: string; readonly allow: string }
  | { readonly kind: 'preflight'; readonly name: string }
  | { readonly kind: 'nothing' };

type RawParams = Readonly<Record<string, string | undefined>>;

const routerMethods = { GET: 'get', POST: 'post', PUT: 'put', PATCH: 'patch', DELETE: 'delete' } as const;

/** The router only finds the route: its own error handling would send a thrown error's properties. */
function createMatcher(routes: readonly Route[]): (request: Request) => Promise<Found> {
  const router = IttyRouter();
  for (const route of routes) {
    const found = ({ params }: { params: RawParams }): Found => ({
      kind: 'route',
      name: route.name,
      route,
      params: { ...params },
    });
    router[routerMethods[route.method]](route.path, found);
    if (route.method === 'GET') router.head(route.path, found);
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    const ofPath = routes.filter((route) => route.path === path);
    const name = ofPath[0]?.name ?? path;
    const methods = ofPath.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
    router.options(path, (): Found => ({ kind: 'preflight', name }));
    router.all(
      path,
      (): Found => ({ kind: 'other-method', name, allow: [...methods, 'OPTIONS'].join(', ') }),
    );
  }
  return async ({ method, url }) => {
    // A plain object, because the router writes its own properties onto what it is given.
    const found = (await router.fetch({ method, url })) as Found | undefined;
    return found ?? { kind: 'nothing' };
  };
}

async function answer(found: Found, request: Request, requestId: string): Promise<Response> {
  switch (found.kind) {
    case 'nothing':
      return statusResponse(404, 'the server could not find the requested path');
    case 'preflight':
      return new Response(null, { status: 204, headers: preflightHeaders });
    case 'other-method':
      return statusResponse(405, `method not allowed, expected one of ${found.allow}`, {
        headers: { allow: found.allow },
      });
    case 'route': {
      const params = decodeParams(found.params);
      if (params === undefined) return statusResponse(400, 'path is not valid percent-encoding');
      // PostgreSQL holds no NUL, so that nothing has such a name.
      if (Object.values(params).some((value) => value.includes('\0'))) {
        return statusResponse(400, 'path holds NUL');
      }
      return found.route.handle({ request, url: new URL(request.url), params, requestId });
    }
  }
}

function decodeParams(params: RawParams): Record<string, string> | undefined {
  try {
    return Object.fromEntries(
      Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value ?? '')]),
    );
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
