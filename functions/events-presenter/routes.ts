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
import { eventJson } from './event-json.ts';
import type { ListOutcome } from './list-events.ts';
import { type ListParameters, listBodySchema, listQuerySchema } from './list-parameters.ts';

const maxBodyBytes = 1024 * 1024;

export type RouteDependencies = {
  readonly authenticate: Authenticate;
  readonly list: (caller: KnownCaller, parameters: ListParameters) => Promise<ListOutcome>;
  /** Gets why a token could not be verified. */
  readonly onUnavailable: (reason: string) => void;
};

/** The REST API of the seed stack's events-presenter; its stream is served beside it. */
export function routes(deps: RouteDependencies): Route[] {
  const list = { path: '/events', name: 'events' };
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
      // A GET is taken by the stream route before it gets here; this answers preflights and other methods.
      method: 'GET',
      path: '/notifications',
      name: 'notifications',
      handle: () => statusResponse(406, 'expected a request that can be answered by an event stream'),
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
    case 'page': {
      const items = outcome.rows.map(eventJson).join(',');
      // Clients of the seed stack read until the cursor is empty.
      return new Response(`{"resources":[${items}],"cursor":${JSON.stringify(outcome.cursor ?? '')}}`, {
        headers: {
          'content-type': 'application/json',
          ...missingClustersHeader(outcome.missingClusters),
        },
      });
    }
    case 'invalid-cursor':
      return invalidCursorResponse();
    case 'rights-unknown':
      return rightsUnknownResponse();
  }
}
