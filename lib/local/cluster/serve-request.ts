import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

import type { UserInfo } from '../../core/user-info.ts';
import { authenticate } from './auth/authenticate.ts';
import { certificateUser } from './auth/authenticate-certificate.ts';
import { authorizeRequest, refusal } from './auth/authorize-request.ts';
import { parseImpersonation } from './auth/impersonate.ts';
import { apiAudience } from './auth/service-account-tokens.ts';
import type { ClusterState } from './cluster-state.ts';
import { serveNonResource } from './handlers/serve-non-resource.ts';
import { serveResource } from './handlers/serve-resource.ts';
import type { Call } from './http/call.ts';
import { parseRequestInfo, type RequestInfo } from './http/request-info.ts';
import { StatusError } from './http/status-error.ts';
import { send, writeAnswer } from './http/write-answer.ts';
import { authorize } from './rbac.ts';

/** Serves one request from authentication to the answer; a defect of the double is answered as a 500. */
export async function serveRequest(
  cluster: ClusterState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const info = parseRequestInfo(request.method ?? 'GET', request.url ?? '/');
  const warnings: string[] = [];
  try {
    await applyFaults(cluster, info);
    const user = identify(cluster, request);
    authorizeRequest(cluster.rbac.index, user, info);
    const call: Call = { request, response, info, user, warnings };
    const answer =
      info.resource === undefined
        ? await serveNonResource(cluster, call)
        : await serveResource(cluster, call, info.resource);
    if (answer === undefined) await writeAnswer(call, pageNotFound, cluster.now);
    else await writeAnswer(call, answer, cluster.now);
  } catch (error) {
    await writeError({ request, response, warnings }, error, cluster.onDefect);
  }
}

const pageNotFound = { kind: 'text', code: 404, text: '404 page not found\n' } as const;

async function applyFaults(cluster: ClusterState, info: RequestInfo): Promise<void> {
  if (info.resource === undefined) return;
  if (cluster.faults.delayMs > 0) await delay(cluster.faults.delayMs);
  const refused = cluster.faults.takeRefusal();
  if (refused === undefined) return;
  const { code, retryAfterSeconds } = refused;
  const reasons = { 429: 'TooManyRequests', 500: 'InternalError', 503: 'ServiceUnavailable' } as const;
  throw new StatusError({
    code,
    reason: reasons[code],
    message: code === 429 ? 'Too many requests, please try again later.' : 'a fault was switched on',
    ...(retryAfterSeconds === undefined
      ? {}
      : { details: { retryAfterSeconds }, headers: { 'retry-after': String(retryAfterSeconds) } }),
  });
}

function identify(cluster: ClusterState, request: IncomingMessage): UserInfo {
  const { authorization } = request.headers;
  const caller =
    certificateUser(request) ??
    authenticate(authorization, (token) => cluster.authenticateToken(token, [apiAudience]));
  const impersonation = parseImpersonation(request.rawHeaders, request.headers);
  if (impersonation === undefined) return caller;
  for (const attributes of impersonation.needs) {
    const decision = authorize(cluster.rbac.index, caller, attributes);
    if (!decision.allowed) throw refusal(caller, attributes, decision.reason);
  }
  return impersonation.user;
}

async function writeError(
  call: Pick<Call, 'request' | 'response' | 'warnings'>,
  error: unknown,
  onDefect: (error: unknown) => void,
): Promise<void> {
  if (!(error instanceof StatusError)) onDefect(error);
  if (call.response.headersSent) {
    call.response.destroy();
    return;
  }
  const refused =
    error instanceof StatusError
      ? error
      : new StatusError({ code: 500, reason: 'InternalError', message: 'Internal error occurred' });
  const body = Buffer.from(JSON.stringify(refused.status));
  await send(call, refused.code, 'application/json', body, refused.headers);
}
