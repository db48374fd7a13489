const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  408: 'Timeout',
  409: 'Conflict',
  410: 'Expired',
  412: 'PreconditionFailed',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  431: 'RequestHeaderFieldsTooLarge',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/**
 * A refusal as Kubernetes words it (`kind: Status`), which the seed stack's clients and kubectl both read.
 * `message` goes to the client: say what it sent and what is expected, never an error's own text.
 */
export function statusResponse(
  code: number,
  message: string,
  options: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly details?: object;
    readonly metadata?: { readonly continue: string };
  } = {},
): Response {
  const body = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: options.metadata ?? {},
    status: 'Failure',
    message,
    reason: reasons[code] ?? 'Unknown',
    ...(options.details === undefined ? {} : { details: options.details }),
    code,
  };
  return Response.json(body, { status: code, headers: { ...options.headers } });
}
