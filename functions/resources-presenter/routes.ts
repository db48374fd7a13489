import type { Authenticate, KnownCaller } from '../../lib/core/caller.ts';
import type { Route } from '../../lib/http/create-router.ts';
import { forCaller } from '../../lib/http/for-caller.ts';
import { invalidCursorResponse } from '../../lib/http/invalid-cursor-response.ts';
import { missingClustersHeader } from '../../lib/http/missing-clusters-header.ts';
import { readJsonBody } from '../../lib/http/read-json-body.ts';
import {
  type ParametersOutcome,
  readParameters,
  readQueryParameters,
} from '../../lib/http/read-parameters.ts';
import { rightsUnknownResponse } from '../../lib/http/rights-unknown-response.ts';
import { statusResponse } from '../../lib/http/status-response.ts';
import type { ResourceRow } from '../../lib/postgres/list-resources.ts';
import { getQuerySchema } from './get-parameters.ts';
import type { GetOutcome } from './get-resource.ts';
import { type ListParameters, listBodySchema, listQuerySchema } from './list-parameters.ts';
import type { ListOutcome } from './list-resources.ts';
import { resourceJson } from './resource-json.ts';

const maxBodyBytes = 1024 * 1024;

export type RouteDependencies = {
  readonly authenticate: Authenticate;
  readonly list: (caller: KnownCaller, parameters: ListParameters) => Promise<ListOutcome>;
  readonly get: (
    caller: KnownCaller,
    globalUid: string,
    fields: { readonly raw: boolean; readonly status_raw: boolean },
  ) => Promise<GetOutcome>;
  /** Gets why a token could not be verified. */
  readonly onUnavailable: (reason: string) => void;
};

/** The REST API of the seed stack's resources-presenter. */
export function routes(deps: RouteDependencies): Route[] {
  const list = { path: '/resources', name: 'resources' };
  return [
    {
      ...list,
      method: 'GET',
      handle: (context) =>
        forCaller(deps, context, async (caller) =>
          answerList(deps, caller, readQueryParameters(listQuerySchema, context.url.searchParams)),
        ),
    },
    {
      ...list,
      method: 'POST',
      handle: (context) =>
        forCaller(deps, context, async (caller) => {
          const body = await readJsonBody(context.request, maxBodyBytes);
          if (body.kind === 'refused') return body.response;
          return answerList(deps, caller, readParameters(listBodySchema, body.value));
        }),
    },
    {
      method: 'GET',
      path: '/resources/:global_uid',
      name: 'resource_detail',
      handle: (context) =>
        forCaller(deps, context, async (caller) => {
          const parameters = readQueryParameters(getQuerySchema, context.url.searchParams);
          if (parameters.kind === 'refused') return parameters.response;
          return answerGet(await deps.get(caller, context.params['global_uid'] ?? '', parameters.value));
        }),
    },
  ];
}

async function answerList(
  deps: RouteDependencies,
  caller: KnownCaller,
  parameters: ParametersOutcome<ListParameters>,
): Promise<Response> {
  if (parameters.kind === 'refused') return parameters.response;
  const outcome = await deps.list(caller, parameters.value);
  switch (outcome.kind) {
    case 'page':
      return envelope(outcome.rows, outcome.cursor, outcome.missingClusters);
    case 'invalid-cursor':
      return invalidCursorResponse();
    case 'forbidden':
      return statusResponse(403, forbiddenMessage(caller, outcome), {
        details: { group: outcome.group, kind: outcome.resource },
      });
    case 'rights-unknown':
      return rightsUnknownResponse();
  }
}

function answerGet(outcome: GetOutcome): Response {
  switch (outcome.kind) {
    case 'found':
      return envelope([outcome.row], undefined, []);
    case 'not-found':
      return statusResponse(404, 'resource not found');
    case 'rights-unknown':
      return rightsUnknownResponse();
  }
}

function envelope(
  rows: readonly ResourceRow[],
  cursor: string | undefined,
  missingClusters: readonly string[],
): Response {
  const items = rows.map(resourceJson).join(',');
  const end = cursor === undefined ? '' : `,"cursor":${JSON.stringify(cursor)}`;
  return new Response(`{"count":${rows.length},"items":[${items}]${end}}`, {
    headers: { 'content-type': 'application/json', ...missingClustersHeader(missingClusters) },
  });
}

/** In the API server's words. */
function forbiddenMessage(caller: KnownCaller, denied: Extract<ListOutcome, { kind: 'forbidden' }>): string {
  const { group, resource, namespace } = denied;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return `${qualified} is forbidden: User "${caller.user.username}" cannot list resource "${resource}" in API group "${group}" in the namespace "${namespace}"`;
}
