import { setImmediate } from 'node:timers/promises';
import type { Authenticate } from '../../../lib/core/caller.ts';
import { eventJson } from '../../../lib/core/event-json.ts';
import { byQuery } from '../../../lib/http/by-query.ts';
import type { Route, RouteContext } from '../../../lib/http/create-router.ts';
import { invalidCursorResponse } from '../../../lib/http/invalid-cursor-response.ts';
import { rightsUnknownResponse } from '../../../lib/http/rights-unknown-response.ts';
import { statusResponse } from '../../../lib/http/status-response.ts';
import { getObjectVersion, type VersionDependencies, type VersionOutcome } from './get-version.ts';
import { growTree, type TreeDependencies } from './grow-tree.ts';
import {
  historyQuerySchema,
  objectEventsQuerySchema,
  treeQuerySchema,
  versionQuerySchema,
} from './history-parameters.ts';
import { type HistoryDependencies, type HistoryOutcome, listHistory } from './list-history.ts';
import {
  listObjectEvents,
  type ObjectEventsDependencies,
  type ObjectEventsOutcome,
} from './list-object-events.ts';
import { treeJson } from './tree-json.ts';
import { versionJson } from './version-json.ts';

export type HistoryRouteDependencies = HistoryDependencies &
  VersionDependencies &
  TreeDependencies &
  ObjectEventsDependencies & {
    readonly authenticate: Authenticate;
    /** Gets why a token could not be verified. */
    readonly onUnavailable: (reason: string) => void;
  };

/** The past of one object, and what it hangs together with; for whoever may get the object, also when it is gone. */
export function historyRoutes(deps: HistoryRouteDependencies): Route[] {
  const path = '/resources/:global_uid';
  return [
    {
      method: 'GET',
      path: `${path}/history`,
      name: 'resource_history',
      handle: byQuery(deps, historyQuerySchema, async (caller, parameters, context) =>
        answerHistory(await listHistory(caller, uidOf(context), parameters, deps), parameters.raw),
      ),
    },
    {
      method: 'GET',
      path: `${path}/history/:resource_version`,
      name: 'resource_version',
      handle: byQuery(deps, versionQuerySchema, async (caller, parameters, context) =>
        answerVersion(
          await getObjectVersion(
            caller,
            {
              globalUid: uidOf(context),
              resourceVersion: context.params['resource_version'] ?? '',
              compareWith: parameters.compare_with,
            },
            deps,
          ),
        ),
      ),
    },
    {
      method: 'GET',
      path: `${path}/tree`,
      name: 'resource_tree',
      handle: byQuery(deps, treeQuerySchema, async (caller, parameters, context) => {
        const outcome = await growTree(caller, uidOf(context), parameters, deps);
        return outcome.kind === 'tree'
          ? Response.json(treeJson(uidOf(context), outcome.nodes, outcome.truncated))
          : refusal(outcome.kind);
      }),
    },
    {
      method: 'GET',
      path: `${path}/events`,
      name: 'resource_events',
      handle: byQuery(deps, objectEventsQuerySchema, async (caller, parameters, context) =>
        answerEvents(await listObjectEvents(caller, uidOf(context), parameters, deps)),
      ),
    },
  ];
}

function uidOf({ params }: RouteContext): string {
  return params['global_uid'] ?? '';
}

async function answerHistory(outcome: HistoryOutcome, withRaw: boolean): Promise<Response> {
  if (outcome.kind !== 'page') return refusal(outcome.kind);
  const items: string[] = [];
  for (const { row, before } of outcome.versions) {
    items.push(versionJson(row, { before: before ?? 'first', withRaw }));
    // Streams get their turn: comparing a page of large objects takes a tenth of a second.
    await setImmediate();
  }
  return page(items, outcome.cursor);
}

function answerVersion(outcome: VersionOutcome): Response {
  switch (outcome.kind) {
    case 'version': {
      const { row, comparedWith } = outcome;
      const before = comparedWith === undefined ? {} : { before: comparedWith };
      return json(versionJson(row, { ...before, withRaw: true }));
    }
    case 'no-version':
      return statusResponse(404, `version ${JSON.stringify(outcome.resourceVersion)} is not stored`);
    case 'not-found':
    case 'rights-unknown':
      return refusal(outcome.kind);
  }
}

function answerEvents(outcome: ObjectEventsOutcome): Response {
  if (outcome.kind !== 'page') return refusal(outcome.kind);
  return page(
    outcome.rows.map((row) => eventJson(row)),
    outcome.cursor,
  );
}

function page(items: readonly string[], cursor: string | undefined): Response {
  const end = cursor === undefined ? '' : `,"cursor":${JSON.stringify(cursor)}`;
  return json(`{"count":${items.length},"items":[${items.join(',')}]${end}}`);
}

function json(text: string): Response {
  return new Response(text, { headers: { 'content-type': 'application/json' } });
}

function refusal(kind: 'not-found' | 'rights-unknown' | 'invalid-cursor'): Response {
  switch (kind) {
    case 'not-found':
      return statusResponse(404, 'resource not found');
    case 'rights-unknown':
      return rightsUnknownResponse();
    case 'invalid-cursor':
      return invalidCursorResponse();
  }
}
