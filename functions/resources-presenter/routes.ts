import { z } from 'zod';
import type { Authenticate, KnownCaller } from '../../lib/core/caller.ts';
import type { ChosenFields } from '../../lib/core/query-fields.ts';
import { byQuery } from '../../lib/http/by-query.ts';
import type { Route } from '../../lib/http/create-router.ts';
import { forCaller } from '../../lib/http/for-caller.ts';
import { invalidCursorResponse } from '../../lib/http/invalid-cursor-response.ts';
import { missingClustersHeader } from '../../lib/http/missing-clusters-header.ts';
import { readJsonBody } from '../../lib/http/read-json-body.ts';
import { readParameters } from '../../lib/http/read-parameters.ts';
import { rightsUnknownResponse } from '../../lib/http/rights-unknown-response.ts';
import { statusResponse } from '../../lib/http/status-response.ts';
import { wholeResponse } from '../../lib/http/whole-response.ts';
import type { CountOutcome } from './count-resources.ts';
import type { Forbidden, ResourceParameters } from './find-visible.ts';
import { getQuerySchema } from './get-parameters.ts';
import type { GetOutcome } from './get-resource.ts';
import { type ListParameters, listBodySchema, listQuerySchema } from './list-parameters.ts';
import type { ListOutcome } from './list-resources.ts';
import { resourceJson } from './resource-json.ts';
import { refuseContradictions, resourceParameters } from './resource-parameters.ts';
import { type SummaryOutcome, summaryQuerySchema } from './summarize-resources.ts';

const maxBodyBytes = 1024 * 1024;

/** Parameters of `GET /resources/count`; unknown names are ignored. */
export const countQuerySchema = refuseContradictions(z.object(resourceParameters));

export type RouteDependencies = {
  readonly authenticate: Authenticate;
  readonly list: (caller: KnownCaller, parameters: ListParameters) => Promise<ListOutcome>;
  readonly count: (caller: KnownCaller, parameters: ResourceParameters) => Promise<CountOutcome>;
  readonly summarize: (
    caller: KnownCaller,
    parameters: z.output<typeof summaryQuerySchema>,
  ) => Promise<SummaryOutcome>;
  readonly get: (
    caller: KnownCaller,
    globalUid: string,
    fields: { readonly raw: boolean; readonly status_raw: boolean },
  ) => Promise<GetOutcome>;
  /** Gets why a token could not be verified. */
  readonly onUnavailable: (reason: string) => void;
  readonly openApi: object;
};

/** The REST API: that of the seed stack's resources-presenter, and what it lacked. */
export function routes(deps: RouteDependencies): Route[] {
  const list = { path: '/resources', name: 'resources' };
  return [
    {
      ...list,
      method: 'GET',
      handle: byQuery(deps, listQuerySchema, (caller, parameters) => answerList(deps, caller, parameters)),
    },
    {
      ...list,
      method: 'POST',
      handle: (context) =>
        forCaller(deps, context, async (caller) => {
          const body = await readJsonBody(context.request, maxBodyBytes);
          if (body.kind === 'refused') return body.response;
          const parameters = readParameters(listBodySchema, body.value);
          return parameters.kind === 'refused'
            ? parameters.response
            : answerList(deps, caller, parameters.value);
        }),
    },
    {
      method: 'GET',
      path: '/resources/count',
      name: 'resources_count',
      handle: byQuery(deps, countQuerySchema, async (caller, parameters) =>
        answerCount(caller, await deps.count(caller, parameters)),
      ),
    },
    {
      method: 'GET',
      path: '/resources/summary',
      name: 'resources_summary',
      handle: byQuery(deps, summaryQuerySchema, async (caller, parameters) =>
        answerSummary(caller, await deps.summarize(caller, parameters)),
      ),
    },
    {
      // A GET is taken by the stream route before it gets here; this answers preflights and other methods.
      method: 'GET',
      path: '/resources/stream',
      name: 'resources_stream',
      handle: () => statusResponse(406, 'expected a request that can be answered by an event stream'),
    },
    {
      // Global ids hold a colon, so that no path above can be one.
      method: 'GET',
      path: '/resources/:global_uid',
      name: 'resource_detail',
      handle: byQuery(deps, getQuerySchema, async (caller, parameters, { params }) =>
        answerGet(await deps.get(caller, params['global_uid'] ?? '', parameters)),
      ),
    },
    { method: 'GET', path: '/openapi.json', name: 'openapi', handle: () => Response.json(deps.openApi) },
  ];
}

async function answerList(
  deps: RouteDependencies,
  caller: KnownCaller,
  parameters: ListParameters,
): Promise<Response> {
  const outcome = await deps.list(caller, parameters);
  switch (outcome.kind) {
    case 'page':
      return envelope(outcome.rows, outcome, parameters.fields);
    case 'invalid-cursor':
      return invalidCursorResponse();
    case 'forbidden':
      return forbidden(caller, outcome);
    case 'rights-unknown':
      return rightsUnknownResponse();
  }
}

function answerCount(caller: KnownCaller, outcome: CountOutcome): Response {
  switch (outcome.kind) {
    case 'count': {
      const { count, exact, missingClusters } = outcome;
      return Response.json({ count, exact }, { headers: missingClustersHeader(missingClusters) });
    }
    case 'forbidden':
      return forbidden(caller, outcome);
    case 'rights-unknown':
      return rightsUnknownResponse();
  }
}

function answerSummary(caller: KnownCaller, outcome: SummaryOutcome): Response {
  switch (outcome.kind) {
    case 'summary': {
      const { by, rows, exact, missingClusters } = outcome;
      const items = rows.map(({ group, resource, kind, value, count }) =>
        by === 'kind' ? { group, resource, kind, count } : { [by]: value, count },
      );
      return Response.json({ by, exact, items }, { headers: missingClustersHeader(missingClusters) });
    }
    case 'forbidden':
      return forbidden(caller, outcome);
    case 'rights-unknown':
      return rightsUnknownResponse();
  }
}

function answerGet(outcome: GetOutcome): Response {
  switch (outcome.kind) {
    case 'found':
      return envelope([outcome.row], { cursor: undefined, missingClusters: [] }, undefined);
    case 'not-found':
      return statusResponse(404, 'resource not found');
    case 'rights-unknown':
      return rightsUnknownResponse();
  }
}

function envelope(
  rows: Extract<ListOutcome, { kind: 'page' }>['rows'],
  page: { readonly cursor: string | undefined; readonly missingClusters: readonly string[] },
  fields: ChosenFields | undefined,
): Response {
  const items = rows.map((row) => resourceJson(row, fields)).join(',');
  const end = page.cursor === undefined ? '' : `,"cursor":${JSON.stringify(page.cursor)}`;
  return wholeResponse(`{"count":${rows.length},"items":[${items}]${end}}`, {
    headers: { 'content-type': 'application/json', ...missingClustersHeader(page.missingClusters) },
  });
}

/** In the API server's words. */
function forbidden(caller: KnownCaller, denied: Forbidden): Response {
  const { group, resource, namespace } = denied;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  return statusResponse(
    403,
    `${qualified} is forbidden: User "${caller.user.username}" cannot list resource "${resource}" in API group "${group}" in the namespace "${namespace}"`,
    { details: { group, kind: resource } },
  );
}
