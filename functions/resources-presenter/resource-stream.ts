import { z } from 'zod';
import { audienceOf } from '../../lib/access/audience-of.ts';
import { type Clusters, clustersOf } from '../../lib/access/cluster-access.ts';
import { decideResource, decideResourceNow } from '../../lib/access/decide-resource.ts';
import { recheckCaller } from '../../lib/access/recheck-caller.ts';
import type { Authenticate, KnownCaller } from '../../lib/core/caller.ts';
import { flagField, textField } from '../../lib/core/query-fields.ts';
import {
  labelMatcher,
  matchesChange,
  type ResourceStreamFilter,
  type SeenChange,
  seenChange,
} from '../../lib/core/resource-stream-filter.ts';
import { formatSseFrame } from '../../lib/core/sse-frame.ts';
import type { StreamIds } from '../../lib/core/stream-id.ts';
import { trimTime } from '../../lib/core/trim-time.ts';
import type { StreamPlan } from '../../lib/http/follow-stream.ts';
import { sseFraming } from '../../lib/http/stream-framing.ts';
import type { StreamBounds } from '../../lib/postgres/event-stream-bounds.ts';
import type { ResourceChange } from '../../lib/postgres/read-resources-after.ts';
import { resourceParameters } from './resource-parameters.ts';

const { since: _since, deleted: _deleted, at: _at, ...shared } = resourceParameters;

/** Parameters of `GET /resources/stream`: those of the list that it continues; unknown names are ignored. */
export const streamQuerySchema = z.object({
  ...shared,
  raw: flagField(false).describe('Whole objects in the frames'),
  // Where an EventSource without headers of its own puts it.
  lastEventId: textField().describe('Continues after this id, as the header Last-Event-ID does'),
});

/** How long clients wait before they come back after an interruption. */
const retryMs = 2_000;

export type StreamParameters = z.output<typeof streamQuerySchema>;

export type StreamDependencies = {
  readonly clusters: Clusters;
  readonly authenticate: Authenticate;
  readonly ids: StreamIds;
  readonly readBounds: () => Promise<StreamBounds>;
  readonly readChanges: (range: {
    readonly after: number;
    readonly upTo: number;
    readonly limit: number;
    readonly filter: ResourceStreamFilter;
    readonly withRaw: boolean;
  }) => Promise<ResourceChange[]>;
};

/** What one client's stream of changes shows. */
export function resourceStreamPlan(
  caller: KnownCaller,
  parameters: StreamParameters,
  deps: StreamDependencies,
): StreamPlan<ResourceChange> {
  const { user, refusal } = recheckCaller(deps.authenticate, caller);
  const { raw: withRaw } = parameters;
  const filter = filterOf(parameters);
  const matches = labelMatcher(parameters.labels, parameters.label_selector);
  const accesses = new Map(
    clustersOf(deps.clusters, caller, filter.cluster).map(({ cluster, access }) => [cluster, access]),
  );
  const question = (object: ResourceChange) => ({ verb: 'watch', object, name: filter.name }) as const;
  return {
    readPage: (after, upTo, limit) => deps.readChanges({ after, upTo, limit, filter, withRaw }),
    readHead: async () => (await deps.readBounds()).head,
    matches: (change) => matchesChange(filter, change) && seenChange(matches, change) !== undefined,
    decideNow: (change) => {
      // The feed has no whole objects: too much to read for all streams because one wants them.
      if (withRaw && change.raw === null) return undefined;
      const access = accesses.get(change.cluster_name);
      return access === undefined ? 'denied' : decideResourceNow(access, user(), question(change));
    },
    decide: async (change) => {
      const access = accesses.get(change.cluster_name);
      return access === undefined ? 'denied' : decideResource(access, user(), question(change));
    },
    frameOf: (change) =>
      formatSseFrame({
        event: 'resource',
        id: deps.ids.idOf(change.position),
        data: changeJson(change, seenChange(matches, change) ?? 'upserted'),
      }),
    audience: audienceOf(user, [
      'resources',
      caller.realm,
      filter,
      parameters.labels,
      parameters.label_selector?.requirements,
      withRaw,
    ]),
    framing: sseFraming({ idOf: deps.ids.idOf, retryMs }),
    refusal,
  };
}

function filterOf(parameters: StreamParameters): ResourceStreamFilter {
  const namespace = parameters.namespace ?? 'default';
  return {
    cluster: parameters.cluster,
    groups: parameters.group,
    resources: parameters.resource,
    kinds: parameters.kind,
    version: parameters.version,
    namespace: namespace === '*' ? undefined : namespace,
    name: parameters.name,
    nameContains: parameters.name_contains,
    compositionId: parameters.composition_id,
  };
}

/** An item of a list, and what happened to it; one line. */
function changeJson(change: ResourceChange, operation: SeenChange): string {
  const item = JSON.stringify({
    operation,
    name: change.name,
    uid: change.uid,
    global_uid: change.global_uid,
    namespace: change.namespace,
    group: change.api_group,
    version: change.api_version,
    kind: change.kind,
    resource: change.resource,
    cluster_name: change.cluster_name,
    ...(change.created_at === null ? {} : { created_at: change.created_at }),
    updated_at: trimTime(change.updated_at),
    ...(change.composition_id === null ? {} : { composition_id: change.composition_id }),
  });
  return change.raw === null ? item : `${item.slice(0, -1)},"raw":${change.raw}}`;
}
