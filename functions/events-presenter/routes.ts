import { z } from 'zod';
import type { Authenticate, KnownCaller } from '../../lib/core/caller.ts';
import { eventJson } from '../../lib/core/event-json.ts';
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
import type { CountOutcome } from './count-events.ts';
import { eventParameters } from './event-parameters.ts';
import type { EventParameters } from './find-visible.ts';
import type { ListOutcome } from './list-events.ts';
import { type ListParameters, listBodySchema, listQuerySchema } from './list-parameters.ts';
import { type SummaryOutcome, summaryQuerySchema } from './summarize-events.ts';

const maxBodyBytes = 1024 * 1024;

/** Parameters of `GET /events/count`; unknown names are ignored. */
export const countQuerySchema = z.object(eventParameters);

export type RouteDependencies = {
  readonly authenticate: Authenticate;
  readonly list: (caller: KnownCaller, parameters: ListParameters) => Promise<ListOutcome>;
  readonly count: (caller: KnownCaller, parameters: EventParameters) => Promise<CountOutcome>;
  readonly summarize: (
    caller: KnownCaller,
    parameters: z.output<typeof summaryQuerySchema>,
  ) => Promise<SummaryOutcome>;
  /** Gets why a token could not be verified. */
  readonly onUnavailable: (reason: string) => void;
  readonly openApi: object;
};

/** The REST API: that of the seed stack's events-presenter, and what it lacked. Its stream is served beside it. */
export function routes(deps: RouteDependencies): Route[] {
  const list = { path: '/events', name: 'events' };
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
      path: '/events/count',
      name: 'events_count',
      handle: byQuery(deps, countQuerySchema, async (caller, parameters) => {
        const outcome = await deps.count(caller, parameters);
        if (outcome.kind === 'rights-unknown') return rightsUnknownResponse();
        const { count, exact, missingClusters } = outcome;
        return Response.json({ count, exact }, { headers: missingClustersHeader(missingClusters) });
      }),
    },
    {
      method: 'GET',
      path: '/events/summary',
      name: 'events_summary',
      handle: byQuery(deps, summaryQuerySchema, async (caller, parameters) => {
        const outcome = await deps.summarize(caller, parameters);
        if (outcome.kind === 'rights-unknown') return rightsUnknownResponse();
        const { by, rows, exact, missingClusters } = outcome;
        const items = rows.map(({ value, count }) => ({ [by]: value, count }));
        return Response.json({ by, exact, items }, { headers: missingClustersHeader(missingClusters) });
      }),
    },
    {
      // A GET is taken by the stream route before it gets here; this answers preflights and other methods.
      method: 'GET',
      path: '/notifications',
      name: 'notifications',
      handle: () => statusResponse(406, 'expected a request that can be answered by an event stream'),
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
    case 'page': {
      const items = outcome.rows.map((row) => eventJson(row, parameters.fields)).join(',');
      // Clients of the seed stack read until the cursor is empty.
      return wholeResponse(`{"resources":[${items}],"cursor":${JSON.stringify(outcome.cursor ?? '')}}`, {
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
